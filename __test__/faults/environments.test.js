'use strict';

// Wherever the package runs, and however that ends.

const assert = require('node:assert/strict');
const path = require('node:path');
const vm = require('node:vm');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');
const http2 = require('../..');
const { gather } = require('../support/bodies');
const { loadCopy } = require('../support/copies');
const { connect, serve } = require('../support/net');
const { run } = require('../support/programs');

const TRAFFIC = path.join(__dirname, 'fixtures', 'traffic.js');
const CLUSTER = path.join(__dirname, 'fixtures', 'cluster.js');
const WORKERS = 100;
const AT_ONCE = 4;

async function assertServes(t) {
  const { server, url } = await serve(t, http2);
  server.on('stream', (stream) => {
    stream.respond();
    stream.end('fine');
  });
  const session = await connect(t, http2, url);
  assert.equal(String(await gather(session.request({ ':path': '/' }))), 'fine');
}

test('100 workers are terminated, or exit, in the middle of traffic', async (t) => {
  let started = 0;
  const series = async () => {
    while (started < WORKERS) {
      const exit = started++ % 2 === 0;
      const worker = new Worker(TRAFFIC, { workerData: { exit } });
      const exited = once(worker, 'exit');
      await once(worker, 'message');
      if (!exit) await worker.terminate();
      await exited;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, series));
  await assertServes(t);
});

test('process.exit in the middle of traffic ends the process with its code', async () => {
  const child = spawn(process.execPath, [TRAFFIC, 'exit'], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const stderr = [];
  child.stderr.on('data', (chunk) => stderr.push(chunk));
  const [code, signal] = await once(child, 'close');
  assert.deepEqual([code, signal, String(Buffer.concat(stderr))], [7, null, '']);
});

test('a cluster of four serves on when one of its workers is killed', async () => {
  assert.deepEqual(JSON.parse(await run(process.execPath, [CLUSTER])), { before: 4, after: 3 });
});

test('several contexts of one process use the package', async (t) => {
  for (let i = 0; i < 5; i++) {
    const context = vm.createContext({ http2, Buffer });
    const { server, url } = await serve(t, http2);
    vm.runInContext(
      "(server) => server.on('stream', (stream) => { stream.respond({ context: 'other' }); stream.end(new Uint8Array([1, 2, 3])) })",
      context,
    )(server);
    const session = await connect(t, http2, url);
    const request = vm.runInContext("(session) => session.request({ ':path': '/' })", context);
    assert.deepEqual([...(await gather(request(session)))], [1, 2, 3]);
  }
});

test('two copies of the package, each with its addon, talk to each other', async (t) => {
  const copy = loadCopy(t);
  assert.notEqual(copy.connect, http2.connect);
  for (const [ours, theirs] of [
    [http2, copy],
    [copy, http2],
  ]) {
    const { server, url } = await serve(t, ours);
    server.on('stream', (stream) => {
      stream.respond();
      stream.end('fine');
    });
    const session = await connect(t, theirs, url);
    assert.equal(String(await gather(session.request({ ':path': '/' }))), 'fine');
  }
});

test('the addon is loaded twice by one copy, as when its modules are cleared', async (t) => {
  const root = path.resolve(__dirname, '../..');
  const kept = { ...require.cache };
  for (const name of Object.keys(require.cache)) {
    if (name.startsWith(path.join(root, 'lib'))) delete require.cache[name];
  }
  const again = require('../..');
  Object.assign(require.cache, kept);
  assert.notEqual(again.connect, http2.connect);
  const { server, url } = await serve(t, again);
  server.on('stream', (stream) => {
    stream.respond();
    stream.end('fine');
  });
  const session = await connect(t, http2, url);
  assert.equal(String(await gather(session.request({ ':path': '/' }))), 'fine');
});
