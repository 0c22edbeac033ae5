'use strict';

// `npm run drill [PATTERN]`: published attacks against a server (or a client) of ours, and against
// the builtin's in the same run. Prints a table; fails where ours died, where a healthy peer had to
// wait too long, where memory did not come back, or where a session outlived its offence.

const path = require('node:path');
const { fork } = require('node:child_process');
const { once } = require('node:events');
const http2 = require('../..');
const { gather } = require('../support/bodies');
const { ATTACKS } = require('./drill/attacks');

/** How long each attack goes on, and the rehearsal that warms the target up; in ms. */
const DURATION = 2000;
const REHEARSAL = 3000;
/** The slowest answer to a healthy peer, in ms. */
const MAX_WAIT = 250;
/** Resident memory after, as a multiple of before; and what the allocator's whims may add. */
const MAX_GROWTH = 1.1;
const MIB = 2 ** 20;
const SETTLE = 1500;
const PAUSE = 10;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function start(file, args, env) {
  const child = fork(path.join(__dirname, 'drill', file), args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.gone = once(child, 'exit');
  return child;
}

/** Sends a message and resolves to the answer that has a member `key`; undefined: the child died. */
function ask(child, message, key) {
  return new Promise((resolve) => {
    const onMessage = (answer) => {
      if (!(key in answer)) return;
      child.off('message', onMessage);
      resolve(answer[key]);
    };
    child.on('message', onMessage);
    child.gone.then(() => resolve(undefined));
    if (message !== undefined && child.connected) child.send(message);
  });
}

/** A healthy client's slowest answer from a server while `work` goes on. */
async function slowestAnswer(url, work) {
  const session = http2.connect(url, { rejectUnauthorized: false });
  session.on('error', () => {});
  let slowest = 0;
  let busy = true;
  const asking = (async () => {
    while (busy && !session.destroyed) {
      const started = performance.now();
      await gather(session.request({ ':path': '/' })).catch(() => (slowest = Infinity));
      slowest = Math.max(slowest, performance.now() - started);
      await pause(PAUSE);
    }
  })();
  const result = await work();
  busy = false;
  // An answer that is still out counts as long as it has taken.
  const late = await Promise.race([asking.then(() => 0), pause(5000).then(() => Infinity)]);
  session.destroy();
  return { result, slowest: Math.max(slowest, late) };
}

async function drillServer(target, attacker, number) {
  const { against } = ATTACKS[number];
  const port = await ask(target, undefined, 'port');
  const url = `${against === 'tls' ? 'https' : 'http'}://127.0.0.1:${port}`;
  const attack = (ms) => ask(attacker, { attack: number, port, ms }, 'result');
  await slowestAnswer(url, () => attack(REHEARSAL));
  await pause(SETTLE);
  const before = await ask(target, { ask: 'memory' }, 'rss');
  const { result, slowest } = await slowestAnswer(url, () => attack(DURATION));
  await pause(SETTLE);
  const after = await ask(target, { ask: 'memory' }, 'rss');
  return { ...result, before, after, slowest };
}

async function drillClient(target, attacker, number, healthy) {
  await ask(target, { healthy }, 'ready');
  const hostile = await ask(attacker, { attack: number, ms: REHEARSAL }, 'port');
  target.send({ hostile });
  await pause(REHEARSAL + SETTLE);
  const before = await ask(target, { ask: 'memory' }, 'rss');
  await ask(target, { ask: 'slowest' }, 'slowest');
  const again = await ask(attacker, { attack: number, ms: DURATION }, 'port');
  target.send({ hostile: again });
  const result = await ask(attacker, undefined, 'result');
  const slowest = await ask(target, { ask: 'slowest' }, 'slowest');
  await pause(SETTLE);
  const after = await ask(target, { ask: 'memory' }, 'rss');
  return { ...result, before, after, slowest };
}

async function drill(number, implementation, healthy) {
  const { against } = ATTACKS[number];
  const target = start('target.js', [against], { DRILL_MODULE: implementation });
  const attacker = start('attacker.js', []);
  const run = against === 'client' ? drillClient : drillServer;
  const figures = await run(target, attacker, number, healthy);
  const lives = target.exitCode === null && target.signalCode === null;
  for (const child of [target, attacker]) {
    child.kill();
    await child.gone;
  }
  return { lives, ...figures };
}

function judge({ detectable, against }, { lives, slowest, before, after, ended }) {
  const problems = [];
  if (!lives) problems.push('died');
  if (!(slowest < MAX_WAIT)) problems.push('slow');
  if (!(after < before * MAX_GROWTH)) problems.push('memory');
  if (detectable && against !== 'client' && !ended) problems.push('not ended');
  return problems;
}

function describe({ lives, slowest, before, after, ended, code }) {
  if (!lives) return 'died';
  const memory = `${Math.round(before / MIB)} → ${Math.round(after / MIB)} MiB`;
  const end = ended ? (code === undefined ? 'closed' : `GOAWAY ${code}`) : 'goes on';
  return `${end}, ${memory}, ${slowest === Infinity ? 'no answer' : `${Math.round(slowest)} ms`}`;
}

async function main() {
  const pattern = process.argv[2] ?? '';
  const healthyServer = http2.createServer();
  healthyServer.on('stream', (stream) => {
    stream.on('error', () => {}).respond();
    stream.end('ok');
  });
  healthyServer.listen(0, '127.0.0.1');
  await once(healthyServer, 'listening');
  console.log(
    'Each cell: how the session ended, resident memory, slowest answer to a healthy peer.\n',
  );
  console.log('| Attack | Stopped by | rust-http2 | node:http2 | |\n|---|---|---|---|---|');
  let failed = 0;
  for (const [number, attack] of ATTACKS.entries()) {
    if (!attack.name.includes(pattern)) continue;
    const cells = [];
    let problems = [];
    for (const implementation of ['ours', 'builtin']) {
      const figures = await drill(number, implementation, healthyServer.address().port);
      if (implementation === 'ours') problems = judge(attack, figures);
      cells.push(describe(figures));
    }
    failed += problems.length > 0;
    const verdict = problems.join(', ') || 'ok';
    console.log(`| ${attack.name} | ${attack.budget} | ${cells.join(' | ')} | ${verdict} |`);
  }
  console.log(`\n${failed} attacks had more effect than they may.`);
  process.exit(failed > 0 ? 1 : 0);
}

main();
