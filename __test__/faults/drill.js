'use strict';

// `npm run drill [-- --readme] [PATTERN]`: published attacks against a server (or a client) of ours,
// and against the builtin's in the same run. Prints a table; fails where ours died, where a healthy
// peer had to wait too long, where memory did not come back, or where a session outlived its
// offence or ended with another code than the offence's. It takes ten minutes and a quiet machine.
//
//   --readme   writes the table into README.md, between the marks for it
//   PATTERN    only attacks whose name contains it

const os = require('node:os');
const path = require('node:path');
const { once } = require('node:events');
const { parseArgs } = require('node:util');
const http2 = require('../..');
const { ATTACKS } = require('./drill/attacks');
const { measure } = require('./drill/measure');
const { fillIn } = require('../../scripts/fill-in');

/** The slowest answer to a healthy peer, in ms. */
const MAX_WAIT = 250;
/** Resident memory after, as a multiple of before. */
const MAX_GROWTH = 1.1;
const MIB = 2 ** 20;

const README = path.join(__dirname, '../../README.md');

/** Names of the codes of RST_STREAM and GOAWAY (RFC 9113 §7), by number. */
const CODES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];

/** What was worse than it may be, for ours. */
function judge({ detectable, code }, figures) {
  const problems = [];
  if (!figures.lives) problems.push('died');
  if (!(figures.slowest < MAX_WAIT)) problems.push('slow');
  if (!(figures.after < figures.before * MAX_GROWTH)) problems.push('memory');
  if (detectable && !figures.ended) problems.push('not ended');
  if (code !== undefined && figures.code !== CODES.indexOf(code)) problems.push(`not ${code}`);
  return problems;
}

function describe({ lives, slowest, before, after, ended, code }) {
  if (!lives) return 'the process died';
  const end = ended ? (CODES[code] ?? 'closed') : 'goes on';
  const mib = [before, after].map((octets) => (octets ? Math.round(octets / MIB) : '?'));
  const wait = slowest === Infinity ? 'none' : `${Math.round(slowest)} ms`;
  return `${end}; ${mib.join(' → ')} MiB; ${wait}`;
}

async function startHealthyServer() {
  const server = http2.createServer();
  server.on('stream', (stream) => {
    stream.on('error', () => {}).respond();
    stream.end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

const row = (cells) => `| ${cells.join(' | ')} |`;

/** Runs the attacks. @returns {Promise<{rows: string[], problems: string[]}>} */
async function drill(pattern) {
  const healthy = await startHealthyServer();
  const rows = [
    row(['Attack', 'Stopped by', 'rust-http2', 'node:http2']),
    row(['---', '---', '---', '---']),
  ];
  const problems = [];
  console.log(rows.join('\n'));
  for (const [number, attack] of ATTACKS.entries()) {
    if (!attack.name.includes(pattern)) continue;
    const ours = await measure(number, attack, 'ours', healthy);
    const builtin = await measure(number, attack, 'builtin', healthy);
    rows.push(row([attack.name, attack.budget, describe(ours), describe(builtin)]));
    problems.push(...judge(attack, ours).map((problem) => `${attack.name}: ${problem}`));
    console.log(rows.at(-1));
  }
  return { rows, problems };
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { readme: { type: 'boolean', default: false } },
  });
  const { rows, problems } = await drill(positionals[0] ?? '');
  const [{ model }] = os.cpus();
  const machine = `Node ${process.versions.node}, ${os.availableParallelism()} × ${model.trim()}.`;
  console.log(`\n${machine}`);
  for (const problem of problems) console.log(problem);
  if (values.readme) await fillIn(README, 'drill', `${rows.join('\n')}\n\n${machine}`);
  process.exit(problems.length > 0 ? 1 : 0);
}

main();
