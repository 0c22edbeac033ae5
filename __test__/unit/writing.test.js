'use strict';

// Sockets are written to past their streams: they look as they do when their streams write.

const assert = require('node:assert/strict');
const net = require('node:net');
const { once } = require('node:events');
const { buffer, text } = require('node:stream/consumers');
const { describe, it, test } = require('node:test');
const { TAKEN, writeDirectly, writePiecesDirectly } = require('../../lib/writing.js');

const OCTETS = Buffer.from('some octets');
const LONG = 16_000;
const UV_EPIPE = -32;

/** Two ends of a connection; what comes to the second is not read yet. */
async function pair(t) {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const near = net.connect(server.address().port, '127.0.0.1');
  const [far] = await once(server, 'connection');
  if (near.connecting) await once(near, 'connect');
  t.after(() => [near, far].forEach((socket) => socket.destroy()));
  return { near, far };
}

/** The same in three pieces. */
function cut(octets) {
  const [first, second] = [1, octets.length >> 1];
  return [octets.subarray(0, first), octets.subarray(first, second), octets.subarray(second)];
}

/** What is written, in one piece or in several, past the stream and by the stream. */
const KINDS = {
  'in one piece': {
    method: 'writeBuffer',
    past: writeDirectly,
    byStream: (socket, octets, done) => socket.write(octets, done),
  },
  'in several pieces': {
    method: 'writev',
    past: (socket, octets, done) => writePiecesDirectly(socket, cut(octets), done),
    byStream(socket, octets, done) {
      const [first, second, third] = cut(octets);
      socket.cork();
      socket.write(first);
      socket.write(second);
      const flowing = socket.write(third, done);
      socket.uncork();
      return flowing;
    },
  },
};

/** A write past the stream that tells when it is done, as that of the stream does. */
function telling(past) {
  return (socket, octets, done) => {
    const outcome = past(socket, octets, done);
    if (outcome !== TAKEN) return outcome;
    process.nextTick(done);
    return true;
  };
}

const both = (action) => {
  for (const [name, kind] of Object.entries(KINDS)) describe(name, () => action(kind));
};

describe('a write to a stream that is idle', () =>
  both(({ method, past, byStream }) => {
    it('is done when the system has taken it', async (t) => {
      const { near, far } = await pair(t);
      assert.equal(past(near, OCTETS), TAKEN);
      assert.equal(near.bytesWritten, OCTETS.length);
      assert.equal(near.writableLength, 0);
      assert.equal(past(near, OCTETS), TAKEN);
      near.end();
      assert.equal(await text(far), String(OCTETS).repeat(2));
    });

    it('is activity to the socket', async (t) => {
      const { near } = await pair(t);
      near.setTimeout(1 << 30);
      const timers = Object.getOwnPropertySymbols(near).map((symbol) => near[symbol]);
      const timer = timers.find((value) => typeof value?.refresh === 'function');
      let refreshed = 0;
      timer.refresh = () => (refreshed += 1);
      byStream(near, OCTETS);
      const asked = refreshed;
      assert.ok(asked > 0);
      past(near, OCTETS);
      assert.equal(refreshed, 2 * asked);
    });

    it('goes on in the stream when the system has taken a part', async (t) => {
      const { near, far } = await pair(t);
      const sent = [];
      let [outcome, isDone] = [];
      const done = new Promise((resolve) => {
        do {
          sent.push(Buffer.alloc(LONG, sent.length));
          outcome = past(near, sent.at(-1), () => resolve((isDone = true)));
        } while (outcome === TAKEN);
      });
      assert.equal(outcome, true);
      assert.equal(near.writableLength, LONG);
      assert.equal(near.bytesWritten, sent.length * LONG);
      sent.push(Buffer.alloc(1 << 20, 'x'), OCTETS);
      assert.equal(past(near, sent.at(-2)), false);
      assert.equal(past(near, sent.at(-1)), false);
      assert.equal(isDone, undefined);
      const drained = once(near, 'drain');
      const all = buffer(far);
      await Promise.all([done, drained]);
      assert.equal(past(near, OCTETS), TAKEN);
      near.end();
      assert.ok(Buffer.concat([...sent, OCTETS]).equals(await all));
    });

    it('fails as that of the stream does', async (t) => {
      const outcomes = [];
      for (const write of [byStream, telling(past)]) {
        const { near } = await pair(t);
        const seen = [];
        Object.defineProperty(near._handle, method, {
          configurable: true,
          writable: true,
          value: () => UV_EPIPE,
        });
        near.on('error', ({ code, syscall, message }) => seen.push(code, syscall, message));
        const closed = new Promise((resolve) => {
          near.on('close', resolve);
        });
        write(near, OCTETS, (error) => seen.push('done', error?.code));
        seen.push('written', near.destroyed, near.writableLength, near.bytesWritten);
        seen.push('closed', await closed);
        outcomes.push(seen);
      }
      assert.ok(outcomes[0].includes('EPIPE'));
      assert.deepEqual(outcomes[1], outcomes[0]);
    });

    it('is told of once when the socket is destroyed before the system has taken the rest', async (t) => {
      const outcomes = [];
      for (const write of [byStream, telling(past)]) {
        const { near } = await pair(t);
        const seen = [];
        let waiting = 0;
        while (near.writableLength === 0) {
          waiting += 1;
          write(near, Buffer.alloc(LONG), () => (waiting -= 1));
          await new Promise(setImmediate);
        }
        near.on('error', ({ code }) => seen.push(code));
        near.destroy();
        await once(near, 'close');
        await new Promise(setImmediate);
        seen.push(waiting, near.writableLength);
        outcomes.push(seen);
      }
      assert.deepEqual(outcomes[1], outcomes[0]);
    });

    it('asks nobody to wait when the system has taken it', async (t) => {
      const { near } = await pair(t);
      assert.equal(past(near, Buffer.alloc(near.writableHighWaterMark)), TAKEN);
      assert.equal(near.writableNeedDrain, false);
    });

    // The system may take the rest while libuv queues it: nothing is queued, and yet the request is
    // under way. Node aborts the process if another write begins with it.
    it('is under way as long as its request is, whatever is queued', async (t) => {
      const { near, far } = await pair(t);
      Object.defineProperty(near._handle, 'writeQueueSize', { get: () => 0 });
      let sent = 0;
      let isTaken;
      const done = new Promise((resolve) => {
        do {
          sent += LONG;
          isTaken = past(near, Buffer.alloc(LONG), resolve) === TAKEN;
        } while (isTaken);
      });
      const all = buffer(far);
      await done;
      assert.equal(past(near, OCTETS), TAKEN);
      near.end();
      assert.equal((await all).length, sent + OCTETS.length);
    });
  }));

describe('a write is left to a stream', () => {
  const cases = {
    'that is connecting': (socket) => (socket.connecting = true),
    'that is corked': (socket) => socket.cork(),
    'that has ended': (socket) => socket.on('error', () => {}).end(),
    'that is destroyed': (socket) => socket.on('error', () => {}).destroy(),
    'that is written to by others': (socket) => (socket._writeGeneric = () => {}),
    'that is encrypted': (socket) => (socket.encrypted = true),
  };
  for (const [name, make] of Object.entries(cases)) {
    test(name, async (t) => {
      const { near } = await pair(t);
      make(near);
      for (const { past } of Object.values(KINDS)) {
        assert.notEqual(
          past(near, OCTETS, () => {}),
          TAKEN,
        );
      }
    });
  }
});
