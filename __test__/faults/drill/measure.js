'use strict';

/**
 * Runs one attack against one implementation, each in a process of its own, and measures what it
 * had for an effect. The attack is rehearsed until the target's memory no longer grows by it, so
 * that what is measured is what an attack leaves behind, not what a young process fills its pools
 * with.
 */

const path = require('node:path');
const { fork } = require('node:child_process');
const { once } = require('node:events');
const http2 = require('../../..');
const { gather } = require('../../support/bodies');

/** How long each round of an attack goes on, and how long things may settle after it; in ms. */
const DURATION = 2000;
const SETTLE = 1000;
/** Between two questions of a healthy peer, in ms. */
const PAUSE = 10;
/** An answer, or a process, that takes longer is given up; in ms. */
const PATIENCE = 30_000;
const MAX_REHEARSALS = 6;
/** What a rehearsal may add to resident memory for the next one to count. */
const SETTLED = 1.03;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function start(file, args, env) {
  const child = fork(path.join(__dirname, file), args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  // Also a child that dies while it is told something.
  child.on('error', () => {});
  child.gone = once(child, 'exit');
  return child;
}

/**
 * Sends a message and resolves to the member `key` of the answer that has it; to undefined if the
 * child is dead or too busy to answer.
 */
async function ask(child, message, key) {
  let onMessage;
  const answered = new Promise((resolve) => {
    onMessage = (answer) => {
      if (key in answer) resolve(answer[key]);
    };
    child.on('message', onMessage);
  });
  if (message !== undefined && child.connected) child.send(message);
  const patience = new AbortController();
  const tired = pauseUnless(PATIENCE, patience.signal);
  const answer = await Promise.race([answered, child.gone.then(() => undefined), tired]);
  patience.abort();
  child.off('message', onMessage);
  return answer;
}

function pauseUnless(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** What `work` resolves to, and a healthy client's slowest answer from a server meanwhile. */
async function slowestAnswer(url, work) {
  const session = http2.connect(url, { rejectUnauthorized: false });
  session.on('error', () => {});
  let slowest = 0;
  let busy = true;
  const asking = (async () => {
    while (busy && slowest !== Infinity) {
      const started = performance.now();
      await gather(session.request({ ':path': '/' })).catch(() => (slowest = Infinity));
      slowest = Math.max(slowest, performance.now() - started);
      await pause(PAUSE);
    }
    return 0;
  })();
  const result = await work();
  busy = false;
  // An answer that is still out counts, however long it takes.
  const late = await Promise.race([asking, pause(DURATION).then(() => Infinity)]);
  session.destroy();
  return { ...result, slowest: Math.max(slowest, late) };
}

/** Rounds of an attack on a server. */
async function serverRounds({ target, attacker, number, against }) {
  const port = await ask(target, undefined, 'port');
  const url = `${against === 'server' ? 'http' : 'https'}://127.0.0.1:${port}`;
  return () =>
    slowestAnswer(url, () => ask(attacker, { attack: number, port, ms: DURATION }, 'result'));
}

/** Rounds of an attack on a client, which asks a healthy server all the time. */
async function clientRounds({ target, attacker, number, healthy }) {
  await ask(target, { healthy }, 'ready');
  return async () => {
    const hostile = await ask(attacker, { attack: number, ms: DURATION }, 'url');
    await ask(target, { ask: 'slowest' }, 'slowest');
    if (target.connected) target.send({ hostile });
    const result = await ask(attacker, undefined, 'result');
    const slowest = (await ask(target, { ask: 'slowest' }, 'slowest')) ?? Infinity;
    if (target.connected) target.send({ peace: true });
    return { ...result, slowest };
  };
}

async function residentMemory(target) {
  await pause(SETTLE);
  return ask(target, { ask: 'memory' }, 'rss');
}

/** The target's memory once further rehearsals leave it as it is. */
async function rehearse(round, target) {
  await round();
  let before = await residentMemory(target);
  for (let i = 1; i < MAX_REHEARSALS; i++) {
    await round();
    const after = await residentMemory(target);
    const settled = !(after > before * SETTLED);
    before = after;
    if (settled) break;
  }
  return before;
}

/**
 * @param {number} number Of the attack.
 * @param {{against: 'server' | 'tls' | 'rustls' | 'client'}} attack
 * @param {'ours' | 'builtin'} implementation
 * @param {number} healthy Port of a healthy server.
 * @returns {Promise<{lives: boolean, ended?: boolean, code?: number, before?: number,
 *   after?: number, slowest: number}>} `before` and `after` in octets, `slowest` in ms; what a
 *   target that died or no longer answers did not tell is undefined
 */
async function measure(number, { against }, implementation, healthy) {
  const target = start('target.js', [against], { DRILL_MODULE: implementation });
  const attacker = start('attacker.js', []);
  const prepare = against === 'client' ? clientRounds : serverRounds;
  const round = await prepare({ target, attacker, number, against, healthy });
  const before = await rehearse(round, target);
  const effect = await round();
  const after = await residentMemory(target);
  const lives = target.exitCode === null && target.signalCode === null;
  for (const child of [target, attacker]) {
    // One that is too busy to hear anything, too.
    child.kill('SIGKILL');
    await child.gone;
  }
  return { ...effect, lives, before, after };
}

module.exports = { measure };
