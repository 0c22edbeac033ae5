'use strict';

// `npm run fuzz:apps [SECONDS [SEED]]`: applications that call anything at any time, one after
// another, each with the next seed. Ends at the first with a finding, and names its seed.

const http2 = require('../..');
const { RandomApp } = require('../support/random-app');

const SECONDS = Number(process.argv[2] ?? 60);
const FIRST = Number(process.argv[3] ?? Date.now() % 2 ** 31);

async function main() {
  let seed = FIRST;
  process.on('exit', (code) => {
    if (code !== 0) console.error(`seed ${seed}`);
  });
  const until = performance.now() + SECONDS * 1000;
  for (; performance.now() < until; seed++) await new RandomApp(seed).run(http2);
  console.log(`${seed - FIRST} applications from seed ${FIRST}, no finding`);
}

main();
