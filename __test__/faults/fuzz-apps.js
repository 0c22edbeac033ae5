'use strict';

// `npm run fuzz:apps [SECONDS [SEED]]`: applications that call anything at any time, one after
// another, each with the next seed, in turn without TLS and with either engine of it. Ends at the
// first with a finding, or that does not end, and names its seed.

const http2 = require('../..');
const { makeCertificate } = require('../../scripts/certificate');
const { TRANSPORTS } = require('../support/net');
const { RandomApp } = require('../support/random-app');

const SECONDS = Number(process.argv[2] ?? 60);
const FIRST = Number(process.argv[3] ?? Date.now() % 2 ** 31);

/** Applications end within milliseconds; what takes so long has lost an event. */
const PATIENCE = 20_000;

function giveUp() {
  throw new Error('a stream or a session does not close');
}

async function main() {
  let seed = FIRST;
  process.on('exit', (code) => {
    if (code !== 0) console.error(`seed ${seed}`);
  });
  const until = performance.now() + SECONDS * 1000;
  const certificate = await makeCertificate();
  for (; performance.now() < until; seed++) {
    const { tls } = TRANSPORTS[seed % TRANSPORTS.length];
    const patience = setTimeout(giveUp, PATIENCE);
    await new RandomApp(seed).run(http2, tls ? { ...certificate, tlsEngine: tls } : undefined);
    clearTimeout(patience);
  }
  console.log(`${seed - FIRST} applications from seed ${FIRST}, no finding`);
}

main();
