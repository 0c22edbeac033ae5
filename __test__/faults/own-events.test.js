'use strict';

// Streams that are destroyed within their own events, of those that a plain exchange does not
// bring (misuse.test.js has the others), and garbage that is collected at every step of an exchange.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { describe, test } = require('node:test');
const http2 = require('../..');
const collect = require('../support/collect');
const { gather } = require('../support/bodies');
const { WHOLE, answer, request } = require('../support/exchange');
const { TRANSPORTS, connect, serve } = require('../support/net');

const ignore = () => {};
/** More than a stream takes at once. */
const MUCH = Buffer.alloc(300_000);

/** Brings each event about, on one side's stream, by what one or the other does. */
const EVENTS = {
  'error of a client': { server: (stream) => stream.close(2) },
  'aborted of a client': { client: (stream) => stream.write(MUCH), server: (s) => s.close(8) },
  'timeout of a client': { client: (stream) => stream.setTimeout(1) },
  'readable of a client': { server: (stream) => stream.write('octets') },
  'drain of a client': { client: (stream) => stream.write(MUCH), server: (s) => s.resume() },
  'continue of a client': { server: (stream) => stream.additionalHeaders({ ':status': 100 }) },
  'pause of a client': { client: (stream) => stream.resume() && stream.pause() },
  'error of a server': { client: (stream) => stream.close(2) },
  'aborted of a server': { server: (stream) => stream.write(MUCH), client: (c) => c.close(8) },
  'timeout of a server': { server: (stream) => stream.setTimeout(1) },
  'readable of a server': { client: (stream) => stream.write('octets') },
  'drain of a server': { server: (stream) => stream.write(MUCH), client: (c) => c.resume() },
};

const ENDS = {
  destroy: (stream) => stream.destroy(),
  'destroy with an error': (stream) => stream.destroy(new Error('of its own')),
  close: (stream) => stream.close(),
  'destroy the session': (stream, session) => session.destroy(),
};

const closed = (emitter) => new Promise((resolve) => emitter.on('close', resolve));

for (const [name, does] of Object.entries(EVENTS)) {
  describe(`in '${name}'s stream`, () => {
    for (const [how, end] of Object.entries(ENDS)) {
      test(how, async (t) => {
        const [event, , , side] = name.split(' ');
        const { server, url } = await serve(t, http2);
        server.on('sessionError', ignore);
        const asked = once(server, 'stream');
        const session = await connect(t, http2, url);
        const client = session.on('error', ignore).request({ ':path': '/', ':method': 'POST' });
        client.on('error', ignore);
        const [served] = await asked;
        const sides = { client, server: served.on('error', ignore) };
        const sessions = { client: session, server: served.session };
        const ends = Promise.all([client, served].map(closed));
        const heard = new Promise((resolve) => {
          sides[side].once(event, () => {
            end(sides[side], sessions[side]);
            collect();
            resolve();
          });
        });
        if (event !== 'continue') served.respond();
        does.client?.(client);
        does.server?.(served);
        await heard;
        // Whom nothing else ends is ended by its session.
        if (how === 'close') setImmediate(() => [client, served].forEach((each) => each.destroy()));
        await ends;

        server.on('stream', (stream) => stream.respond() ?? stream.end('fine'));
        const next = await connect(t, http2, url);
        assert.equal(String(await gather(next.request({ ':path': '/' }))), 'fine');
      });
    }
  });
}

for (const { transport, tls } of TRANSPORTS) {
  test(`garbage is collected at every step of an exchange over ${transport}`, async (t) => {
    const { server, url } = await serve(t, http2, { tls });
    answer(server, collect);
    const session = http2.connect(url, { rejectUnauthorized: false });
    t.after(() => session.destroy());
    let busy = true;
    const always = () => {
      collect();
      if (busy) setImmediate(always);
    };
    always();
    for (let i = 0; i < 5; i++) assert.deepEqual(await request(session, collect), WHOLE);
    busy = false;
  });
}
