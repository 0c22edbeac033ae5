'use strict';

const { spawn, spawnSync } = require('node:child_process');

/** For a test's `skip`: a sentence where a program is not installed, else false. */
function absent(program) {
  const { error } = spawnSync(program, ['--version'], { stdio: 'ignore' });
  return error ? `${program} is not installed` : false;
}

/**
 * Runs a program to its end; `input` becomes its stdin.
 * @returns {Promise<Buffer>} its stdout; rejects where its exit code is not 0
 */
function run(program, args, input) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'] });
    const stdout = [];
    const stderr = [];
    child.stdout.on('data', (chunk) => stdout.push(chunk));
    child.stderr.on('data', (chunk) => stderr.push(chunk));
    // The program may end without reading it all; its exit code tells.
    child.stdin?.on('error', () => {}).end(input);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(stdout));
      else reject(new Error(`${program} ended with ${signal ?? code}: ${Buffer.concat(stderr)}`));
    });
  });
}

/**
 * Runs a program to its end, whatever its exit code, which `code` is; `output` is what it wrote.
 * @returns {Promise<{code: number | null, output: string}>}
 */
function complete(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output: String(Buffer.concat(chunks)) }));
  });
}

module.exports = { absent, complete, run };
