'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { run } = require('../support/programs');

test('handlers that throw or reject, in every event, trouble no other stream', async () => {
  const script = path.join(__dirname, 'fixtures', 'throwing.js');
  const results = JSON.parse(await run(process.execPath, [script]));
  assert.equal(Object.keys(results).length, 36);
  for (const [what, problems] of Object.entries(results)) assert.deepEqual(problems, [], what);
});

test('a body whose reader throws at every chunk is read to its end', async () => {
  const script = path.join(__dirname, 'fixtures', 'throwing-readers.js');
  const { thrown, whole } = JSON.parse(await run(process.execPath, [script]));
  assert.ok(thrown > 1);
  assert.equal(whole, true);
});
