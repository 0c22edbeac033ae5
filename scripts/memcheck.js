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
    process.execPath,
    '--jitless',
    // Without it, garbage is collected by way of a context, of which Node frees not all.
    '--expose-gc',
    '--v8-pool-size=0',
    path.join(ROOT, '__test__/faults/fixtures/memory.js'),
  ],
  { stdio: 'inherit' },
);

if (error) {
  console.error(
    error.code === 'ENOENT' ? 'valgrind is not installed or not on the PATH.' : error.message,
  );
  process.exit(1);
}
if (status !== 0) {
  console.error(status === FOUND ? 'The errors are above.' : `Ended with ${signal ?? status}.`);
  process.exit(1);
}
console.log('No errors of memory.');
