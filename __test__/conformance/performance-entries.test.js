'use strict';

// What PerformanceObserver is told of sessions and streams. The builtin shows the shape.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { once } = require('node:events');
const { PerformanceObserver, performance } = require('node:perf_hooks');
const { describe, it, test } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const ours = require('../..');

/** A ping and a request with a body, which is echoed. */
async function exchange(http2, body) {
  const server = http2.createServer();
  server.on('stream', (stream) => {
    stream.respond();
    stream.pipe(stream);
  });
  const closed = new Promise((resolve) => {
    server.on('session', (session) => session.on('close', resolve));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  await new Promise((resolve) => {
    session.ping(resolve);
  });
  const stream = session.request({ ':method': 'POST' }).resume();
  stream.end(body);
  await once(stream, 'close');
  session.close();
  server.close();
  await closed;
}

/** Gathers entries of a type while something runs, and what of them is still on its way then. */
async function observe(type, run) {
  const entries = [];
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntriesByType(type)));
  observer.observe({ type });
  await run();
  for (let i = 0; i < 10; i++) await turn();
  observer.disconnect();
  return entries;
}

const named = (entries, name, type) =>
  entries.filter((entry) => entry.name === name && entry.detail.type === type);

/** How an entry looks, whatever its figures. */
function shape(entry) {
  const own = Object.getOwnPropertyDescriptors(entry);
  return {
    kind: entry.constructor.name,
    json: Object.keys(entry.toJSON()),
    detail: Object.entries(entry.detail).map(([name, value]) => [name, typeof value]),
    fields: Object.entries(own).map(([name, { get, enumerable }]) => [name, !!get, enumerable]),
    entryType: entry.entryType,
  };
}

describe('entries of type http2', async () => {
  const body = Buffer.alloc(20_000);
  const begun = performance.now();
  const entries = await observe('http2', () => exchange(ours, body));
  const ended = performance.now();

  it('look as those of the builtin do', async () => {
    const theirs = await observe('http2', () => exchange(builtin, body));
    for (const [name, type] of [
      ['Http2Session', 'server'],
      ['Http2Session', 'client'],
      ['Http2Stream'],
    ]) {
      assert.deepEqual(shape(named(entries, name, type)[0]), shape(named(theirs, name, type)[0]));
    }
  });

  it('come once for each stream and each session', () => {
    assert.equal(named(entries, 'Http2Stream').length, 2);
    assert.equal(named(entries, 'Http2Session', 'server').length, 1);
    assert.equal(named(entries, 'Http2Session', 'client').length, 1);
  });

  it('say when it was, and for how long', () => {
    for (const { startTime, duration } of entries) {
      assert.ok(startTime >= begun && duration > 0 && startTime + duration <= ended);
    }
  });

  it('count what a stream moved, and when it began to', () => {
    for (const { duration, detail } of named(entries, 'Http2Stream')) {
      const { id, bytesRead, bytesWritten, ...times } = detail;
      assert.deepEqual([id, bytesRead, bytesWritten], [1, body.length, body.length]);
      for (const time of Object.values(times)) assert.ok(time > 0 && time <= duration);
    }
  });

  it('count what a session moved', () => {
    const [client] = named(entries, 'Http2Session', 'client');
    const [server] = named(entries, 'Http2Session', 'server');
    for (const { detail } of [client, server]) {
      assert.equal(detail.streamCount, 1);
      assert.equal(detail.maxConcurrentStreams, 1);
      assert.ok(detail.bytesRead > body.length && detail.bytesWritten > body.length);
      assert.ok(detail.framesReceived >= 4 && detail.framesSent >= 4);
      assert.ok(detail.streamAverageDuration > 0);
    }
    assert.ok(client.detail.pingRTT > 0);
    assert.equal(server.detail.pingRTT, 0);
  });
});

test('no other type has them', async () => {
  const work = performance.timerify(function work() {});
  const entries = await observe('function', async () => {
    await exchange(ours, 'body');
    work();
  });
  assert.deepEqual(
    entries.map(({ name, entryType }) => [name, entryType]),
    [['work', 'function']],
  );
});

test('observe() is as it was', () => {
  const { observe } = PerformanceObserver.prototype;
  assert.deepEqual([observe.name, observe.length], ['observe', 0]);
  const observer = new PerformanceObserver(() => {});
  assert.throws(() => observer.observe(), { code: 'ERR_MISSING_ARGS' });
  assert.throws(() => observer.observe({ type: 'http2', entryTypes: ['http2'] }));
});
