'use strict';

const { spawnSync } = require('node:child_process');
const assert = require('node:assert');
const { test } = require('node:test');

function find(id) {
  try {
    return require.resolve(id);
  } catch {
    return undefined;
  }
}

const tsc = find('typescript/bin/tsc');
const missing = [tsc ?? 'typescript', find('@types/node/package.json') ?? '@types/node'].filter(
  (found) => !found.includes('node_modules'),
);

test(
  'the types accept what users write and refuse what they should',
  { skip: missing.length > 0 && `${missing.join(' and ')} not installed (npm install)` },
  () => {
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', __dirname], {
      encoding: 'utf8',
    });
    assert.strictEqual(status, 0, stdout);
  },
);
