'use strict';

const assert = require('node:assert/strict');
const { constants, PerformanceObserver } = require('node:perf_hooks');
const { test } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const { handOut } = require('../../lib/collections.js');

const KIB = 1024;
const GIB = KIB ** 3;
const READ = 64 * KIB;

test('memory that nobody keeps is taken back by looking at what is young', async () => {
  const kinds = [];
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) kinds.push(detail.kind);
  });
  observer.observe({ entryTypes: ['gc'] });
  for (let octets = 0; octets < GIB; octets += READ) {
    Buffer.allocUnsafeSlow(READ);
    handOut(READ);
    if (octets % (64 * READ) === 0) await turn();
  }
  await turn();
  observer.disconnect();
  const count = (kind) => kinds.filter((one) => one === kind).length;
  const minor = count(constants.NODE_PERFORMANCE_GC_MINOR);
  const major = count(constants.NODE_PERFORMANCE_GC_MAJOR);
  // V8 13 by itself looks through the whole heap nearly each time.
  assert.ok(minor > major, `${minor} collections of the young, ${major} of all`);
});
