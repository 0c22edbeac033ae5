'use strict';

// Receive windows that follow a path with distance, on both sides, and those that do not.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const ours = require('../..');
const { once } = require('node:events');
const { test } = require('node:test');
const { MIB } = require('../support/bodies');
const { connect, serve } = require('../support/net');
const { startRelay } = require('../../scripts/relay');

/** What a window is that nobody chose (RFC 9113 §6.9.2). */
const WINDOW = 65_535;
/** Each way, in ms. */
const DELAY = 15;
const SIZE = 2 * MIB;

/** A server behind a path, whose responses are `SIZE` octets, and a session to it. */
async function overPath(t, { server: serverHttp2, client: clientHttp2, options, clientOptions }) {
  const { server } = await serve(t, serverHttp2, { options });
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond();
    stream.end(Buffer.alloc(SIZE));
  });
  const relay = await startRelay(DELAY, server.address().port);
  t.after(() => relay.close());
  const url = `http://127.0.0.1:${relay.address().port}`;
  return { server, session: await connect(t, clientHttp2, url, clientOptions) };
}

/** Reads a response to its end. */
async function download(session) {
  let received = 0;
  for await (const chunk of session.request()) received += chunk.length;
  assert.equal(received, SIZE);
}

const windowOf = (session) => session.state.effectiveLocalWindowSize;

test('a client that downloads grows its windows', async (t) => {
  const { session } = await overPath(t, { server: builtin, client: ours });
  const window = once(session, 'localSettings').then(() => windowOf(session));
  assert.equal(await window, WINDOW);
  await download(session);
  assert.ok(windowOf(session) > 4 * WINDOW, `the window is ${windowOf(session)}`);
});

test('a server that is uploaded to grows its windows', async (t) => {
  const { server, session } = await overPath(t, { server: ours, client: builtin });
  const uploaded = once(server, 'stream').then(async ([stream]) => {
    let received = 0;
    for await (const chunk of stream) received += chunk.length;
    return { received, window: windowOf(stream.session) };
  });
  const stream = session.request({ ':method': 'POST' });
  stream.resume();
  stream.end(Buffer.alloc(SIZE));
  const { received, window } = await uploaded;
  assert.equal(received, SIZE);
  assert.ok(window > 4 * WINDOW, `the window is ${window}`);
});

test('a window that was chosen stays, and so does one without leave to grow', async (t) => {
  const { session } = await overPath(t, {
    server: builtin,
    client: ours,
    clientOptions: { settings: { initialWindowSize: 100_000 } },
  });
  session.setLocalWindowSize(200_000);
  const stream = session.request();
  let highest = 0;
  stream.on('data', () => {
    highest = Math.max(highest, stream.state.localWindowSize);
  });
  await once(stream, 'end');
  assert.equal(windowOf(session), 200_000);
  assert.ok(highest > 0 && highest <= 100_000, `the stream's window was ${highest}`);
});

test('windows do not pass maxAutoWindowSize', async (t) => {
  for (const maxAutoWindowSize of [0, 150_000]) {
    const clientOptions = { maxAutoWindowSize };
    const { session } = await overPath(t, { server: builtin, client: ours, clientOptions });
    await download(session);
    assert.equal(windowOf(session), Math.max(maxAutoWindowSize, WINDOW));
  }
});

test('a reader that stops costs no more than its window', async (t) => {
  const { server, session } = await overPath(t, { server: builtin, client: ours });
  let sent = 0;
  server.removeAllListeners('stream');
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond();
    const more = () => {
      while (stream.write(Buffer.alloc(16_384))) sent += 16_384;
      sent += 16_384;
    };
    stream.on('drain', more);
    more();
  });
  const stream = session.request();
  let received = 0;
  stream.on('data', (chunk) => {
    received += chunk.length;
    if (received > SIZE) stream.pause();
  });
  await once(stream, 'pause');
  const { localWindowSize } = stream.state;
  // The sender stops: two answers in a row over the path find nothing new.
  const ping = () => new Promise((resolve) => session.ping(resolve));
  for (let before = -1; before !== sent;) {
    before = sent;
    await ping();
    await ping();
  }
  assert.equal(stream.state.localWindowSize, 0);
  const buffered = received + localWindowSize;
  assert.ok(sent <= buffered + MIB, `${sent} octets were sent, ${received} read`);
  stream.destroy();
});
