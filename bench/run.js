'use strict';

// Measures Node's http2 and this package alternately in one run.

const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { execFileSync } = require('node:child_process');
const { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const cases = require('./cases');
const { missing, pins, startClient, startNghttpd, startRival, startServer } = require('./programs');
const { summarise, tables } = require('./statistics');
const { makeCertificate } = require('../scripts/certificate');

const ROOT = path.resolve(__dirname, '..');
const WARM_UP_SHARE = 0.1;
/** Octets of what a client gets for an upload. */
const SMALL = 13;

const USAGE = `Usage: npm run bench -- [options]

  --case RE      only cases whose name matches the regular expression
  --rounds N     pairs of runs per case (default: 5)
  --requests N   requests per run (default: each case's own number)
  --node BIN     the Node that runs both implementations (default: this one)
  --base MODULE  what is compared with (default: node:http2)
  --ours MODULE  what is measured (default: this package)
  --list         print the names of the cases`;

function fail(message) {
  console.error(message);
  process.exit(1);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        case: { type: 'string', default: '' },
        rounds: { type: 'string', default: '5' },
        requests: { type: 'string' },
        node: { type: 'string', default: process.execPath },
        base: { type: 'string', default: 'node:http2' },
        ours: { type: 'string', default: ROOT },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    for (const name of ['rounds', 'requests']) {
      if (values[name] !== undefined && !(Number(values[name]) >= 1)) {
        throw new RangeError(`--${name} takes a positive number, not '${values[name]}'.`);
      }
    }
    return values;
  } catch (error) {
    return fail(`${error.message}\n\n${USAGE}`);
  }
}

/** Files that the programs read: bodies by size, and the certificate. */
async function prepareFiles() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rust-http2-bench-'));
  const credentials = await makeCertificate();
  credentials.keyFile = path.join(folder, 'key.pem');
  credentials.certFile = path.join(folder, 'cert.pem');
  writeFileSync(credentials.keyFile, credentials.key);
  writeFileSync(credentials.certFile, credentials.cert);
  const files = (size) => {
    const file = path.join(folder, String(size));
    if (!existsSync(file)) writeFileSync(file, Buffer.alloc(size, 'rust-http2 '));
    return file;
  };
  return { folder, files, credentials };
}

/** What a case compares with: the other implementation, another program, or ours with less to do. */
function startBase(testCase, options, settings, start) {
  if (testCase.rival === 'nghttpd') return startRival(testCase, settings);
  if (testCase.measure !== 'scale') return start(testCase, options.base, settings);
  return start({ ...testCase, ...testCase.few }, options.ours, settings);
}

/** Starts both implementations for a case; `stop` ends all that was started. */
async function startPair(testCase, options, prepared) {
  const started = [];
  const keep = (program) => {
    started.push(program);
    return program;
  };
  const stop = () => started.forEach((program) => program.stop());
  try {
    const settings = { node: options.node, ...prepared };
    if (testCase.side === 'client') {
      for (const size of [testCase.size, SMALL]) prepared.files(size);
      const tls = testCase.tls ? prepared.credentials : null;
      const way = { delay: testCase.delay, node: options.node };
      settings.origin = keep(await startNghttpd(prepared.folder, tls, way)).origin;
    }
    const start = testCase.side === 'client' ? startClient : startServer;
    const base = keep(await startBase(testCase, options, settings, start));
    const ours = keep(await start(testCase, options.ours, settings));
    return { base, ours, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/** Runs both in turn, each first as often as the other. */
async function takeRounds(count, run) {
  const rounds = [];
  for (let i = 0; i < count; i++) {
    const round = {};
    for (const name of i % 2 ? ['ours', 'base'] : ['base', 'ours']) round[name] = await run(name);
    rounds.push(round);
  }
  return rounds;
}

/** Loads both; for latency at half the rate that the base can serve. */
async function measureLoad(testCase, options, prepared) {
  const requests = Number(options.requests ?? testCase.requests);
  const pair = await startPair(testCase, options, prepared);
  try {
    const warmUp = Math.ceil(requests * WARM_UP_SHARE);
    for (const name of ['base', 'ours']) await pair[name].load(warmUp);
    let rate;
    if (testCase.measure === 'latency') {
      rate = requests / (await pair.base.load(requests)).seconds / 2;
    }
    const count = Number(options.rounds);
    const rounds = await takeRounds(count, (name) => pair[name].load(requests, rate));
    return { requests, rate, rounds };
  } finally {
    pair.stop();
  }
}

/** Memory does not come back: every round has processes of its own. */
async function measureMemory(testCase, options, prepared) {
  const { connections, streams } = testCase;
  const settings = { node: options.node, ...prepared };
  const rounds = await takeRounds(Number(options.rounds), async (name) => {
    const server = await startServer(testCase, options[name], settings);
    try {
      return { octets: (await server.hold()) / (connections * Math.max(streams, 1)) };
    } finally {
      server.stop();
    }
  });
  return { requests: 1, rounds };
}

async function measure(testCase, options, prepared) {
  const take = testCase.measure === 'memory' ? measureMemory : measureLoad;
  const result = await take(testCase, options, prepared);
  return { ...testCase, ...result, ...summarise(testCase.measure, result) };
}

function describeMachine({ node, base, ours }) {
  const output = (command, ...args) => execFileSync(command, args, { encoding: 'utf8' }).trim();
  return {
    date: new Date().toISOString(),
    node: output(node, '--version'),
    h2load: output('h2load', '--version'),
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.cpus().length,
    pinned: pins,
    base,
    ours: path.relative(ROOT, ours) ? ours : 'rust-http2',
  };
}

function store(result) {
  const folder = path.join(__dirname, 'results');
  const file = path.join(folder, `${result.machine.date.replaceAll(':', '-')}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return path.relative(process.cwd(), file);
}

function checkPrograms(wanted) {
  const needsNghttpd = wanted.some(({ side, rival }) => side === 'client' || rival);
  const absent = missing(needsNghttpd ? ['h2load', 'nghttpd'] : ['h2load']);
  if (!absent) return;
  fail(
    `The benchmark needs ${absent}, which is not installed: it comes with nghttp2 ` +
      "('apt-get install nghttp2' on Debian and Ubuntu, 'brew install nghttp2' on macOS).",
  );
}

async function main() {
  const options = readOptions();
  if (options.help) return console.log(USAGE);
  const pattern = new RegExp(options.case);
  const wanted = cases.filter(({ name }) => pattern.test(name));
  if (options.list) return console.log(wanted.map(({ name }) => name).join('\n'));
  if (wanted.length === 0) fail(`No case matches '${options.case}'.`);
  checkPrograms(wanted);

  const machine = describeMachine(options);
  const prepared = await prepareFiles();
  const summaries = [];
  const failures = [];
  try {
    for (const testCase of wanted) {
      try {
        const summary = await measure(testCase, options, prepared);
        summaries.push(summary);
        console.error(`${testCase.name}: ${summary.ratio.toFixed(2)}`);
      } catch (error) {
        failures.push({ name: testCase.name, error: error.message });
        console.error(`${testCase.name}: failed: ${error.message}`);
      }
    }
  } finally {
    rmSync(prepared.folder, { recursive: true, force: true });
  }
  console.log(
    `\nbase: ${machine.base}, ours: ${machine.ours}, Node ${machine.node}, ${machine.cpu}\n`,
  );
  console.log(tables(summaries));
  console.log(`\nWritten to ${store({ machine, cases: summaries, failures })}`);
  if (failures.length > 0) process.exitCode = 1;
}

main();
