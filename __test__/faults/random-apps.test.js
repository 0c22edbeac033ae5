'use strict';

// Applications that call anything at any time (support/random-app.js): a few of them; `npm run
// fuzz:apps` plays more.

const { describe, test } = require('node:test');
const http2 = require('../..');
const { makeCertificate } = require('../../scripts/certificate');
const { TRANSPORTS } = require('../support/net');
const { RandomApp } = require('../support/random-app');

const COUNT = 30;

for (const { transport, tls } of TRANSPORTS) {
  describe(`an application over ${transport}`, () => {
    for (let seed = 1; seed <= COUNT; seed++) {
      test(`seed ${seed}`, async () => {
        const secure = tls ? { ...(await makeCertificate()), tlsEngine: tls } : undefined;
        await new RandomApp(seed).run(http2, secure);
      });
    }
  });
}
