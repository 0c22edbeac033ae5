'use strict';

// Whatever user code does, and whenever: only it sees the exception, if there is one; the process
// lives, and other streams and sessions go on.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { test } = require('node:test');
const http2 = require('../..');
const collect = require('../support/collect');
const { gather } = require('../support/bodies');
const { connect, serve } = require('../support/net');

const text = async (stream) => String(await gather(stream));

/** Resolves when everything that is due now has run, callbacks of the next round included. */
const settle = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** Calls of every method that a session has, with arguments that are right. */
const SESSION_CALLS = {
  ping: (session) => session.ping(() => {}),
  settings: (session) => session.settings({ initialWindowSize: 70_000 }, () => {}),
  goaway: (session) => session.goaway(),
  setNextStreamID: (session) => session.setNextStreamID(session.type === 1 ? 1001 : 1002),
  setLocalWindowSize: (session) => session.setLocalWindowSize(100_000),
  setTimeout: (session) => session.setTimeout(0),
  ref: (session) => session.ref(),
  unref: (session) => session.unref(),
  request: (session) =>
    session
      .request?.({ ':path': '/' })
      .on('error', () => {})
      .resume(),
  altsvc: (session) => session.altsvc?.('h2=":8000"', 'https://example.org'),
  origin: (session) => session.origin?.('https://example.org'),
  inspect: (session) => require('node:util').inspect(session),
  getters(session) {
    const { state, localSettings, remoteSettings, socket, originSet, alpnProtocol, type } = session;
    return [
      state,
      localSettings,
      remoteSettings,
      socket?.remotePort,
      originSet,
      alpnProtocol,
      type,
    ];
  },
  close: (session) => session.close(),
  destroy: (session) => session.destroy(),
};

/** Calls of every method that a stream has. */
const STREAM_CALLS = {
  respond: (stream) => stream.respond?.({ ':status': 200 }),
  additionalHeaders: (stream) => stream.additionalHeaders?.({ ':status': 103 }),
  pushStream: (stream) =>
    stream.pushStream?.({ ':path': '/pushed' }, (error, pushed) => pushed?.on('error', () => {})),
  respondWithFile: (stream) =>
    stream.respondWithFile?.(__filename, undefined, { onError: () => {} }),
  write: (stream) => stream.write('octets'),
  setTimeout: (stream) => stream.setTimeout(0),
  priority: (stream) => stream.priority({}),
  pause: (stream) => stream.pause(),
  resume: (stream) => stream.resume(),
  read: (stream) => stream.read(),
  cork: (stream) => stream.cork(),
  uncork: (stream) => stream.uncork(),
  inspect: (stream) => require('node:util').inspect(stream),
  getters(stream) {
    const { state, rstCode, sentHeaders, sentTrailers, sentInfoHeaders, bufferSize, id } = stream;
    return [state, rstCode, sentHeaders, sentTrailers, sentInfoHeaders, bufferSize, id];
  },
  end: (stream) => stream.end(),
  sendTrailers: (stream) => stream.sendTrailers({ done: 'yes' }),
  close: (stream) => stream.close(),
  destroy: (stream) => stream.destroy(),
};

/** Calls twice; what it throws must be an error of Node's, with a code. */
function callTwice(call, object) {
  for (let i = 0; i < 2; i++) {
    try {
      call(object);
    } catch (error) {
      // As in Node, before there is a connection.
      if (call === SESSION_CALLS.setLocalWindowSize && object.connecting) continue;
      assert.match(String(error.code), /^ERR_/, error.stack);
    }
  }
}

const ignoreErrors = (emitter) => emitter.on('error', () => {});

/** A server that answers /fine, and gives other streams to `take`. */
async function serveBoth(t, take = () => {}) {
  const { server, url } = await serve(t, http2);
  server.on('sessionError', () => {});
  server.on('session', ignoreErrors);
  server.on('stream', (stream, headers) => {
    ignoreErrors(stream);
    if (headers[':path'] !== '/fine') return take(stream);
    stream.respond();
    return stream.end('fine');
  });
  return { server, url };
}

async function assertFine(t, url) {
  const session = await connect(t, http2, url);
  assert.equal(await text(session.request({ ':path': '/fine' })), 'fine');
  session.destroy();
}

/** States of a session, and how it gets there. */
const SESSION_STATES = {
  'not connected': async () => {},
  connected: (session) => once(session, 'connect'),
  closed: async (session) => {
    await once(session, 'connect');
    session.request({ ':path': '/held' }).on('error', () => {});
    session.close();
  },
  destroyed: async (session) => {
    await once(session, 'connect');
    session.destroy();
  },
  gone: async (session) => {
    await once(session, 'connect');
    session.destroy();
    await once(session, 'close');
  },
};

