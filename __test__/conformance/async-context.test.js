'use strict';

// The AsyncLocalStorage context that callbacks run in: the builtin's where a program can rely on it,
// and never that of another request.

const assert = require('node:assert');
const { AsyncLocalStorage } = require('node:async_hooks');
const { EventEmitter, once } = require('node:events');
const builtin = require('node:http2');
const { describe, test } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const ours = require('../..');
const { serve } = require('../support/net');

const context = new AsyncLocalStorage();

/** Notes in which contexts things are heard: `what: context`, each once. */
class Heard {
  #lines = new Set();

  note(what) {
    this.#lines.add(`${what}: ${context.getStore() ?? 'none'}`);
  }

  /** A callback that notes that it ran. */
  of(what) {
    return () => this.note(what);
  }

  follow(emitter, name, events) {
    for (const event of events) emitter.on(event, this.of(`${name} '${event}'`));
  }

  get lines() {
    return [...this.#lines].sort();
  }
}

/** Starts a server that hands each stream to `onStream` with a name of its own. */
async function startServer(t, http2, onStream) {
  const started = await serve(t, http2);
  let count = 0;
  started.server.on('stream', (stream, headers) => {
    onStream(stream, `server ${(count += 1)}`, headers);
  });
  return started;
}

/** Resolves when a stream has closed, whatever the context. */
function closed(stream) {
  return new Promise((resolve) => {
    stream.on('close', resolve);
  });
}

const scenarios = {
  async 'requests of a connected client'(t, http2, heard) {
    const { url } = await startServer(t, http2, (stream) => {
      stream.respond({}, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ a: '1' }));
      setImmediate(() => stream.end('body'));
    });
    const session = context.run('connect', () => http2.connect(url));
    await once(session, 'connect');
    for (const id of ['first', 'second']) {
      const stream = context.run(id, () => session.request({ ':method': 'POST' }));
      // Not 'end': behind trailers the builtin of some releases tells of it in the session's.
      heard.follow(stream, id, ['response', 'data', 'trailers', 'close']);
      context.run(id, () => stream.write('a', heard.of(`${id} write`)));
      context.run(id, () => stream.end('b', heard.of(`${id} end`)));
      await closed(stream);
    }
    session.close();
  },

  async 'a request before the connection'(t, http2, heard) {
    const { url } = await startServer(t, http2, (stream) => {
      stream.respond();
      setImmediate(() => stream.end('body'));
    });
    const session = context.run('connect', () => http2.connect(url));
    const stream = context.run('early', () => session.request({ ':method': 'POST' }));
    heard.follow(stream, 'early', ['ready', 'response', 'data', 'close']);
    context.run('early', () => stream.end('b', heard.of('early end')));
    await closed(stream);
    session.close();
  },

  async 'what a session hears'(t, http2, heard) {
    const { server, url } = await startServer(t, http2, () => {});
    server.on('session', (session) => {
      heard.note('server session');
      heard.follow(session, 'server session', ['ping', 'remoteSettings', 'close']);
    });
    const session = context.run('connect', () => http2.connect(url));
    heard.follow(session, 'client session', ['connect', 'remoteSettings', 'close']);
    await once(session, 'connect');
    await new Promise((resolve) => {
      context.run('ping', () => {
        session.ping(() => {
          heard.note('ping callback');
          resolve();
        });
      });
    });
    const gone = closed(session);
    session.close();
    await gone;
  },

  async 'writers of a server'(t, http2, heard) {
    const { url } = await startServer(t, http2, (stream, id) => {
      heard.note('stream');
      context.run(id, () => {
        stream.respond();
        stream.write('a', heard.of(`${id} write`));
        setImmediate(() => stream.end('b', heard.of(`${id} end`)));
      });
    });
    const session = http2.connect(url);
    for (let i = 0; i < 3; i++) await closed(session.request().resume());
    session.close();
  },
};

async function listen(t, http2, scenario) {
  const heard = new Heard();
  await scenario(t, http2, heard);
  await turn();
  return heard.lines;
}

describe('Async contexts are those of the builtin', () => {
  for (const [name, scenario] of Object.entries(scenarios)) {
    test(name, async (t) => {
      const lines = await listen(t, ours, scenario);
      assert.deepStrictEqual(lines, await listen(t, builtin, scenario));
    });
  }
});

test('what is sent together is heard in the context of each writer', async (t) => {
  const streams = [];
  const gathered = new EventEmitter();
  const { url } = await startServer(t, ours, (stream) => {
    stream.respond();
    if (streams.push(stream) === 3) gathered.emit('all');
  });
  const session = ours.connect(url);
  const requests = [1, 2, 3].map(() => closed(session.request().resume()));
  await once(gathered, 'all');
  await turn();

  const heard = new Heard();
  streams.forEach((stream, i) => {
    context.run(i, () => {
      heard.follow(stream, `stream ${i}`, ['finish']);
      stream.on('close', () => {
        assert.ok([i, undefined].includes(context.getStore()));
      });
      if (i === 0) stream.write('a', heard.of('write 0'));
      if (i === 1) stream.end('b', heard.of('end 1'));
      else stream.end('c');
    });
  });
  await Promise.all(requests);
  await Promise.all(streams.map((stream) => stream.closed || closed(stream)));
  session.close();
  assert.deepStrictEqual(heard.lines, [
    'end 1: 1',
    "stream 0 'finish': 0",
    "stream 1 'finish': 1",
    "stream 2 'finish': 2",
    'write 0: 0',
  ]);
});
