'use strict';

// Runs the http2 tests of a Node source tree against this package. The tests
// themselves are not in this repository: `--suite` names the folder they are in.

const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { execFileSync } = require('node:child_process');
const { discover } = require('./discover');
const { runTest } = require('./run-test');
const { createReport } = require('./report');

/** How often a file is run again to learn its time. */
const TIMED_RUNS = 5;

const USAGE = `Usage: npm run test:node -- --suite DIR [options]

  --suite DIR      the test/ folder of a Node source tree (of the version that --node runs)
  --node BIN       the Node that runs the tests (default: this one)
  --match RE       only files whose path matches the regular expression
  --builtin        run each file with Node's own http2 too, and compare results and times; a file
                   that seems slower than twice the builtin is timed again, with nothing beside it
  --times          print the times of all files, with --builtin
  --builtin-only   run each file with Node's own http2 alone
  --jobs N         files at a time (default: the number of cores)
  --timeout SEC    time limit of one file (default: 60)
  --json FILE      write all results to FILE
  --verbose        print the whole output of files that fail

With RUST_HTTP2_TLS=rustls in the environment TLS is rustls's.`;

/** Ends the program with one sentence on stderr. */
function fail(message) {
  console.error(message);
  process.exit(2);
}

function readOptions() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        suite: { type: 'string' },
        node: { type: 'string', default: process.execPath },
        match: { type: 'string', default: '' },
        builtin: { type: 'boolean', default: false },
        'builtin-only': { type: 'boolean', default: false },
        jobs: { type: 'string', default: String(os.availableParallelism()) },
        timeout: { type: 'string', default: '60' },
        json: { type: 'string' },
        times: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    fail(`${error.message}\n\n${USAGE}`);
  }
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  if (!values.suite) fail(USAGE);
  return {
    ...values,
    // The tests run in another folder.
    node: path.basename(values.node) === values.node ? values.node : path.resolve(values.node),
    jobs: positive(values, 'jobs'),
    timeout: positive(values, 'timeout') * 1000,
    subjects: subjectsOf(values),
  };
}

/** The implementations that each file runs with, in order. */
function subjectsOf(values) {
  if (values['builtin-only']) return ['builtin'];
  return values.builtin ? ['builtin', 'ours'] : ['ours'];
}

function positive(values, name) {
  const number = Number(values[name]);
  if (!(number > 0)) fail(`--${name} takes a positive number, not '${values[name]}'.`);
  return number;
}

/** The version of a Node binary, without the leading v. */
function versionOf(node) {
  try {
    return execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
  } catch {
    return fail(`'${node}' does not run as a Node binary.`);
  }
}

/** Runs `task` for every item, `width` at a time; each worker has a number of its own. */
async function forEachConcurrently(items, width, task) {
  const queue = items.values();
  const worker = async (_, slot) => {
    for (const item of queue) await task(item, slot);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** Times files again, one process at a time: the best of some runs with each implementation. */
async function timeAlone(tests, report, options) {
  for (const test of tests) {
    const best = Object.fromEntries(options.subjects.map((subject) => [subject, Infinity]));
    for (let run = 0; run < TIMED_RUNS; run++) {
      for (const subject of options.subjects) {
        const { time } = await runTest(test, { ...options, subject, slot: 0 });
        best[subject] = Math.min(best[subject], time);
      }
    }
    for (const subject of options.subjects) report.retime(test, subject, best[subject]);
  }
}

async function main() {
  const options = readOptions();
  const version = versionOf(options.node);
  const tests = discover(options.suite, options.match);
  if (tests.length === 0) fail(`No http2 test under '${options.suite}' matches.`);

  const scratch = mkdtempSync(path.join(os.tmpdir(), 'rust-http2-suite-'));
  const report = createReport({ version, ...options });
  const run = async (test, slot) => {
    for (const subject of options.subjects) {
      report.add(test, subject, await runTest(test, { ...options, subject, slot, scratch }));
    }
  };
  try {
    console.log(`${tests.length} files of Node ${version}, with: ${options.subjects.join(', ')}`);
    await forEachConcurrently(
      tests.filter((test) => !test.alone),
      options.jobs,
      run,
    );
    await forEachConcurrently(
      tests.filter((test) => test.alone),
      1,
      run,
    );
    const slow = report.slow();
    await timeAlone(
      tests.filter(({ name }) => slow.has(name)),
      report,
      { ...options, scratch },
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
  report.print();
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report.toJSON(), null, 2)}\n`);
  process.exitCode = report.ok() ? 0 : 1;
}

main();
