'use strict';

// Servers that break the protocol: the client's session, its streams and its socket end, though the
// server neither closes its side nor, in half of the tests, reads any more.

const assert = require('node:assert/strict');
const net = require('node:net');
const { once } = require('node:events');
const { describe, test } = require('node:test');
const http2 = require('../..');
const { PREFACE, frame, parseFrames } = require('../support/frames');
const {
  END_HEADERS,
  END_STREAM,
  GET,
  settings,
  uint32,
  windowUpdate,
} = require('../support/raw-client');

const PROTOCOL_ERROR = 1;
const FLOW_CONTROL_ERROR = 3;
const FRAME_SIZE_ERROR = 6;
const COMPRESSION_ERROR = 9;
const MAX_WINDOW = 2 ** 31 - 1;
const ENABLE_PUSH = 2;

const headers = (stream, block, flags = END_HEADERS) =>
  frame('HEADERS', { flags, stream, payload: block });
const OK = Buffer.from([0x88]);
const promise = (stream, promised) =>
  frame('PUSH_PROMISE', {
    flags: END_HEADERS,
    stream,
    payload: Buffer.concat([uint32(promised), GET]),
  });

/**
 * What a server sends once it has a request on stream 1, and the first GOAWAY's code for it;
 * undefined where Node's versions differ.
 */
const OFFENCES = {
  'random octets': { octets: [Buffer.alloc(99, 0xff)], code: FRAME_SIZE_ERROR },
  'a block that does not decode': {
    octets: [headers(1, Buffer.alloc(9, 0xff))],
    code: COMPRESSION_ERROR,
  },
  'an oversized frame': {
    octets: [frame('DATA', { stream: 1, payload: Buffer.alloc(16_385) })],
    code: FRAME_SIZE_ERROR,
  },
  'a window that overflows': {
    octets: [windowUpdate(0, MAX_WINDOW), windowUpdate(0, MAX_WINDOW)],
    code: FLOW_CONTROL_ERROR,
  },
  'a response to nothing': { octets: [headers(3, OK)] },
  'a request': { octets: [headers(2, GET, END_HEADERS | END_STREAM)] },
  'a promise with an odd identifier': { octets: [promise(1, 3)], code: PROTOCOL_ERROR },
  'promises with decreasing identifiers': {
    octets: [promise(1, 4), promise(1, 2)],
    code: PROTOCOL_ERROR,
  },
  'ENABLE_PUSH of 1': { octets: [settings([[ENABLE_PUSH, 1]])] },
  'a CONTINUATION of nothing': {
    octets: [frame('CONTINUATION', { flags: END_HEADERS, stream: 1 })],
    code: PROTOCOL_ERROR,
  },
};

/** A server that answers the first request with `octets`, and then keeps the connection. */
async function serveRaw(t, octets, { reads }) {
  const received = [];
  const sockets = [];
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket.on('error', () => {}));
    socket.write(frame('SETTINGS'));
    socket.on('data', (chunk) => {
      received.push(chunk);
      const frames = parseFrames(Buffer.concat(received).subarray(PREFACE.length));
      if (socket.sent || !frames.some(({ type }) => type === 'HEADERS')) return;
      socket.sent = true;
      if (!reads) socket.pause();
      socket.write(Buffer.concat(octets));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const goaway = () =>
    parseFrames(Buffer.concat(received).subarray(PREFACE.length)).find(
      ({ type }) => type === 'GOAWAY',
    );
  return { url: `http://127.0.0.1:${server.address().port}`, goaway, sockets };
}

const closed = (emitter) => new Promise((resolve) => emitter.on('close', resolve));

/** Makes an upload without end, and resolves when all that belongs to it is gone. */
async function ask(url) {
  const { port, hostname } = new URL(url);
  const socket = net.connect(port, hostname);
  const session = http2.connect(url, { createConnection: () => socket });
  session.on('error', () => {}).on('stream', (pushed) => pushed.on('error', () => {}));
  const stream = session.request({ ':path': '/', ':method': 'POST' });
  stream.on('error', () => {}).write(Buffer.alloc(1 << 20));
  await Promise.all([closed(session), closed(stream), closed(socket)]);
  return { session, stream };
}

describe('a server that sends', () => {
  for (const [name, { octets, code }] of Object.entries(OFFENCES)) {
    test(`${name} ends the client's session, though it does not close`, async (t) => {
      const { url, goaway, sockets } = await serveRaw(t, octets, { reads: true });
      const { session, stream } = await ask(url);
      assert.ok(session.destroyed && stream.destroyed);
      if (!sockets[0].readableEnded) await once(sockets[0], 'end');
      const sent = goaway()?.payload.readUInt32BE(4);
      assert.notEqual(sent, undefined, 'a GOAWAY was sent');
      if (code !== undefined) assert.equal(sent, code);
    });

    test(`${name} ends the client's session, though it does not read`, async (t) => {
      const { url } = await serveRaw(t, octets, { reads: false });
      const { session, stream } = await ask(url);
      assert.ok(session.destroyed && stream.destroyed);
    });
  }
});

test('a response that is cut short by the loss of its connection has no end', async (t) => {
  const server = net.createServer((socket) => {
    socket.on('error', () => {}).write(frame('SETTINGS'));
    socket.once('data', () => {
      socket.write(
        Buffer.concat([headers(1, OK), frame('DATA', { stream: 1, payload: Buffer.alloc(100) })]),
      );
      socket.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  session.on('error', () => {});
  const stream = session.request({ ':path': '/' }).on('error', () => {});
  let ended = false;
  let octets = 0;
  stream.on('data', (chunk) => (octets += chunk.length)).on('end', () => (ended = true));
  await closed(stream);
  assert.deepEqual([octets, ended], [100, false]);
});
