'use strict';

// `npm run memcheck`: the native side under valgrind's memcheck, which watches every access to
// memory: a server and a client in one process, with bodies, files, aborts, offences, collections
// and a worker (__test__/faults/fixtures/memory.js). Fails on any error that scripts/memcheck.supp
// does not explain. V8 interprets, as memcheck cannot know code that is made while it watches.

const path = require('node:path');
const { spawnSync } = require('node:child_process');
require('./ensure-addon');

const ROOT = path.join(__dirname, '..');
const FOUND = 99;

/** What the scenario is run with, and the options for it. */
const RUNS = [
  { argument: 'plain', options: [] },
  // What AWS-LC computes in assembly looks to memcheck as if it had never been written.
  { argument: 'rustls', options: ['--undef-value-errors=no'] },
];

function check({ argument, options }) {
  const { error, status, signal } = spawnSync(
    'valgrind',
    [
      '--quiet',
      `--error-exitcode=${FOUND}`,
      '--leak-check=full',
      '--show-leak-kinds=definite',
      '--errors-for-leak-kinds=definite',
      '--num-callers=30',
      `--suppressions=${path.join(__dirname, 'memcheck.supp')}`,
      ...options,
      process.execPath,
      '--jitless',
      // Without it, garbage is collected by way of a context, of which Node frees not all.
      '--expose-gc',
      '--v8-pool-size=0',
      path.join(ROOT, '__test__/faults/fixtures/memory.js'),
      argument,
    ],
    { stdio: 'inherit' },
  );
  if (error?.code === 'ENOENT') throw new Error('valgrind is not installed or not on the PATH.');
  if (error) throw error;
  if (status === FOUND) throw new Error(`${argument}: the errors are above.`);
  if (status !== 0) throw new Error(`${argument} ended with ${signal ?? status}.`);
  console.log(`${argument}: no errors of memory.`);
}

try {
  RUNS.forEach(check);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
