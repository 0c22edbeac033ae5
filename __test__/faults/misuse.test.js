'use strict';

// Whatever user code does, and whenever: only it sees the exception, if there is one; the process
// lives, and other streams and sessions go on.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { test } = require('node:test');
const http2 = require('../..');
const collect = require('../support/collect');
const { gather } = require('../support/bodies');
const { SESSION_CALLS, STREAM_CALLS } = require('../support/calls');
const { connect, serve } = require('../support/net');

const text = async (stream) => String(await gather(stream));

/** Resolves when everything that is due now has run, callbacks of the next round included. */
const settle = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

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
