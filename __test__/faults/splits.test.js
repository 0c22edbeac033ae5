'use strict';

// Reads and writes that the system cuts as it likes: an exchange is the same where every read
// brings one octet and every write is taken late, and where what a client sends is cut in two at
// any octet.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { Duplex } = require('node:stream');
const { describe, test } = require('node:test');
const http2 = require('../..');
const { PREFACE, frame } = require('../support/frames');
const { END_HEADERS, GET, POST, request: asks, settings } = require('../support/raw-client');
const { WHOLE, answer, request } = require('../support/exchange');
const { TRANSPORTS, serve } = require('../support/net');

const later = (call) => setImmediate(() => setImmediate(call));

/** Has a socket's reads bring one octet each. */
function shortenReads(socket) {
  const { push } = socket;
  socket.push = (chunk) => {
    if (chunk === null) return push.call(socket, null);
    let flowing = true;
    for (let i = 0; i < chunk.length; i++) flowing = push.call(socket, chunk.subarray(i, i + 1));
    return flowing;
  };
}

/** Has a socket take what is written two turns of the event loop late. */
function stallWrites(socket) {
  const { _write: write, _writev: writev } = socket;
  socket._write = (chunk, encoding, callback) =>
    later(() => write.call(socket, chunk, encoding, callback));
  socket._writev = (chunks, callback) => later(() => writev.call(socket, chunks, callback));
}

const DISTURBANCES = {
  'short reads': [shortenReads],
  'stalled writes': [stallWrites],
  both: [shortenReads, stallWrites],
};

for (const { transport, tls } of TRANSPORTS) {
  for (const [name, disturb] of Object.entries(DISTURBANCES)) {
    test(`an exchange over ${transport} survives ${name} on both sides`, async (t) => {
      const { server, url } = await serve(t, http2, { tls });
      answer(server);
      server.on(tls ? 'secureConnection' : 'connection', (socket) => {
        for (const change of disturb) change(socket);
      });
      const session = http2.connect(url, { rejectUnauthorized: false }, (_, proxy) => {
        assert.ok(proxy);
      });
      t.after(() => session.destroy());
      session.once('connect', (_, socket) => {
        for (const change of disturb) change(socket);
      });
      assert.deepEqual(await request(session), WHOLE);
      assert.deepEqual(await request(session), WHOLE);
    });
  }
}

/** Two ends in one process; `deliver` is given what one end is to read. */
function makePair(deliver, takeLate) {
  const end = (other) =>
    new Duplex({
      read() {},
      write(chunk, encoding, callback) {
        deliver(other(), chunk);
        if (takeLate) later(callback);
        else callback();
      },
      final(callback) {
        other().push(null);
        callback();
      },
    });
  const client = end(() => server);
  const server = end(() => client);
  return { client, server };
}

function pushEachOctet(end, chunk) {
  for (let i = 0; i < chunk.length; i++) end.push(Buffer.from(chunk.subarray(i, i + 1)));
}

describe('an exchange over transports that are no sockets', () => {
  const pairs = {
    'that deliver octet by octet': () => makePair(pushEachOctet, false),
    'that take writes late': () => makePair((end, chunk) => end.push(chunk), true),
    'that do both': () => makePair(pushEachOctet, true),
  };
  for (const [name, make] of Object.entries(pairs)) {
    test(name, async (t) => {
      const pair = make();
      const server = http2.createServer();
      answer(server);
      server.emit('connection', pair.server);
      const session = http2.connect('http://localhost', { createConnection: () => pair.client });
      t.after(() => session.destroy());
      assert.deepEqual(await request(session), WHOLE);
    });
  }
});

/** What a client sends: every type of frame that it may, and a block in two frames. */
const SENT = Buffer.concat([
  PREFACE,
  settings([[4, 70_000]]),
  frame('SETTINGS', { flags: 1 }),
  asks(1, { block: POST, flags: END_HEADERS }),
  frame('DATA', { flags: 8, stream: 1, payload: Buffer.from('\x03some\0\0\0') }),
  frame('PING', { payload: Buffer.alloc(8, 'p') }),
  frame('WINDOW_UPDATE', { payload: Buffer.from([0, 0, 1, 0]) }),
  asks(3, { block: GET.subarray(0, 2), flags: 1 }),
  frame('CONTINUATION', { flags: 4, stream: 3, payload: GET.subarray(2) }),
  frame('DATA', { stream: 1, payload: Buffer.from(' octets') }),
  asks(1, { block: Buffer.from([0x40, 1, 0x61, 1, 0x62]) }),
  asks(5, { flags: END_HEADERS }),
  frame('RST_STREAM', { stream: 5, payload: Buffer.from([0, 0, 0, 8]) }),
  frame('GOAWAY', { payload: Buffer.alloc(8) }),
]);

/** What a server's user hears of octets that come in two reads. */
async function hear(octets, at) {
  const heard = [];
  const server = http2.createServer();
  server.on('sessionError', (error) => heard.push(error.message));
  const ends = [];
  server.on('session', (session) => {
    session.on('ping', (payload) => heard.push(`ping ${payload}`));
    ends.push(once(session, 'goaway').then(([code]) => heard.push(`goaway ${code}`)));
  });
  server.on('stream', (stream, { ':method': method }) => {
    const body = [];
    const note = (what) => heard.push(`${stream.id} ${what}`);
    const { id } = stream;
    note(method);
    stream.on('trailers', (trailers) => note(JSON.stringify(trailers)));
    stream.on('data', (chunk) => body.push(chunk));
    stream.on('error', (error) => heard.push(`${id} ${error.message}`));
    ends.push(
      new Promise((resolve) => {
        stream.on('close', () => {
          heard.push(`${id} ${Buffer.concat(body)}, closed with ${stream.rstCode}`);
          resolve();
        });
      }),
    );
    stream.on('end', () => stream.destroyed || stream.respond({}, { endStream: true }));
  });
  const transport = new Duplex({ read() {}, write: (chunk, encoding, done) => done() });
  server.emit('connection', transport);
  transport.push(octets.subarray(0, at));
  await new Promise(later);
  transport.push(octets.subarray(at));
  while (ends.length < 4) await new Promise(later);
  await Promise.all(ends);
  transport.destroy();
  // Which of two streams is heard of first may depend on when they end.
  return heard.sort();
}

test('what a client sends may be cut in two at any octet', async () => {
  const whole = await hear(SENT, SENT.length);
  assert.equal(whole.length, 9);
  for (let at = 1; at < SENT.length; at++) {
    assert.deepEqual(await hear(SENT, at), whole, `cut at ${at}`);
  }
});
