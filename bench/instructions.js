'use strict';

// What the engine does in instructions for one exchange, of a client and a server together, by
// callgrind. Instructions, unlike times, do not drift with the machine: more than the tolerance
// beyond what is recorded in instructions.json is a change to look at.

const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { execFileSync, spawnSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');

const MANIFEST = path.join(__dirname, 'core', 'Cargo.toml');
const RECORD = path.join(__dirname, 'instructions.json');
const TOLERANCE = 0.05;
/** The cases recorded, by their place: bodies that cost copies alone say nothing of the engine. */
const CASES = [0, 1, 2, 3, 4];
/** The difference between two runs leaves out what starting costs. */
const FEW = 1_024;
const MANY = 4_096;

const USAGE = `Usage: node bench/instructions.js [--update]

  --update   record what is measured instead of comparing it`;

function output(command, args) {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function build() {
  const options = ['--quiet', '--release', '--no-default-features', '--bin', 'instructions'];
  output('cargo', ['build', ...options, '--manifest-path', MANIFEST]);
  const metadata = ['metadata', '--format-version', '1', '--no-deps', '--manifest-path', MANIFEST];
  const { target_directory: target } = JSON.parse(output('cargo', metadata));
  return path.join(target, 'release', 'instructions');
}

/** Instructions of one run, start included. */
function count(program, index, exchanges) {
  const options = ['--tool=callgrind', `--callgrind-out-file=${os.devNull}`];
  const line = [...options, program, String(index), String(exchanges)];
  const { status, stderr } = spawnSync('valgrind', line, { encoding: 'utf8' });
  const collected = /Collected : (\d+)/.exec(stderr);
  if (status !== 0 || collected === null) throw new Error(`valgrind failed:\n${stderr}`);
  return Number(collected[1]);
}

function measure(program) {
  const names = output(program, []).trim().split('\n');
  return CASES.map((index) => {
    const more = count(program, index, MANY) - count(program, index, FEW);
    return { name: names[index], instructions: Math.round(more / (MANY - FEW)) };
  });
}

/** Prints what is measured beside what is recorded; answers whether all of it is near enough. */
function compare(measured, recorded) {
  let good = true;
  for (const { name, instructions } of measured) {
    const before = recorded.find((entry) => entry.name === name)?.instructions;
    const change = instructions / before - 1;
    // A case that nothing is recorded of is not near it.
    const near = Math.abs(change) <= TOLERANCE;
    good &&= near;
    const percent = `${change >= 0 ? '+' : ''}${(change * 100).toFixed(1)} %`;
    console.log(`${name}: ${instructions}, recorded ${before} (${percent})${near ? '' : ' !'}`);
  }
  return good;
}

function main() {
  const { values } = parseArgs({
    options: {
      update: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  if (spawnSync('valgrind', ['--version']).status !== 0) {
    return console.log('valgrind is not installed: instructions are not counted here.');
  }
  const rustc = output('rustc', ['--version']).trim();
  const cases = measure(build());
  if (values.update) {
    writeFileSync(RECORD, `${JSON.stringify({ rustc, cases }, null, 2)}\n`);
    return console.log(cases.map((entry) => `${entry.name}: ${entry.instructions}`).join('\n'));
  }
  const recorded = JSON.parse(readFileSync(RECORD, 'utf8'));
  console.log(`Instructions per exchange with ${rustc}, recorded with ${recorded.rustc}`);
  if (!compare(cases, recorded.cases)) {
    console.error(`A change beyond ${TOLERANCE * 100} %: look at it, or record it with --update.`);
    process.exitCode = 1;
  }
}

main();
