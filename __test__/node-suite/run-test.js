'use strict';

const path = require('node:path');
const { spawn } = require('node:child_process');

const REGISTER = path.resolve(__dirname, '../../lib/register.js');
const INTERNALS = path.join(__dirname, 'internals.js');

/** How a Node test says that it does not apply here. */
const SKIPPED = /^1\.\.0 # Skipped: ?(.*)$/m;
/** Signals that the process gets for a fault of native code. */
const FAULTS = new Set(['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT', 'SIGTRAP', 'SIGSYS']);
/** Lines that name an error, as the printed stack or assertion begins. */
const ERROR_LINE =
  /^(?:\w*Error\b.*|Mismatched .*|Warning: .*|.*panicked at .*|Bad exit code.*|.*FATAL ERROR.*)$/m;
const OUTPUT_LIMIT = 1 << 20;

/**
 * The outcome of one file in one process.
 * @typedef {object} Outcome
 * @property {'pass'|'skip'|'fail'|'crash'|'timeout'} status
 * @property {string} why   first error line, signal or skip reason; empty for a pass
 * @property {number} time  milliseconds
 * @property {string} output what it printed, stdout before stderr
 */

function argumentsFor(test, subject) {
  const preloads = [];
  if (subject === 'ours') {
    preloads.push('-r', REGISTER);
    if (test.flags.some((flag) => /^--expose[-_]internals$/.test(flag))) {
      preloads.push('-r', INTERNALS);
    }
  }
  return [...test.flags, ...preloads, test.file];
}

function environmentFor(test, { scratch, slot }) {
  const env = {
    ...process.env,
    ...test.env,
    NODE_TEST_DIR: scratch,
    TEST_THREAD_ID: String(slot),
    TEST_PARALLEL: test.alone ? '0' : '1',
  };
  delete env.NODE_OPTIONS;
  delete env.NODE_TEST_CONTEXT;
  return env;
}

/** Ends a process with its descendants. */
function killGroup(child) {
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Gathers a stream's text, up to a limit: a test that loops may print for ever. */
function gather(stream) {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk) => {
    if (text.length < OUTPUT_LIMIT) text += chunk;
  });
  return () => text;
}

/**
 * Runs a test file in a process of its own, in the folder above the suite, as Node's runner does.
 * @returns {Promise<Outcome>}
 */
function runTest(test, options) {
  return new Promise((resolve) => {
    const started = process.hrtime.bigint();
    const child = spawn(options.node, argumentsFor(test, options.subject), {
      cwd: path.resolve(path.dirname(test.file), '../..'),
      env: environmentFor(test, options),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    const stdout = gather(child.stdout);
    const stderr = gather(child.stderr);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, options.timeout);

    const finish = (code, signal, error) => {
      clearTimeout(timer);
      const time = Number((process.hrtime.bigint() - started) / 1_000_000n);
      const verdict = error
        ? { status: 'fail', why: error.message }
        : judge({ code, signal, timedOut, stdout: stdout(), stderr: stderr() });
      resolve({ ...verdict, time, output: stdout() + stderr() });
    };
    child.on('error', (error) => finish(null, null, error));
    child.on('exit', () => {
      // A descendant that outlives the test would hold its output open for ever.
      if (child.pid) setTimeout(killGroup, 1000, child).unref();
    });
    child.on('close', (code, signal) => finish(code, signal));
  });
}

function judge({ code, signal, timedOut, stdout, stderr }) {
  if (timedOut) return { status: 'timeout', why: errorLine(stderr) || 'no end within the limit' };
  if (FAULTS.has(signal)) return { status: 'crash', why: `${signal} ${errorLine(stderr)}`.trim() };
  if (signal) return { status: 'fail', why: `ended by ${signal}` };
  if (code !== 0) return { status: 'fail', why: errorLine(stderr + stdout) || `exit code ${code}` };
  const skipped = SKIPPED.exec(stdout);
  return skipped ? { status: 'skip', why: skipped[1] } : { status: 'pass', why: '' };
}

function errorLine(text) {
  return ERROR_LINE.exec(text)?.[0] ?? '';
}

module.exports = { runTest };
