'use strict';

// When a session is idle, and that a program which replaces the timers of its tests, as fake-timers
// packages do, stops none of this package's.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { mock, test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const http2 = require('../..');
const { gather } = require('../support/bodies');
const { connect, serve } = require('../support/net');

/** Idle time in ms. */
const IDLE = 200;

async function exchange(t) {
  const { server, url } = await serve(t, http2);
  server.on('stream', (stream) => {
    stream.respond();
    stream.end('hello');
  });
  const session = await connect(t, http2, url);
  return { server, session };
}

for (const side of ['client', 'server']) {
  test(`what a ${side} wrote before it fell silent does not count as activity`, async (t) => {
    const { server, session } = await exchange(t);
    let idle = session;
    if (side === 'server') server.once('stream', (stream) => (idle = stream.session));
    await gather(session.request());

    // Timers expire in order: a second idle time would end behind the sleep.
    let timedOut = false;
    idle.setTimeout(IDLE, () => (timedOut = true));
    await sleep(IDLE * 1.9);
    assert.ok(timedOut);
  });
}

test('timers that are replaced by a program stop no exchange', async (t) => {
  const { server, session } = await exchange(t);
  mock.timers.enable();
  try {
    assert.equal((await gather(session.request())).toString(), 'hello');
    session.close();
    server.close();
    await once(session, 'close');
  } finally {
    mock.timers.reset();
  }
});
