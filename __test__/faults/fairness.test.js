'use strict';

// A connection that brings more frames than anybody can handle in a moment does not hold up the
// others: the event loop turns in between.

const assert = require('node:assert/strict');
const net = require('node:net');
const { once } = require('node:events');
const { test } = require('node:test');
const http2 = require('../..');
const { END_HEADERS } = require('../support/raw-client');
const { frame } = require('../support/frames');

/** Interim responses in one go. */
const COUNT = 100_000;
/** How many of them one turn may handle: two reads of 64 KiB, 14 octets each, and a few more. */
const MOST = 10_000;

test('a flood of interim responses is read in many turns of the event loop', async (t) => {
  const block = Buffer.concat([Buffer.from([0x08, 3]), Buffer.from('103')]);
  const one = frame('HEADERS', { flags: END_HEADERS, stream: 1, payload: block });
  const flood = Buffer.concat(Array.from({ length: COUNT }, () => one));
  const server = net.createServer((socket) => {
    socket.on('error', () => {}).write(frame('SETTINGS'));
    socket.once('data', () => socket.write(flood));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  t.after(() => {
    session.destroy();
    server.close();
  });
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
