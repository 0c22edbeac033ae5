'use strict';

// `npm test`: the engine's tests, then the package's on the built addon, then one summary.
//
//   --only engine|package   one half
//   --node BIN              the Node that runs the package's tests (default: this one)
//   PATTERN …               only test files whose path contains one of these

require('./check-node')();

const path = require('node:path');
const { parseArgs } = require('node:util');
const { readdirSync } = require('node:fs');
const { spawn, spawnSync } = require('node:child_process');

const ROOT = path.resolve(__dirname, '..');
const TESTS = path.join(ROOT, '__test__');
/** One test file may take this long, in milliseconds: a test that hangs is a failure. */
const FILE_LIMIT = 120_000;

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
const CARGO_RESULT = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm;
const NODE_RESULT = /^ℹ (pass|fail|cancelled|skipped|todo) (\d+)$/gm;

/**
 * Runs a command in the repository's folder, shows its output and keeps it.
 * @returns {Promise<{ok: boolean, output: string}>}
 */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      process.stdout.write(text);
    });
    child.on('error', (error) => {
      console.error(
        error.code === 'ENOENT' ? `${command} is not installed or not on the PATH.` : error.message,
      );
      resolve({ ok: false, output });
    });
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

const sum = (matches, group) => matches.reduce((total, match) => total + Number(match[group]), 0);

async function testEngine() {
  const { ok, output } = await run('cargo', ['test']);
  const results = [...output.replace(COLOURS, '').matchAll(CARGO_RESULT)];
  return { ok, passed: sum(results, 1), failed: sum(results, 2), skipped: sum(results, 3) };
}

/** Builds what panics.test.js loads: a first build takes longer than a test may. */
function buildFaultyAddon() {
  spawnSync('cargo', ['build', '--quiet', '--lib', '--features=fault-injection'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
}

async function testPackage({ node, patterns }) {
  require('./ensure-addon');
  const files = readdirSync(TESTS, { recursive: true })
    .filter((name) => name.endsWith('.test.js'))
    .filter((name) => patterns.length === 0 || patterns.some((part) => name.includes(part)))
    .map((name) => path.join(TESTS, name))
    .sort();
  if (files.some((file) => file.endsWith('panics.test.js'))) buildFaultyAddon();
  const { ok, output } = await run(node, [
    '--test',
    '--test-reporter=spec',
    `--test-timeout=${FILE_LIMIT}`,
    ...files,
  ]);
  const results = [...output.replace(COLOURS, '').matchAll(NODE_RESULT)];
  const count = (...names) =>
    sum(
      results.filter(([, name]) => names.includes(name)),
      2,
    );
  return {
    ok: ok && results.length > 0,
    passed: count('pass'),
    failed: count('fail', 'cancelled'),
    skipped: count('skipped', 'todo'),
  };
}

function describe(name, { ok, passed, failed, skipped }) {
  const verdict = ok ? '' : failed ? ' FAILED' : ' did not run to its end: FAILED';
  return `${name.padEnd(8)} ${passed} passed, ${failed} failed, ${skipped} skipped${verdict}`;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: 'string' }, node: { type: 'string', default: process.execPath } },
  });
  const suites = { engine: testEngine, package: testPackage };
  const names = values.only ? [values.only] : Object.keys(suites);
  const results = [];
  for (const name of names) {
    if (!suites[name]) throw new Error(`--only takes engine or package, not '${name}'.`);
    results.push([name, await suites[name]({ node: values.node, patterns: positionals })]);
  }
  const total = (key) => results.reduce((count, [, result]) => count + result[key], 0);
  const all = {
    ok: results.every(([, result]) => result.ok),
    passed: total('passed'),
    failed: total('failed'),
    skipped: total('skipped'),
  };
  console.log();
  for (const [name, result] of results) console.log(describe(name, result));
  console.log(describe('total', all));
  process.exitCode = all.ok ? 0 : 1;
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
