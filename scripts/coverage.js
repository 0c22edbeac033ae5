'use strict';

// `npm run coverage`: which lines of lib/ and src/ the tests run, and whether they are enough.
//
//   --only lib|src   one half
//   --node BIN       the Node that runs the package's tests (default: this one)
//
// lib/ is measured by c8 under the package's tests, src/ by cargo-llvm-cov under the engine's tests
// and the package's: those run in a copy of the package, on an addon with counters.

require('./check-node')();

const path = require('node:path');
const { cpSync, copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync } = require('node:fs');
const { execFileSync, spawnSync } = require('node:child_process');
const { parseArgs } = require('node:util');

const ROOT = path.resolve(__dirname, '..');
const TARGET = path.join(ROOT, 'target/coverage');
const COPY = path.join(TARGET, 'package');
/** Least share of lines, in per cent. */
const LEAST = { lib: 95, src: 90 };
/** Tests are no part of what is to be tested. */
const TESTS = String.raw`tests(\.rs$|/)`;

function run(command, args, options) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
  if (error) throw error;
  return status === 0;
}

function measureLib(node) {
  require('./ensure-addon');
  return run(process.execPath, [
    require.resolve('c8/bin/c8.js'),
    ...['--all', '--include=lib/**', '--exclude=**/*.d.ts', '--reporter=text', '--reporter=html'],
    ...['--check-coverage', `--lines=${LEAST.lib}`],
    ...[node, 'scripts/test.js', '--only', 'package', '--node', node],
  ]);
}

/** The environment in which cargo builds with counters; undefined without cargo-llvm-cov. */
function countingEnvironment() {
  const { status, stdout } = spawnSync('cargo', ['llvm-cov', 'show-env', '--sh'], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, CARGO_TARGET_DIR: TARGET },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (status !== 0) return undefined;
  const settings = stdout.matchAll(/^export (\w+)='?(.*?)'?$/gm);
  return {
    ...process.env,
    ...Object.fromEntries([...settings].map(([, name, value]) => [name, value])),
    CARGO_TARGET_DIR: TARGET,
    // The package's tests move many mebibytes.
    CARGO_PROFILE_DEV_OPT_LEVEL: '1',
  };
}

/** A copy of the package as it is here, with the addon that counts. */
function copyPackage() {
  rmSync(COPY, { recursive: true, force: true });
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
  for (const file of tracked.split('\0').filter(Boolean)) {
    cpSync(path.join(ROOT, file), path.join(COPY, file), { force: true });
  }
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(COPY, 'node_modules'), 'junction');
  const addon = readdirSync(ROOT).find((name) => /^rust-http2\..+\.node$/.test(name));
  const library = readdirSync(path.join(TARGET, 'debug')).find((name) =>
    /^(lib)?rust_http2\.(so|dylib|dll)$/.test(name),
  );
  copyFileSync(path.join(TARGET, 'debug', library), path.join(COPY, addon));
}

function measureSrc(node) {
  const env = countingEnvironment();
  if (env === undefined) {
    console.error(
      'To measure src/: cargo install cargo-llvm-cov && rustup component add llvm-tools',
    );
    return false;
  }
  require('./ensure-addon');
  mkdirSync(TARGET, { recursive: true });
  run('cargo', ['llvm-cov', 'clean', '--workspace'], { env });
  const tested = run('cargo', ['test', '--no-fail-fast'], { env });
  if (!run('cargo', ['build'], { env })) return false;
  copyPackage();
  const test = ['scripts/test.js', '--only', 'package', '--node', node];
  // What the tests build themselves must not take the place of what counts.
  const { LLVM_PROFILE_FILE } = env;
  const testEnv = {
    ...process.env,
    LLVM_PROFILE_FILE,
    CARGO_TARGET_DIR: path.join(ROOT, 'target'),
  };
  const packageTested = run(process.execPath, test, { cwd: COPY, env: testEnv });
  const report = ['llvm-cov', 'report', '--ignore-filename-regex', TESTS];
  const enough = run('cargo', [...report, '--fail-under-lines', String(LEAST.src)], { env });
  return tested && packageTested && enough;
}

function main() {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, node: { type: 'string', default: process.execPath } },
  });
  const halves = { lib: measureLib, src: measureSrc };
  const names = values.only ? [values.only] : Object.keys(halves);
  const verdicts = names.map((name) => {
    if (!halves[name]) throw new Error(`--only takes lib or src, not '${name}'.`);
    return [name, halves[name](path.resolve(values.node))];
  });
  for (const [name, ok] of verdicts) {
    console.log(`${name}: ${ok ? 'enough' : 'FAILED'} (at least ${LEAST[name]} % of the lines)`);
  }
  process.exitCode = verdicts.every(([, ok]) => ok) ? 0 : 1;
}

main();
