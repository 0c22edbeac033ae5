'use strict';

const assert = require('node:assert');
const http2 = require('../../lib/index.js');
const { subscribe, unsubscribe } = require('node:diagnostics_channel');
const { once } = require('node:events');
const { text } = require('node:stream/consumers');
const { test } = require('node:test');
const { connect, serve } = require('../support/net.js');

const CHANNEL = 'rust-http2.frame';

/** Hears of frames until the test is over, or until the listener is taken off. */
function listen(t) {
  const messages = [];
  const listener = (message) => messages.push(message);
  subscribe(CHANNEL, listener);
  t.after(() => unsubscribe(CHANNEL, listener));
  return { messages, stop: () => unsubscribe(CHANNEL, listener) };
}

/** A message in a line, without what tells nothing. */
function line({ direction, name, stream, flags }) {
  return `${direction} ${name} ${stream} ${flags}`;
}

function get(session, headers) {
  return text(session.request(headers));
}

test('one exchange, seen from both sides', async (t) => {
  const { messages } = listen(t);
  const { server, url } = await serve(t, http2);
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'set-cookie': ['a=1', 'b=2'] });
    stream.end('hello');
  });
  const client = await connect(t, http2, url);
  await get(client, { ':path': '/x', 'x-secret': '1', [http2.sensitiveHeaders]: ['x-secret'] });

  const of = (session) => messages.filter((message) => message.session === session).map(line);
  assert.deepStrictEqual(of(client).sort(), [
    'received DATA 1 1',
    'received HEADERS 1 4',
    'received SETTINGS 0 0',
    'received SETTINGS 0 1',
    'sent HEADERS 1 5',
    'sent SETTINGS 0 0',
    'sent SETTINGS 0 1',
  ]);
  const other = messages.find(({ session }) => session !== client).session;
  assert.strictEqual(other.type, 0);
  const turn = (text) => text.replace(/^\w+/, (way) => (way === 'sent' ? 'received' : 'sent'));
  assert.deepStrictEqual(of(other).sort(), of(client).map(turn).sort());

  const requests = messages.filter(({ name, flags }) => name === 'HEADERS' && flags === 5);
  assert.strictEqual(requests.length, 2);
  for (const { type, length, headers, rawHeaders } of requests) {
    assert.strictEqual(type, 1);
    assert.ok(length > 0);
    assert.strictEqual(headers[':path'], '/x');
    assert.deepStrictEqual(headers[http2.sensitiveHeaders], ['x-secret']);
    assert.ok(rawHeaders.includes('x-secret'));
  }
  const [response] = messages.filter(({ name, flags }) => name === 'HEADERS' && flags === 4);
  assert.deepStrictEqual(response.headers['set-cookie'], ['a=1', 'b=2']);
});

test('payloads are told by their type', async (t) => {
  const { url, server } = await serve(t, http2, { options: { settings: { enablePush: false } } });
  server.on('session', (session) => {
    session.altsvc('h2=":1"', 'https://example.org');
    session.origin('https://example.org', 'https://example.com');
  });
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
  });
  const { messages } = listen(t);
  const client = await connect(t, http2, url);
  const refused = once(client.request(), 'error');
  await new Promise((resolve) => client.ping(Buffer.from('12345678'), resolve));
  client.setLocalWindowSize(100_000);
  await refused;
  client.goaway(2, 1, Buffer.from('so long'));
  await once(client, 'close');

  const find = (name, direction = 'sent', wanted = () => true) => {
    const found = messages.find(
      (message) => message.name === name && message.direction === direction && wanted(message),
    );
    assert.ok(found, name);
    return found;
  };
  assert.deepStrictEqual(find('SETTINGS', 'sent', (m) => m.length > 0).settings, [[2, 0]]);
  assert.ok(!('settings' in find('SETTINGS', 'sent', ({ flags }) => flags === 1)));
  assert.deepStrictEqual(find('PING').payload, Buffer.from('12345678'));
  assert.strictEqual(find('RST_STREAM', 'received').errorCode, 7);
  assert.strictEqual(find('WINDOW_UPDATE').increment, 100_000 - 65_535);
  const { errorCode, lastStream, debugData } = find('GOAWAY', 'received');
  assert.deepStrictEqual([errorCode, lastStream, String(debugData)], [2, 1, 'so long']);
  const { origin, value } = find('ALTSVC', 'received');
  assert.deepStrictEqual([origin, value], ['https://example.org', 'h2=":1"']);
  assert.deepStrictEqual(find('ORIGIN').origins, ['https://example.org', 'https://example.com']);
});

test('listeners come and go while sessions are open', async (t) => {
  const { server, url } = await serve(t, http2);
  server.on('stream', (stream) => stream.respond({ ':status': 204 }, { endStream: true }));
  const client = await connect(t, http2, url);
  await get(client);
  const { messages, stop } = listen(t);
  await get(client, { ':path': '/heard' });
  assert.deepStrictEqual(messages.filter(({ session }) => session === client).map(line), [
    'sent HEADERS 3 5',
    'received HEADERS 3 5',
  ]);
  assert.strictEqual(messages[0].headers[':path'], '/heard');
  stop();
  await get(client);
  assert.strictEqual(messages.filter(({ stream }) => stream === 5).length, 0);
});

test('a listener may end the session', async (t) => {
  const { server, url } = await serve(t, http2);
  server.on('stream', () => assert.fail('the session is gone'));
  server.on('session', (session) => session.on('error', () => {}));
  const client = await connect(t, http2, url);
  const listener = ({ session, direction, name }) => {
    if (session !== client && direction === 'received' && name === 'HEADERS') session.destroy();
  };
  subscribe(CHANNEL, listener);
  t.after(() => unsubscribe(CHANNEL, listener));
  const stream = client.request();
  stream.on('error', () => {});
  await once(stream, 'close');
});

test('one chunk is one turn, watched or not', async (t) => {
  const { server, url } = await serve(t, http2);
  server.on('stream', (stream) => {
    stream.respond();
    stream.write('a');
    stream.end(Buffer.alloc(40_000, 'b'));
  });
  const client = await connect(t, http2, url);
  const chunks = async () => {
    const stream = client.request();
    const lengths = [];
    // Awaiting in between, a listener for each chunk must come in time.
    while (lengths.reduce((sum, length) => sum + length, 0) < 40_001) {
      const [chunk] = await once(stream, 'data');
      lengths.push(chunk.length);
    }
    return lengths.length > 0;
  };
  assert.ok(await chunks());
  listen(t);
  assert.ok(await chunks());
});
