'use strict';

// Applications that call anything at any time (support/random-app.js): a few of them; `npm run
// fuzz:apps` plays more.

const { test } = require('node:test');
const http2 = require('../..');
const { RandomApp } = require('../support/random-app');

const COUNT = 60;

for (let seed = 1; seed <= COUNT; seed++) {
  test(`seed ${seed}`, () => new RandomApp(seed).run(http2));
}
