'use strict';

// `npm run fuzz:server [SECONDS [SEED]]`: feeds octets that nobody in his right mind would send to a
// whole server process: random ones, random frames, and sound exchanges with octets changed. Fails
// where the process dies or an honest client is not answered; prints the seed, which repeats it.

const path = require('node:path');
const { fork } = require('node:child_process');
const { once } = require('node:events');
const http2 = require('../..');
const { gather } = require('../support/bodies');
const { PREFACE, frame } = require('../support/frames');
const { sequence } = require('../support/random');
const {
  END_HEADERS,
  GET,
  POST,
  RawClient,
  request,
  reset,
  settings,
  uint32,
  windowUpdate,
} = require('../support/raw-client');

const SECONDS = Number(process.argv[2] ?? 60);
const SEED = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const CONNECTIONS = 20;

const { random, pick } = sequence(SEED);
const noise = (length) => Buffer.from(Array.from({ length }, () => random(256)));

/** A sound exchange of a client's, as octets. */
const SOUND = Buffer.concat([
  PREFACE,
  settings([
    [1, 4096],
    [4, 70_000],
  ]),
  frame('SETTINGS', { flags: 1 }),
  request(1),
  request(3, { block: POST, flags: END_HEADERS }),
  frame('DATA', { stream: 3, payload: Buffer.from('a body') }),
  frame('DATA', { flags: 9, stream: 3, payload: Buffer.from('\x03more\0\0\0') }),
  windowUpdate(0, 1000),
  windowUpdate(1, 1000),
  frame('PING', { payload: Buffer.alloc(8, 1) }),
  frame('PRIORITY', { stream: 5, payload: Buffer.from([0, 0, 0, 3, 16]) }),
  request(5, { block: GET.subarray(0, 2), flags: 1 }),
  frame('CONTINUATION', { flags: 4, stream: 5, payload: GET.subarray(2) }),
  reset(5, 8),
  frame('GOAWAY', { payload: Buffer.concat([uint32(0), uint32(0)]) }),
]);

function randomFrame() {
  const octets = frame('DATA', { payload: noise(random(40)) });
  octets[3] = random(18);
  octets[4] = random(256);
  octets.writeUInt32BE(pick([0, 1, 2, 3, 5, 7, random(2 ** 31)]), 5);
  if (random(20) === 0) octets.writeUIntBE(random(2 ** 24), 0, 3);
  return octets;
}

function changed() {
  const octets = Buffer.from(SOUND);
  for (let i = random(8); i >= 0; i--)
    octets[PREFACE.length + random(octets.length - PREFACE.length)] = random(256);
  const at = PREFACE.length + random(octets.length - PREFACE.length);
  const kinds = [
    () => octets,
    () => Buffer.concat([octets.subarray(0, at), noise(random(20)), octets.subarray(at)]),
    () => Buffer.concat([octets.subarray(0, at), octets.subarray(at + random(20))]),
    () => octets.subarray(0, at),
  ];
  return pick(kinds)();
}

const INPUTS = [
  () => noise(random(300)),
  () => Buffer.concat([PREFACE, noise(random(300))]),
  () => Buffer.concat([PREFACE, settings([]), ...Array.from({ length: random(40) }, randomFrame)]),
  changed,
  changed,
];

/** One connection: its octets in pieces, and an end of one kind or another. */
async function attack(port) {
  const octets = pick(INPUTS)();
  const cuts = random(4);
  const end = random(3);
  const client = await RawClient.connect(port);
  for (let from = 0, i = 0; from < octets.length; i++) {
    const to = i < cuts ? from + random(octets.length - from) + 1 : octets.length;
    client.write(octets.subarray(from, to));
    from = to;
    await new Promise(setImmediate);
  }
  if (end === 0) client.raw.resetAndDestroy();
  else if (end === 1) client.socket.end();
  else await new Promise(setImmediate);
  client.destroy();
}

async function main() {
  console.log(`seed ${SEED}, ${SECONDS} s`);
  const target = fork(path.join(__dirname, 'drill', 'target.js'), ['server']);
  let died = false;
  target.once('exit', (code, signal) => {
    died = true;
    console.error(`the server ended with ${signal ?? code}`);
    process.exitCode = 1;
  });
  const [{ port }] = await once(target, 'message');
  const honest = http2.connect(`http://127.0.0.1:${port}`).on('error', () => {});
  const until = performance.now() + SECONDS * 1000;
  let connections = 0;
  while (performance.now() < until && !died) {
    await Promise.all(Array.from({ length: CONNECTIONS }, () => attack(port).catch(() => {})));
    connections += CONNECTIONS;
    const answer = await gather(honest.request({ ':path': '/' })).catch(() => 'none');
    if (String(answer) !== 'ok') {
      console.error(`an honest client was answered: ${answer}`);
      process.exitCode = 1;
      break;
    }
  }
  console.log(`${connections} connections, the server ${died ? 'died' : 'lives'}`);
  honest.destroy();
  if (!died) {
    target.removeAllListeners('exit');
    target.kill();
  }
}

main();
