'use strict';

// Peers that break the protocol: the connection ends with the GOAWAY and the events that the
// builtin has for it, and the server answers the next client.

const assert = require('node:assert/strict');
const net = require('node:net');
const builtin = require('node:http2');
const { test } = require('node:test');
const http2 = require('../..');
const { gather } = require('../support/bodies');
const { PREFACE, frame, parseFrames } = require('../support/frames');
const { connect, serve } = require('../support/net');

const zeros = (size) => Buffer.alloc(size);
const text = (string) => Buffer.from(string, 'latin1');
const opened = (...octets) => Buffer.concat([PREFACE, frame('SETTINGS'), ...octets]);

const FRAME_SIZE_ERROR = 6;
const COMPRESSION_ERROR = 9;

/** `code`: the GOAWAY's, where every version of the builtin sends the same. */
const CASES = [
  { name: 'a wrong preface', octets: text('PRI * HTTP/2.1\r\n\r\nSM\r\n\r\n'), errno: -903 },
  { name: 'an HTTP/1 request', octets: text('GET / HTTP/1.1\r\nHost: here\r\n\r\n'), errno: -903 },
  { name: 'TLS on a plain port', octets: text('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03') },
  { name: 'garbage after the preface', octets: Buffer.concat([PREFACE, Buffer.alloc(99, 0xff)]) },
  {
    name: 'garbage after SETTINGS',
    octets: opened(text('garbage garbage garbage')),
    code: FRAME_SIZE_ERROR,
  },
  {
    name: 'a first frame that is no SETTINGS',
    octets: Buffer.concat([PREFACE, frame('PING', { payload: zeros(8) })]),
  },
  {
    name: 'an oversized frame',
    octets: opened(frame('DATA', { stream: 1, payload: zeros(16_385) })),
    code: FRAME_SIZE_ERROR,
  },
  {
    name: 'the head of an oversized frame',
    octets: opened(frame('HEADERS', { stream: 1, length: 1 << 20 })),
    code: FRAME_SIZE_ERROR,
  },
  {
    name: 'SETTINGS of a length that is no multiple of 6',
    octets: opened(frame('SETTINGS', { payload: zeros(5) })),
    code: FRAME_SIZE_ERROR,
  },
  {
    name: 'a PING of 7 octets',
    octets: opened(frame('PING', { payload: zeros(7) })),
    code: FRAME_SIZE_ERROR,
  },
  {
    name: 'a header block that does not decode',
    octets: opened(frame('HEADERS', { flags: 5, stream: 1, payload: Buffer.alloc(9, 0xff) })),
    code: COMPRESSION_ERROR,
  },
  { name: 'DATA on stream 0', octets: opened(frame('DATA', { payload: zeros(8) })) },
  {
    name: 'DATA on an idle stream',
    octets: opened(frame('DATA', { stream: 1, payload: zeros(8) })),
  },
  {
    name: 'WINDOW_UPDATE by 0',
    octets: opened(frame('WINDOW_UPDATE', { payload: zeros(4) })),
  },
  {
    name: 'RST_STREAM of an idle stream',
    octets: opened(frame('RST_STREAM', { stream: 1, payload: zeros(4) })),
  },
  {
    name: 'CONTINUATION without HEADERS',
    octets: opened(frame('CONTINUATION', { flags: 4, stream: 1 })),
  },
  {
    name: 'a frame between HEADERS and CONTINUATION',
    octets: opened(frame('HEADERS', { stream: 1 }), frame('PING', { payload: zeros(8) })),
  },
];

/**
 * Sends octets to a fresh server and reads up to a GOAWAY or the end of the connection; then
 * ends its own side.
 * @returns what happened up to there, and `closed`, a promise for the session's end
 */
async function provoke(t, module, octets, { endAtOnce = false } = {}) {
  const { server, url } = await serve(t, module);
  const events = [];
  server.on('stream', (stream) => {
    events.push('stream');
    stream.on('error', () => {}).respond();
    stream.end('served');
  });
  server.on('sessionError', ({ code, errno, message }) =>
    events.push(`sessionError ${code} ${errno} ${message}`),
  );
  const closed = new Promise((resolve) => {
    server.once('session', (session) => {
      session.on('error', ({ message }) => events.push(`error ${message}`));
      session.on('close', resolve);
    });
  });
  const socket = net.connect(server.address().port, '127.0.0.1');
  t.after(() => socket.destroy());
  const answered = new Promise((resolve) => {
    let received = zeros(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (goawayIn(received) !== undefined) resolve(goawayIn(received));
    });
    socket.on('error', () => {}).on('close', () => resolve(goawayIn(received)));
  });
  socket.write(octets);
  if (endAtOnce) socket.end();
  const goaway = await answered;
  socket.end();
  return { events: [...events], goaway, closed, url };
}

/**
 * The error code of a connection's GOAWAY. Its last stream is not compared: the builtin counts a
 * stream whose header block does not decode as processed, which RFC 9113 §6.8 does not ask for.
 */
function goawayIn(octets) {
  return parseFrames(octets)
    .find(({ type }) => type === 'GOAWAY')
    ?.payload.readUInt32BE(4);
}

async function assertServes(t, url) {
  const session = await connect(t, http2, url);
  assert.equal(String(await gather(session.request({ ':path': '/' }))), 'served');
}

for (const { name, octets, code, errno } of CASES) {
  test(`${name} ends the connection as with the builtin, and no other`, async (t) => {
    const expected = await provoke(t, builtin, octets);
    const { events, goaway, closed, url } = await provoke(t, http2, octets);
    assert.equal(goaway, expected.goaway);
    assert.deepEqual(events, expected.events);
    assert.notEqual(goaway, undefined, 'a GOAWAY was sent');
    if (code) assert.equal(goaway, code);
    if (errno)
      assert.ok(events.some((event) => event.startsWith(`sessionError ERR_HTTP2_ERROR ${errno}`)));
    await closed;
    await assertServes(t, url);
  });
}

test('a connection that ends within a frame closes its session without an error', async (t) => {
  const octets = opened(frame('HEADERS', { flags: 4, stream: 1, payload: zeros(3), length: 50 }));
  const { events, closed, url } = await provoke(t, http2, octets, { endAtOnce: true });
  await closed;
  assert.deepEqual(events, []);
  await assertServes(t, url);
});
