'use strict';

// When a session or a stream counts as idle. The timer's own call is made by hand, so that nothing
// here depends on how fast anything is.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { once } = require('node:events');
const { test } = require('node:test');
const ours = require('../..');
const { serve } = require('../support/net');
const { RawClient, request, windowUpdate } = require('../support/raw-client');

const WINDOW = 65_535;

/** Resolves when so many octets of bodies have arrived. */
async function arrived(client, octets) {
  const sum = () =>
    client
      .frames()
      .filter(({ type }) => type === 'DATA')
      .reduce((total, { payload }) => total + payload.length, 0);
  while (sum() < octets) await once(client.socket, 'data');
}

test('a body that moves is activity, one that stands is not', async (t) => {
  const { server } = await serve(t, ours);
  const opened = once(server, 'stream');
  const client = await RawClient.connect(server.address().port);
  t.after(() => client.destroy());
  client.open(request(1));
  const [stream] = await opened;
  const { session } = stream;
  const idle = [];
  stream.on('error', () => {}).on('timeout', () => idle.push('stream'));
  session.on('timeout', () => idle.push('session'));
  const expire = () => {
    for (const each of [stream, session]) each._onTimeout();
    return idle.splice(0);
  };
  stream.respond();
  stream.write(Buffer.alloc(4 * WINDOW));
  await arrived(client, WINDOW);
  assert.deepEqual(expire(), [], 'a window went out');
  assert.deepEqual(expire(), ['stream', 'session'], 'nothing went out since');
  client.write(windowUpdate(0, WINDOW), windowUpdate(1, WINDOW));
  await arrived(client, 2 * WINDOW);
  assert.deepEqual(expire(), [], 'another window went out');
  session.destroy();
  assert.deepEqual(expire(), [], 'what is destroyed is not idle');
});

test('several writes to a request that waits for its connection go out together', async (t) => {
  for (const http2 of [builtin, ours]) {
    const { server, url } = await serve(t, http2);
    server.on('stream', (stream) => {
      stream.respond();
      stream.pipe(stream);
    });
    const session = http2.connect(url);
    t.after(() => session.destroy());
    const stream = session.request({ ':method': 'POST' });
    stream.cork();
    for (const part of ['a', 'b', Buffer.from('c')]) stream.write(part);
    stream.uncork();
    stream.end('d');
    let body = '';
    for await (const chunk of stream.setEncoding('utf8')) body += chunk;
    assert.equal(body, 'abcd');
    session.destroy();
  }
});
