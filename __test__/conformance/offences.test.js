'use strict';

// What peers do wrong, and our limits that they run into, shows to users as with the builtin.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const net = require('node:net');
const { once } = require('node:events');
const { describe, test } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const ours = require('../..');
const { frame } = require('../support/frames');
const { connect, serve } = require('../support/net');
const {
  END_HEADERS,
  POST,
  RawClient,
  request,
  settings,
  uint32,
} = require('../support/raw-client');

/** What a server's user hears of a session that a raw client ends, and what the client hears. */
async function judge(t, http2, octets, options = {}) {
  const { server } = await serve(t, http2, { options });
  const heard = [];
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond();
    stream.end('ok');
  });
  server.on('sessionError', ({ code, message }) => heard.push(code, message));
  const client = await RawClient.connect(server.address().port);
  t.after(() => client.destroy());
  client.open(...octets);
  const { payload } = await client.received('GOAWAY');
  client.destroy();
  for (let i = 0; i < 5; i++) await turn();
  return { heard, code: payload.readUInt32BE(4) };
}

const emptyData = (stream) => frame('DATA', { stream });
const offences = {
  'a SETTINGS acknowledged that was not sent': [
    frame('SETTINGS', { flags: 1 }),
    frame('SETTINGS', { flags: 1 }),
  ],
  'a PING answered that was not sent': [frame('PING', { flags: 1, payload: Buffer.alloc(8) })],
  'an unknown stream reset': [frame('RST_STREAM', { stream: 9, payload: uint32(0) })],
  'a window opened by nothing': [frame('WINDOW_UPDATE', { payload: uint32(0) })],
  'a setting out of its range': [settings([[2, 2]])],
  'a field block that does not decode': [request(1, { block: Buffer.from([0x80]) })],
};

describe('a server tells of offences as the builtin does', () => {
  for (const [name, octets] of Object.entries(offences)) {
    test(name, async (t) => {
      const expected = await judge(t, builtin, octets);
      assert.deepEqual(await judge(t, ours, octets), expected);
    });
  }
});

test('a client tells of a peer that speaks no HTTP/2', async (t) => {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 400 No\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const heard = [];
  for (const http2 of [builtin, ours]) {
    const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
    const stream = session.request();
    const errors = await Promise.all([once(stream, 'error'), once(session, 'error')]);
    heard.push(errors.map(([{ code, message }]) => [code, message]));
  }
  assert.deepEqual(heard[1], heard[0]);
  assert.deepEqual(heard[1][1], ['ERR_HTTP2_ERROR', 'Protocol error']);
});

test('the limit of invalid frames lets as many pass as the builtin', async (t) => {
  const options = { maxSessionInvalidFrames: 2 };
  const run = async (http2, count) => {
    const { server } = await serve(t, http2, { options });
    let error;
    server.on('stream', (stream) => stream.on('error', () => {}).resume());
    server.on('sessionError', ({ code }) => (error = code));
    const client = await RawClient.connect(server.address().port);
    t.after(() => client.destroy());
    const frames = Array.from({ length: count }, () => emptyData(1));
    const ping = frame('PING', { payload: Buffer.alloc(8) });
    client.open(request(1, { block: POST, flags: END_HEADERS }), ...frames, ping);
    // The answer to PING, or the end.
    await client.received('PING');
    return error;
  };
  for (const count of [3, 4]) assert.equal(await run(ours, count), await run(builtin, count));
  assert.equal(await run(ours, 4), 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES');
});

test('a field value above 64 KiB on the wire costs the session', async (t) => {
  for (const http2 of [builtin, ours]) {
    const { server, url } = await serve(t, ours);
    server.on('stream', () => assert.fail('the request must not arrive'));
    const session = await connect(t, http2, url, { maxSendHeaderBlockLength: 200_000 });
    // Eight bits each in the Huffman code.
    const stream = session.request({ long: '*'.repeat(70_000) });
    const [[error]] = await Promise.all([once(session, 'error'), once(stream, 'error')]);
    assert.equal(error.message, 'Session closed with error code 9');
  }
});

test('a smaller maxHeaderListSize does not meet a response that is on its way', async (t) => {
  const { server, url } = await serve(t, ours);
  const streams = [];
  server.on('stream', (stream) => streams.push(stream.on('error', () => {})));
  const session = await connect(t, ours, url);
  const before = session.request().resume();
  const answered = once(before, 'response');
  await new Promise((resolve) => session.settings({ maxHeaderListSize: 1 }, resolve));
  const after = session.request();
  const refused = once(after, 'error');
  while (streams.length < 2) await once(server, 'stream');
  for (const stream of streams) stream.respond({ ':status': 200 }, { endStream: true });
  assert.equal((await answered)[0][':status'], 200);
  assert.match((await refused)[0].message, /ENHANCE_YOUR_CALM/);
});

test('an alternative service of a stream that is not there is not sent', async (t) => {
  const { server, url } = await serve(t, ours);
  server.on('session', (session) => session.altsvc('h2=":1"', 3));
  server.on('stream', (stream) => {
    stream.session.altsvc('h2=":2"', stream.id);
    stream.respond({}, { endStream: true });
  });
  const session = await connect(t, ours, url);
  const heard = [];
  session.on('altsvc', (...args) => heard.push(args));
  await once(session.request().resume(), 'close');
  assert.deepEqual(heard, [['h2=":2"', '', 1]]);
});
