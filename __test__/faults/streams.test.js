'use strict';

// Streams that end badly, between each pair of rust-http2 and the builtin that has one of ours: no
// body that was cut short is taken for a whole one, and nobody else on the session notices.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { once } = require('node:events');
const { test } = require('node:test');
const http2 = require('../..');
const { gather } = require('../support/bodies');
const {
  END_HEADERS,
  RawClient,
  request,
  reset,
  settings,
  windowUpdate,
} = require('../support/raw-client');
const { connect, serve } = require('../support/net');
const { frame } = require('../support/frames');

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = builtin.constants;
const SETTINGS_INITIAL_WINDOW_SIZE = 4;
const PIECE = Buffer.alloc(1000, 'x');
/** More than the windows of a stream let through. */
const BLOCKED = Buffer.alloc(200_000, 'x');

/** What a reader learned of a body by the time its stream was closed. */
async function outcome(stream) {
  const seen = { octets: 0, ended: false };
  stream.on('error', (error) => (seen.error = error.code));
  stream.on('data', (chunk) => (seen.octets += chunk.length));
  stream.on('end', () => (seen.ended = true));
  await new Promise((resolve) => stream.on('close', resolve));
  return seen;
}

const byDestroy = (stream) => stream.destroy();
const byError = (stream) => stream.destroy(new Error('failed'));
function byDestroyAfterEnd(stream) {
  stream.end(BLOCKED);
  stream.destroy();
}
function byDestroyAfterClose(stream) {
  stream.end(BLOCKED);
  stream.close(NGHTTP2_NO_ERROR);
  stream.destroy();
}
const byCancel = (stream) => stream.close(NGHTTP2_CANCEL);
const byClose = (stream) => stream.close(NGHTTP2_NO_ERROR);
const bySession = (stream) => stream.session.destroy();

/** Server, client, and the ways to cut a response that must show. */
const PAIRS = [
  [
    'ours',
    http2,
    'ours',
    http2,
    [byDestroy, byDestroyAfterEnd, byDestroyAfterClose, byError, byCancel, byClose, bySession],
  ],
  // The builtin's close() sends END_STREAM, if it can.
  ['the builtin', builtin, 'ours', http2, [byDestroy, byError, bySession]],
  // The builtin's client takes NO_ERROR and CANCEL for an end.
  ['ours', http2, 'the builtin', builtin, [byDestroy, byError]],
];

for (const [serverName, serverModule, clientName, clientModule, ways] of PAIRS) {
  for (const cut of ways) {
    for (const [size, body] of [
      ['', PIECE],
      [' and blocked', BLOCKED],
    ]) {
      test(`a response begun${size} and cut ${cut.name} by ${serverName} has no end for ${clientName}`, async (t) => {
        const { server, url } = await serve(t, serverModule);
        const served = once(server, 'stream');
        server.on('stream', (stream) => {
          stream.on('error', () => {}).respond();
          stream.write(body);
        });
        const session = await connect(t, clientModule, url);
        session.on('error', () => {});
        const stream = session.request({ ':path': '/' });
        const seen = outcome(stream);
        await once(stream, 'data');
        const [response] = await served;
        response.session.on('error', () => {});
        cut(response);
        const { octets, ended } = await seen;
        assert.equal(ended, false);
        assert.ok(octets > 0);
      });
    }
  }
}

test('a response that lacks but its trailers when it is closed is whole', async (t) => {
  const { server, url } = await serve(t, http2);
  server.on('stream', (stream) => {
    stream.respond({}, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.close());
    stream.end(PIECE);
  });
  const session = await connect(t, http2, url);
  const { octets, ended, error } = await outcome(session.request({ ':path': '/' }));
  assert.deepEqual(
    { octets, ended, error },
    { octets: PIECE.length, ended: true, error: undefined },
  );
});

test('reading a response that is cut short rejects', async (t) => {
  const { server, url } = await serve(t, http2);
  server.on('stream', (stream) => {
    stream.respond();
    stream.write(PIECE, () => stream.close());
  });
  const session = await connect(t, http2, url);
  await assert.rejects(gather(session.request({ ':path': '/' })), {
    code: 'ERR_STREAM_PREMATURE_CLOSE',
  });
});

test('RST_STREAM with NO_ERROR closes a server stream that has data pending', async (t) => {
  const { server } = await serve(t, http2);
  const served = once(server, 'stream');
  const client = await RawClient.connect(server.address().port);
  t.after(() => client.destroy());
  client.open(request(1));
  const [stream] = await served;
  stream.respond();
  stream.write(BLOCKED);
  await client.received('DATA', 1);
  const closed = once(stream, 'close');
  client.write(reset(1, NGHTTP2_NO_ERROR), frame('PING', { payload: Buffer.alloc(8) }));
  await closed;
  assert.ok(stream.destroyed && stream.aborted);
  assert.equal(stream.rstCode, NGHTTP2_NO_ERROR);
  assert.ok(await client.received('PING'), 'the session goes on');
});

