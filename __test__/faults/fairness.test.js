'use strict';

// A connection that brings more frames than anybody can handle in a moment does not hold up the
// others, nor its own peer: the event loop turns in between, and what is asked for meanwhile is sent.

const assert = require('node:assert/strict');
const net = require('node:net');
const { once } = require('node:events');
const { test } = require('node:test');
const http2 = require('../..');
const { END_HEADERS, END_STREAM } = require('../support/raw-client');
const { frame } = require('../support/frames');

/** Interim responses in one go. */
const COUNT = 100_000;
/** How many of them one turn may handle: two reads of 64 KiB, 14 octets each, and a few more. */
const MOST = 10_000;

/** A session with a server that sends `octets`, all at once, when the first request has come. */
async function connect(t, octets) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {}).write(frame('SETTINGS'));
    socket.once('data', () => socket.write(octets));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  t.after(() => {
    session.destroy();
    server.close();
  });
  return session;
}

test('a flood of interim responses is read in many turns of the event loop', async (t) => {
  const block = Buffer.concat([Buffer.from([0x08, 3]), Buffer.from('103')]);
  const one = frame('HEADERS', { flags: END_HEADERS, stream: 1, payload: block });
  const flood = Buffer.concat(Array.from({ length: COUNT }, () => one));
  const session = await connect(t, flood);
  let total = 0;
  let most = 0;
  let inTurn = 0;
  const request = session.request({ ':path': '/' }).on('error', () => {});
  const all = new Promise((resolve) => {
    request.on('headers', () => {
      if (inTurn++ === 0) {
        setImmediate(() => {
          most = Math.max(most, inTurn);
          inTurn = 0;
        });
      }
      if (++total === COUNT) resolve();
    });
  });
  await all;
  assert.ok(most < MOST, `${most} in one turn`);
});

test('what many responses of one read call for is sent before the last is told of', async (t) => {
  const ids = Array.from({ length: 40 }, (_, index) => 2 * index + 1);
  const payload = Buffer.from([0x88]); // :status: 200
  const flags = END_HEADERS | END_STREAM;
  const session = await connect(
    t,
    Buffer.concat(ids.map((stream) => frame('HEADERS', { flags, stream, payload }))),
  );
  const written = [];
  await Promise.all(
    ids.map(async () => {
      const stream = session.request({ ':path': '/' });
      await once(stream.resume(), 'response');
      session.request({ ':path': '/' }).on('error', () => {});
      written.push(session.socket.bytesWritten);
    }),
  );
  assert.ok(written.at(-1) > written[0], `${written}`);
});
