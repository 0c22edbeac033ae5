'use strict';

// Sockets are read into memory that the next read writes over: nobody finds another's octets in
// what was read before, and the sockets look as they do under the builtin.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const net = require('node:net');
const { once } = require('node:events');
const { buffer, text } = require('node:stream/consumers');
const { describe, it, test } = require('node:test');
const http2 = require('../..');
const { TRANSPORTS, connect, serve } = require('../support/net');
const { END_HEADERS, END_STREAM, POST, RawClient, request } = require('../support/raw-client');
const { frame } = require('../support/frames');

const HEADS = { flags: END_HEADERS, block: POST };
const data = (octets, flags = 0) =>
  frame('DATA', { stream: 1, flags, payload: Buffer.from(octets) });

/** Enough small reads, one at a time, that the server reads the socket past its stream. */
async function settle(client) {
  client.open();
  for (let i = 1; i <= 10; i++) {
    client.write(frame('PING', { payload: Buffer.alloc(8, i) }));
    while (client.frames().filter(({ type }) => type === 'PING').length < i) {
      await once(client.socket, 'data');
    }
  }
}

/** How sockets can be read past their streams. */
const DIRECT = TRANSPORTS.filter(({ tls }) => tls !== 'node');

for (const { transport, tls } of DIRECT)
  test(`bodies stay as they were while other connections are read: ${transport}`, async (t) => {
    const { server, url } = await serve(t, http2, { tls });
    const chunks = [];
    server.on('stream', (stream) => {
      stream.on('error', () => {}).on('data', (chunk) => chunks.push(chunk));
      stream.respond();
    });
    const clients = [];
    const secure = tls !== false;
    for (let i = 0; i < 2; i++)
      clients.push(await RawClient.connect(new URL(url).port, { secure }));
    t.after(() => clients.forEach((client) => client.destroy()));
    for (const client of clients) await settle(client);
    const bodies = ['first', 'other', 'third', 'final'];
    for (const [i, body] of bodies.entries()) {
      const client = clients[i % 2];
      if (i < 2) client.write(request(1, HEADS), data(body));
      else client.write(data(body));
      while (chunks.length <= i) await new Promise(setImmediate);
    }
    assert.deepEqual(chunks.map(String), bodies);
    assert.equal(new Set(chunks.map(({ buffer }) => buffer)).size, bodies.length);
    // What lies around a body in its memory is of the same read.
    chunks.forEach(({ buffer }, i) => {
      const around = Buffer.from(buffer).toString('latin1');
      for (const body of bodies) assert.equal(around.includes(body), body === bodies[i], body);
    });
  });

for (const { transport, tls } of DIRECT)
  test(`a body that is read in many pieces arrives as it was sent: ${transport}`, async (t) => {
    const { server, url } = await serve(t, http2, { tls });
    server.on('stream', (stream) => stream.respond() ?? stream.pipe(stream));
    const body = Buffer.from(Uint8Array.from({ length: 1_000_003 }, (_, i) => (i * 7919) >> 5));
    const clients = await Promise.all([connect(t, http2, url), connect(t, http2, url)]);
    const echoes = clients.map(async (client) => {
      const stream = client.request({ ':method': 'POST' });
      stream.end(body);
      return buffer(stream);
    });
    for (const echo of await Promise.all(echoes)) assert.ok(body.equals(echo));
  });

/** Passes on what clients send, in halves, the second when `server` has read the first. */
async function serveHalves(t, server) {
  const front = net.createServer((near) => {
    const far = net.connect(server.address().port, '127.0.0.1');
    let [sent, passed] = [0, once(server, 'connection')];
    const pass = async (octets) => {
      const [reader] = await passed;
      sent += octets.length;
      far.write(octets);
      while (reader.bytesRead < sent && !reader.destroyed) await new Promise(setImmediate);
      return [reader];
    };
    near.on('data', (octets) => {
      const half = octets.length >> 1;
      passed = pass(octets.subarray(0, half));
      passed = pass(octets.subarray(half));
    });
    far.pipe(near);
    for (const socket of [near, far]) socket.on('error', () => {});
    t.after(() => [near, far].forEach((socket) => socket.destroy()));
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  t.after(() => front.close());
  return front.address();
}

test('records that are read in two pieces bring what was sent', async (t) => {
  const { server } = await serve(t, http2, { tls: 'rustls' });
  server.on('stream', (stream) => stream.respond() ?? stream.pipe(stream));
  const { port } = await serveHalves(t, server);
  const client = await RawClient.connect(port, { secure: true });
  t.after(() => client.destroy());
  await settle(client);
  const bodies = ['a', 'b'].map((letter) => letter.repeat(3000));
  for (const [i, body] of bodies.entries()) {
    const stream = 1 + 2 * i;
    const payload = Buffer.from(body);
    client.write(request(stream, HEADS), frame('DATA', { stream, flags: END_STREAM, payload }));
    const answer = await client.received('DATA', stream);
    assert.equal(String(answer.payload), body);
  }
});

describe('a socket that carries a session', () => {
  /** What a server's socket shows of a client that comes, asks and goes. */
  async function observe(t, module) {
    const { server, url } = await serve(t, module);
    const seen = [];
    const closed = new Promise((resolve) => {
      server.on('connection', (socket) => {
        socket.on('end', () => seen.push('end'));
        socket.on('close', (hadError) => resolve([hadError, socket.bytesRead]));
      });
    });
    server.on('stream', (stream) => stream.resume().respond({}, { endStream: true }));
    const client = await RawClient.connect(new URL(url).port);
    t.after(() => client.destroy());
    await settle(client);
    client.write(request(1, HEADS), data('some octets', END_STREAM));
    await client.received('HEADERS', 1);
    client.socket.end();
    const [hadError, octets] = await closed;
    return { seen, hadError, octets };
  }

  it('shows what it shows under the builtin', async (t) => {
    assert.deepEqual(await observe(t, http2), await observe(t, builtin));
  });

  it('is read by its stream where its handle has no other way', async (t) => {
    const { server, url } = await serve(t, http2);
    server.prependListener('connection', (socket) => {
      Object.defineProperty(socket._handle, 'useUserBuffer', { value: undefined });
    });
    server.on('stream', (stream) => stream.respond() ?? stream.pipe(stream));
    const client = await RawClient.connect(new URL(url).port);
    t.after(() => client.destroy());
    await settle(client);
    client.write(request(1, HEADS), data('body', END_STREAM));
    const { payload } = await client.received('DATA', 1);
    assert.equal(String(payload), 'body');
  });

  it('brings what was pushed back before the session began', async (t) => {
    const { server } = await serve(t, http2);
    server.on('stream', (stream) => stream.respond() ?? stream.end('answer'));
    const front = net.createServer((socket) => {
      socket.once('data', (octets) => {
        socket.unshift(octets);
        server.emit('connection', socket);
      });
    });
    front.listen(0, '127.0.0.1');
    await once(front, 'listening');
    t.after(() => front.close());
    const client = await connect(t, http2, `http://127.0.0.1:${front.address().port}`);
    assert.equal(await text(client.request()), 'answer');
  });
});
