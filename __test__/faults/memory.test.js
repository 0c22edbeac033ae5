'use strict';

// What a session may hold is bounded: a peer that makes it hold more is refused, and served again
// once it has taken what was held. Others are served all the time.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { test } = require('node:test');
const http2 = require('../..');
const { gather } = require('../support/bodies');
const { frame } = require('../support/frames');
const { connect, serve } = require('../support/net');
const { RawClient, request, windowUpdate } = require('../support/raw-client');

const ENHANCE_YOUR_CALM = 11;
const MIB = 2 ** 20;
const WINDOW = 65_536;

/** A server whose sessions may hold a megabyte, and whose body at /big is larger. */
async function serveBig(t, options) {
  const { server, url } = await serve(t, http2, { options: { maxSessionMemory: 1, ...options } });
  let served = 0;
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    served += 1;
    stream.on('error', () => {}).respond();
    stream.end(headers[':path'] === '/big' ? Buffer.alloc(2 * MIB) : 'small');
  });
  return { server, url, count: () => served };
}

const big = (stream) =>
  request(stream, {
    block: Buffer.concat([
      Buffer.from([0x82, 0x86, 0x41, 0x01, 0x61, 0x04, 0x04]),
      Buffer.from('/big'),
    ]),
  });

async function openBig(t, server) {
  const client = await RawClient.connect(server.address().port);
  t.after(() => client.destroy());
  client.open(big(1));
  await client.received('DATA', 1);
  return client;
}

test('a session that holds too much refuses streams until it was relieved', async (t) => {
  const { server, url, count } = await serveBig(t);
  const client = await openBig(t, server);
  client.write(request(3));
  const refusal = await client.received('RST_STREAM', 3);
  assert.equal(refusal.payload.readUInt32BE(0), ENHANCE_YOUR_CALM);
  assert.equal(count(), 1, 'no stream was made of it');

  const neighbour = await connect(t, http2, url);
  assert.equal(String(await gather(neighbour.request({ ':path': '/' }))), 'small');

  client.write(windowUpdate(0, 4 * MIB), windowUpdate(1, 4 * MIB));
  const isEnd = ({ type, stream, flags }) => type === 'DATA' && stream === 1 && flags & 1;
  while (!client.frames().some(isEnd)) await once(client.socket, 'data');
  client.write(request(5));
  assert.ok(await client.received('HEADERS', 5), 'it serves again');
});

test('a peer that will not take no for an answer loses its session', async (t) => {
  const { server } = await serveBig(t, { maxSessionRejectedStreams: 10 });
  const client = await openBig(t, server);
  for (let i = 1; i <= 10; i++) client.write(request(2 * i + 1));
  client.write(frame('PING', { payload: Buffer.alloc(8) }));
  assert.ok(await client.received('PING'), 'ten are within the limit');
  const failed = once(server, 'sessionError');
  // The builtin lets one more pass.
  client.write(request(23), request(25));
  await failed;
  assert.ok(await client.received('GOAWAY'));
});

test('an upload that nobody reads fills no more than the windows', async (t) => {
  const { server, url } = await serve(t, http2);
  const accepted = once(server, 'stream');
  const session = await connect(t, http2, url);
  const upload = session.request({ ':path': '/', ':method': 'POST' }).on('error', () => {});
  const [stream] = await accepted;
  // What is beyond the window is not sent; the round trip of a PING tells that all else has come.
  for (let i = 0; i < 20; i++) {
    upload.write(Buffer.alloc(WINDOW / 4));
    await new Promise((resolve) => session.ping(resolve));
  }
  assert.equal(stream.state.localWindowSize, 0);
  stream.resume();
  upload.end();
  await once(stream, 'end');
});
