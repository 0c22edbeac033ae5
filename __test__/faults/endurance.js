'use strict';

// `npm run endurance [PART …]`: what a server and its clients keep after much work. Prints resident
// memory after the warm-up and at the end; fails where it grew by 5 % or more, where a handle
// stays, or where the process does not exit by itself.
//
//   requests   200,000 requests in one session
//   sessions   20,000 sessions, one request each
//   streams    10,000 streams at once, four times
//   aborts     streams cut at random from both sides for two minutes
//
// It runs in a process whose memory is all in one place: no helper threads of V8, each with an arena
// of malloc's, and a young generation that has its size from the start. Their sizes go up and down
// by more than what is looked for.

const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const http2 = require('../..');
const collect = require('../support/collect');
const { gather } = require('../support/bodies');

const STEADY = ['--v8-pool-size=0', '--min-semi-space-size=16', '--max-semi-space-size=16'];
const MAX_GROWTH = 1.05;
const MIB = 2 ** 20;
const ABORT_MS = 120_000;
/** The process has to be gone so long after its work. */
const EXIT_MS = 10_000;
const BODY = Buffer.alloc(50_000, 'x');

/** Reproducible, and even enough. */
function makeRandom(seed) {
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
}

async function resident() {
  for (let i = 0; i < 5; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return process.memoryUsage().rss;
}

function startServer(random) {
  const server = http2.createServer({ settings: { maxConcurrentStreams: 20_000 } });
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {}).respond();
    if (headers[':path'] === '/') {
      stream.end('answer');
    } else if (headers[':path'] === '/held') {
      stream.on('end', () => stream.end('answer')).resume();
    } else {
      stream.resume().write(BODY);
      const chance = random();
      if (chance < 0.3) stream.destroy();
      else if (chance < 0.5) stream.close(8);
      else stream.end(BODY);
    }
  });
  return server;
}

const connectTo = (url) => http2.connect(url).on('error', () => {});

async function close(session) {
  const closed = new Promise((resolve) => session.once('close', resolve));
  session.close();
  await closed;
}

async function manyRequests(url, count) {
  const session = connectTo(url);
  const AT_ONCE = 50;
  for (let done = 0; done < count; done += AT_ONCE) {
    const batch = Array.from({ length: AT_ONCE }, () => gather(session.request({ ':path': '/' })));
    await Promise.all(batch);
  }
  await close(session);
}

async function manySessions(url, count) {
  const AT_ONCE = 20;
  const one = async () => {
    const session = connectTo(url);
    await gather(session.request({ ':path': '/' }));
    await close(session);
  };
  for (let done = 0; done < count; done += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  }
}

async function manyStreams(url, count) {
  const session = connectTo(url);
  await once(session, 'remoteSettings');
  const streams = Array.from({ length: count }, () =>
    session.request({ ':path': '/held', ':method': 'POST' }),
  );
  const answers = streams.map((stream) => gather(stream));
  for (const stream of streams) stream.end('request');
  await Promise.all(answers);
  await close(session);
}

async function repeatStreams(url, count, times) {
  for (let i = 0; i < times; i++) await manyStreams(url, count);
}

async function randomAborts(url, ms, random) {
  const until = performance.now() + ms;
  const one = async (session) => {
    const stream = session.request({ ':path': '/cut', ':method': 'POST' });
    const closed = new Promise((resolve) => stream.on('close', resolve));
    stream
      .on('error', () => {})
      .resume()
      .write(BODY);
    const wait = random();
    if (wait < 0.3) setImmediate(() => stream.destroy());
    else if (wait < 0.6) stream.once('data', () => stream.close(8));
    else stream.end(BODY);
    await closed;
  };
  while (performance.now() < until) {
    const session = connectTo(url);
    for (let i = 0; i < 10 && !session.destroyed && !session.closed; i++) {
      await Promise.all(Array.from({ length: 20 }, () => one(session)));
    }
    if (random() < 0.5) session.destroy();
    else if (!session.destroyed) await close(session);
  }
}

const random = makeRandom(1);
const PARTS = {
  requests: [(url) => manyRequests(url, 40_000), (url) => manyRequests(url, 200_000)],
  sessions: [(url) => manySessions(url, 4000), (url) => manySessions(url, 20_000)],
  streams: [(url) => repeatStreams(url, 10_000, 4), (url) => repeatStreams(url, 10_000, 4)],
  aborts: [
    (url) => randomAborts(url, ABORT_MS / 10, random),
    (url) => randomAborts(url, ABORT_MS, random),
  ],
};

async function main() {
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PARTS);
  const server = startServer(random).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  for (const name of names) {
    const [warmUp, work] = PARTS[name];
    await warmUp(url);
    const before = await resident();
    const started = performance.now();
    await work(url);
    const seconds = (performance.now() - started) / 1000;
    const after = await resident();
    const fine = after < before * MAX_GROWTH;
    if (!fine) process.exitCode = 1;
    const figures = [before, after].map((octets) => `${(octets / MIB).toFixed(1)} MiB`).join(' → ');
    console.log(`${name.padEnd(9)} ${figures} in ${seconds.toFixed(1)} s ${fine ? 'ok' : 'GREW'}`);
  }
  server.close();
  await once(server, 'close');
  setTimeout(() => {
    console.log(`still open: ${process.getActiveResourcesInfo().join(', ')}`);
    process.exit(1);
  }, EXIT_MS).unref();
}

function startSteady() {
  const { status } = spawnSync(
    process.execPath,
    [...STEADY, __filename, ...process.argv.slice(2)],
    { stdio: 'inherit', env: { ...process.env, MALLOC_ARENA_MAX: '1' } },
  );
  process.exitCode = status ?? 1;
}

if (STEADY.every((flag) => process.execArgv.includes(flag))) main();
else startSteady();
