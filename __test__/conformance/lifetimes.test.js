'use strict';

// How long things live: bodies whose connection is gone, memory of writes, sessions that ended,
// requests that were given up early.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { readFileSync } = require('node:fs');
const v8 = require('node:v8');
const vm = require('node:vm');
const { once } = require('node:events');
const { describe, test } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const ours = require('../..');
const { connect, serve } = require('../support/net');
const { RawClient, request } = require('../support/raw-client');

const { NGHTTP2_CANCEL, NGHTTP2_PROTOCOL_ERROR } = builtin.constants;

describe('a response received whole may be read after its connection is gone', () => {
  for (const [name, end] of [
    ['closed', (session) => session.close()],
    ['destroyed', (session) => session.destroy()],
  ]) {
    test(`the server ${name} its session`, async (t) => {
      const { server, url } = await serve(t, ours);
      server.on('stream', (stream) => {
        const { session } = stream;
        stream.respond();
        stream.end(Buffer.alloc(60_000));
        stream.on('close', () => setImmediate(end, session));
      });
      const session = await connect(t, ours, url);
      const stream = session.request();
      await Promise.all([once(stream, 'response'), once(session, 'close')]);
      let octets = 0;
      stream.on('data', (chunk) => (octets += chunk.length));
      await once(stream, 'end');
      assert.deepEqual([octets, stream.rstCode], [60_000, 0]);
    });
  }
});

test('memory of a write may be used again once it is called back', async (t) => {
  const { server, url } = await serve(t, ours);
  const PIECES = 64;
  const PIECE = 256 * 1024;
  server.on('stream', async (stream) => {
    stream.respond();
    const piece = Buffer.alloc(PIECE);
    for (let i = 1; i <= PIECES; i++) {
      piece.fill(i);
      await new Promise((resolve) => stream.write(piece, resolve));
    }
    stream.end();
  });
  const session = await connect(t, ours, url, {
    settings: { initialWindowSize: 2 ** 31 - 1 },
  });
  session.setLocalWindowSize(2 ** 31 - 1);
  let at = 0;
  // The socket is not read at first: what is written stays in this process.
  const stream = session.request();
  for await (const chunk of stream) {
    for (const octet of [chunk[0], chunk[chunk.length - 1]]) {
      const place = octet === chunk[0] ? at : at + chunk.length - 1;
      assert.equal(octet, Math.floor(place / PIECE) + 1, `at ${place}`);
    }
    at += chunk.length;
  }
  assert.equal(at, PIECES * PIECE);
});

describe('a session that has ended can be collected', () => {
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc');

  async function collected(reference) {
    for (let i = 0; i < 20 && reference.deref() !== undefined; i++) {
      await turn();
      gc();
    }
    return reference.deref() === undefined;
  }

  test('on both sides, however it ended', async (t) => {
    for (const method of ['close', 'destroy']) {
      const server = ours.createServer();
      const references = [];
      server.on('session', (session) => references.push(new WeakRef(session)));
      server.on('stream', (stream) => stream.respond({}, { endStream: true }));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      const run = async () => {
        const session = ours.connect(`http://127.0.0.1:${server.address().port}`);
        references.push(new WeakRef(session));
        const stream = session.request().resume();
        references.push(new WeakRef(stream));
        await once(stream, 'close');
        session[method]();
        await once(session, 'close');
      };
      await run();
      for (const reference of references) assert.ok(await collected(reference), method);
    }
  });

  // A client over TLS that says all it has to say, and goodbye, in one go.
  test('in the turn after the one in which it ended, however short it was', async (t) => {
    const { server } = await serve(t, ours, { tls: true });
    let reference;
    server.on('session', (session) => (reference = new WeakRef(session)));
    let stream;
    server.on('stream', (opened) => {
      stream = opened;
      stream.write('begun');
    });
    const held = new Promise((resolve) => {
      server.on('secureConnection', (socket) => {
        socket.on('end', () => {
          socket.destroy();
          stream.session.destroy();
          stream = undefined;
          setImmediate(() => {
            gc();
            resolve(reference.deref() !== undefined);
          });
        });
      });
    });
    const client = await RawClient.connect(server.address().port, { secure: true });
    t.after(() => client.destroy());
    client.open(request(1));
    client.socket.end();
    assert.equal(await held, false);
  });
});