for (const [state, reach] of Object.entries(SESSION_STATES)) {
  test(`every method of a session that is ${state}, twice`, async (t) => {
    const { url } = await serveBoth(t);
    for (const [name, call] of Object.entries(SESSION_CALLS)) {
      const session = ignoreErrors(http2.connect(url));
      await reach(session);
      callTwice(call, session);
      await settle();
      callTwice(call, session);
      session.destroy();
      if (name !== 'destroy') callTwice(call, session);
    }
    await assertFine(t, url);
  });
}

test('every method of a server session in every state, twice', async (t) => {
  const { server, url } = await serveBoth(t);
  for (const call of Object.values(SESSION_CALLS)) {
    for (const end of [() => {}, (session) => session.close(), (session) => session.destroy()]) {
      const accepted = once(server, 'session');
      const client = ignoreErrors(http2.connect(url));
      const [session] = await accepted;
      end(session);
      callTwice(call, session);
      await settle();
      callTwice(call, session);
      session.destroy();
      client.destroy();
    }
  }
  await assertFine(t, url);
});

/** States of a stream: what is done with it before. */
const STREAM_STATES = {
  new: () => {},
  'answered or written to': (stream) => {
    stream.respond?.();
    stream.write('octets');
  },
  ended: (stream) => {
    stream.respond?.();
    stream.end('octets');
  },
  closed: (stream) => stream.close(8),
  destroyed: (stream) => stream.destroy(),
  'of a destroyed session': (stream) => stream.session.destroy(),
};

for (const [state, reach] of Object.entries(STREAM_STATES)) {
  test(`every method of a stream that is ${state}, twice, from both sides`, async (t) => {
    let take;
    const { url } = await serveBoth(t, (stream) => take(stream));
    for (const call of Object.values(STREAM_CALLS)) {
      for (const atServer of [true, false]) {
        const session = ignoreErrors(await connect(t, http2, url));
        session.on('stream', ignoreErrors);
        const served = new Promise((resolve) => (take = resolve));
        const request = ignoreErrors(session.request({ ':path': '/x', ':method': 'POST' }));
        const stream = atServer ? await served : request;
        reach(stream);
        callTwice(call, stream);
        await settle();
        callTwice(call, stream);
        session.destroy();
        callTwice(call, stream);
        await settle();
      }
    }
    await assertFine(t, url);
  });
}

/** Events of an exchange that has them all but for errors. */
const EVENTS = {
  client: ['ready', 'response', 'headers', 'data', 'trailers', 'end', 'finish', 'close'],
  server: ['data', 'trailers', 'end', 'finish', 'wantTrailers', 'close'],
  session: ['connect', 'remoteSettings', 'localSettings', 'ping', 'close'],
};

/** Runs an exchange with bodies, trailers and interim headers; `listen` is told of each emitter. */
async function exchange(t, url, takers, listen) {
  const session = http2.connect(url);
  t.after(() => session.destroy());
  listen('session', session);
  takers.push((stream) => {
    listen('server', stream);
    stream.additionalHeaders({ ':status': 103 });
    stream.respond({}, { waitForTrailers: true });
    stream.on('wantTrailers', () => {
      if (!stream.destroyed && !stream.closed) stream.sendTrailers({ last: 'word' });
    });
    stream.on('data', () => {}).end('response');
  });
  const stream = session.request({ ':path': '/x', ':method': 'POST' }, { waitForTrailers: true });
  listen('client', stream);
  stream.on('wantTrailers', () => {
    if (!stream.destroyed && !stream.closed) stream.sendTrailers({ last: 'word' });
  });
  stream.on('data', () => {}).end('request');
  await new Promise((resolve) => stream.on('close', resolve));
  session.close();
  if (!session.destroyed) await new Promise((resolve) => session.on('close', resolve));
}

for (const [side, events] of Object.entries(EVENTS)) {
  for (const event of events) {
    for (const how of ['destroy', 'destroy the session', 'close']) {
      test(`${how} in '${event}' of the ${side}${side === 'session' ? '' : "'s stream"}`, async (t) => {
        const takers = [];
        const { url } = await serveBoth(t, (stream) => takers.shift()(stream));
        await exchange(t, url, takers, (which, emitter) => {
          ignoreErrors(emitter);
          if (which !== side) return;
          emitter.once(event, () => {
            const target = how === 'destroy the session' ? (emitter.session ?? emitter) : emitter;
            if (how === 'close') target.close();
            else target.destroy();
            collect();
          });
        });
        await assertFine(t, url);
      });
    }
  }
}
