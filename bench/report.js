'use strict';

// Writes the results of one run of the benchmark where they are read: tables into README.md and
// bench/README.md, and the chart beside the latter.
//
//   node bench/report.js [RESULTS]   a file of bench/results/ (default: the newest)

const path = require('node:path');
const { readFileSync, readdirSync, writeFileSync } = require('node:fs');
const { chart } = require('./chart');
const { comparesWithBase, headlines, tables } = require('./statistics');
const { fillIn } = require('../scripts/fill-in');

const ROOT = path.resolve(__dirname, '..');
const RESULTS = path.join(__dirname, 'results');

function newest() {
  const files = readdirSync(RESULTS).filter((name) => name.endsWith('.json'));
  if (files.length === 0) throw new Error('There are no results yet: `npm run bench` makes some.');
  return path.join(RESULTS, files.sort().at(-1));
}

async function main() {
  const { machine, cases } = JSON.parse(readFileSync(process.argv[2] ?? newest(), 'utf8'));
  const rounds = Math.min(...cases.map((each) => each.rounds.length));
  const versions = `Node ${machine.node}, ${machine.h2load.replace(/^h2load /, '')}`;
  const place = `${machine.cpu}, ${machine.cores} cores${machine.pinned ? ', one for each side' : ''}`;
  const source = `${machine.date.slice(0, 10)}, ${versions}, ${place}: \`npm run bench -- --rounds ${rounds}\``;
  const title = `rust-http2 beside http2, Node ${machine.node}`;
  writeFileSync(path.join(__dirname, 'chart.svg'), chart(cases.filter(comparesWithBase), title));

  const all = tables(cases).replaceAll(' base ', ' builtin ');
  await fillIn(path.join(ROOT, 'README.md'), 'bench', `${headlines(cases)}\n\n${source}`);
  await fillIn(path.join(__dirname, 'README.md'), 'bench', `${source}\n\n${all}`);
}

main();