test('requests are over, and their next ticks run, before a session tells of its GOAWAY', async (t) => {
  async function listen(client, http2) {
    const { server, url } = await serve(t, http2);
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      stream.session.on('error', () => {});
      stream.respond();
      setImmediate(() => stream.session.destroy(NGHTTP2_CANCEL));
    });
    const heard = [];
    const session = await connect(t, client, url);
    const stream = session.request({ ':method': 'POST' });
    stream.on('error', () => {});
    stream.on('close', () => process.nextTick(() => heard.push('the tick after close')));
    session.on('error', () => heard.push('session error'));
    await once(session, 'close').catch(() => {});
    return heard;
  }
  const heard = await listen(ours, ours);
  assert.deepEqual(heard, await listen(builtin, builtin));
  assert.deepEqual(heard, ['the tick after close', 'session error']);
});

describe('a request that is given up', () => {
  test('by a signal that was aborted before is destroyed in the same tick', async (t) => {
    const { server, url } = await serve(t, ours);
    server.on('stream', () => assert.fail('it must not arrive'));
    const session = await connect(t, ours, url);
    const cause = new Error('enough');
    const stream = session.request({}, { signal: AbortSignal.abort(cause) });
    assert.deepEqual([stream.destroyed, stream.aborted], [true, false]);
    const [error] = await once(stream, 'error');
    assert.deepEqual([error.code, error.cause], ['ABORT_ERR', cause]);
    assert.equal(stream.rstCode, NGHTTP2_CANCEL);
  });

  test('before the connection is there is reset once it is', async (t) => {
    const { server, url } = await serve(t, ours);
    const closed = new Promise((resolve) => {
      server.on('stream', (stream) => {
        stream.on('error', () => {});
        stream.on('close', () => resolve(stream.rstCode));
      });
    });
    const session = ours.connect(url);
    t.after(() => session.destroy());
    const stream = session.request();
    stream.close(NGHTTP2_PROTOCOL_ERROR);
    assert.deepEqual([stream.pending, stream.closed], [true, true]);
    const [error] = await once(stream, 'error');
    assert.match(error.message, /NGHTTP2_PROTOCOL_ERROR/);
    assert.equal(await closed, NGHTTP2_PROTOCOL_ERROR);
  });

  test('by an illegal name costs the session where it does with the builtin', async (t) => {
    const outcomes = [];
    for (const http2 of [builtin, ours]) {
      const { url } = await serve(t, http2);
      const session = await connect(t, http2, url);
      let error;
      session.on('error', ({ code }) => (error = code));
      assert.throws(() => session.request({ 'a b': 1 }), { code: 'ERR_INVALID_HTTP_TOKEN' });
      for (let i = 0; i < 10; i++) await turn();
      outcomes.push([session.destroyed, error]);
    }
    assert.deepEqual(outcomes[1], outcomes[0]);
  });
});

describe('a response from a file', () => {
  const ends = {
    'is whole though the user ends the stream': (stream) => {
      stream.respondWithFile(__filename, {});
      stream.end();
    },
    'has trailers though the request goes on': (stream) => {
      stream.respondWithFile(__filename, {}, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-end': 'yes' }));
    },
  };
  for (const [name, answer] of Object.entries(ends)) {
    test(name, async (t) => {
      const { server, url } = await serve(t, ours);
      server.on('stream', answer);
      const session = await connect(t, ours, url);
      // A body that never ends, and that the server does not read: it resets what is left of it.
      const stream = session.request({ ':method': 'POST' });
      const trailers = new Promise((resolve) => {
        stream.on('trailers', resolve).on('close', () => resolve({}));
      });
      const chunks = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      await once(stream, 'close');
      assert.deepEqual(Buffer.concat(chunks), readFileSync(__filename));
      assert.equal((await trailers)['x-end'], name.startsWith('has') ? 'yes' : undefined);
    });
  }
});