test('RST_STREAM with NO_ERROR closes a client stream that has data pending', async (t) => {
  const { server, url } = await serve(t, http2);
  server.on('stream', (stream) => {
    stream.on('error', () => {}).respond();
    stream.once('readable', () => stream.close(NGHTTP2_NO_ERROR));
  });
  const session = await connect(t, http2, url);
  const stream = session.request({ ':path': '/', ':method': 'POST' });
  stream.on('error', () => {}).resume();
  stream.write(BLOCKED);
  await once(stream, 'close');
  assert.ok(stream.destroyed && stream.aborted);
  assert.equal(session.destroyed, false);
});

test('a stream closed and then destroyed is reset, once, and the others go on', async (t) => {
  const { server } = await serve(t, http2);
  server.on('stream', (stream) => {
    stream.respond();
    if (stream.id > 1) {
      stream.end(PIECE);
      return;
    }
    stream.end(BLOCKED);
    setImmediate(() => {
      stream.close(NGHTTP2_NO_ERROR);
      stream.destroy();
    });
  });
  const client = await RawClient.connect(server.address().port);
  t.after(() => client.destroy());
  client.open(request(1, { flags: END_HEADERS }));
  await client.received('RST_STREAM', 1);
  client.write(windowUpdate(0, 1e6), request(3));
  await client.received('DATA', 3);
  const resets = client.frames().filter((each) => each.type === 'RST_STREAM');
  assert.deepEqual(
    resets.map(({ stream }) => stream),
    [1],
  );
});

test('a push takes the place of a request that came and was reset in the same read', async (t) => {
  const { server } = await serve(t, http2);
  const aborted = new Promise((resolve) => {
    server.on('stream', (stream) => {
      stream.on('aborted', () => resolve(stream.id)).respond();
      if (stream.id > 1) return;
      stream.pushStream({ ':path': '/pushed' }, (error, pushed) => {
        assert.ifError(error);
        pushed.respond();
        pushed.end(PIECE);
      });
    });
  });
  const client = await RawClient.connect(server.address().port);
  t.after(() => client.destroy());
  // The pushed body waits for its window.
  client.open(settings([[SETTINGS_INITIAL_WINDOW_SIZE, 0]]), request(1), request(3), reset(3, 0));
  assert.equal(await aborted, 3);
  await client.received('HEADERS', 2);
  client.write(windowUpdate(2, PIECE.length));
  const { payload } = await client.received('DATA', 2);
  assert.deepEqual(payload, PIECE);
});

test('what is corked when its stream is reset is dropped', async (t) => {
  const { server } = await serve(t, http2);
  const served = once(server, 'stream');
  const client = await RawClient.connect(server.address().port);
  t.after(() => client.destroy());
  client.open(request(1, { flags: END_HEADERS }));
  const [stream] = await served;
  const closed = once(stream, 'close');
  stream.cork();
  stream.write(PIECE);
  client.write(reset(1, NGHTTP2_CANCEL), request(3));
  await closed;
  assert.equal(stream.headersSent, false);
});

for (const [name, answered] of [
  ['downloads that are aborted', true],
  ['downloads that are aborted at their end', false],
]) {
  test(`1,200 ${name} in a row do not end the session`, async (t) => {
    const { server, url } = await serve(t, http2);
    server.on('stream', (stream) => {
      stream.on('error', () => {}).respond();
      if (answered) stream.write(PIECE);
      else stream.end(PIECE);
    });
    const session = await connect(t, http2, url);
    for (let i = 0; i < 1200; i++) {
      const stream = session.request({ ':path': '/' });
      const closed = new Promise((resolve) => stream.on('close', resolve));
      stream.on('error', () => {}).once('data', () => stream.close(NGHTTP2_CANCEL));
      await closed;
    }
    const last = session.request({ ':path': '/' });
    const [headers] = await once(last, 'response');
    assert.equal(headers[':status'], 200);
    assert.ok(!session.closed && !session.destroyed);
  });
}

test('requests that come together and are answered at their end are all closed', async (t) => {
  const { server } = await serve(t, http2);
  const COUNT = 10;
  const closed = [];
  const all = new Promise((resolve) => {
    server.on('stream', (stream) => {
      const { id } = stream;
      stream.resume().on('end', () => stream.respond({}, { endStream: true }));
      stream.on('close', () => closed.push(id) === COUNT && resolve());
    });
  });
  const client = await RawClient.connect(server.address().port);
  t.after(() => client.destroy());
  client.open(...Array.from({ length: COUNT }, (_, i) => request(2 * i + 1)));
  await all;
  assert.equal(new Set(closed).size, COUNT);
});
