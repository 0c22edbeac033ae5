'use strict';

// A response that is given up is told from one that is complete, whenever it is given up.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { test } = require('node:test');
const ours = require('../..');
const { connect, serve } = require('../support/net');

const { NGHTTP2_INTERNAL_ERROR } = builtin.constants;

const ways = {
  'destroy(error)': (stream) => stream.destroy(new Error('given up')),
  'close(code)': (stream) => stream.close(NGHTTP2_INTERNAL_ERROR),
};
const times = {
  'at once': (act) => act(),
  'on the next tick': (act) => process.nextTick(act),
  'in a promise job': (act) => Promise.resolve().then(act),
  'in the next turn of the event loop': (act) => setImmediate(act),
};

for (const [way, giveUp] of Object.entries(ways)) {
  for (const [time, later] of Object.entries(times)) {
    test(`${way} ${time} behind a write`, async (t) => {
      const { server, url } = await serve(t, ours);
      server.on('stream', (stream) => {
        stream.on('error', () => {});
        stream.respond();
        stream.write('begun');
        later(() => giveUp(stream));
      });
      const session = await connect(t, builtin, url);
      const request = session.request().on('error', () => {});
      request.resume();
      await new Promise((resolve) => request.once('close', resolve));
      assert.equal(request.rstCode, NGHTTP2_INTERNAL_ERROR);
    });
  }
}
