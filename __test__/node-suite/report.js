'use strict';

const { reasons, rustls, versions } = require('./reasons.json');

/** What fails beside, with the other TLS engine. */
const engineNames = process.env.RUST_HTTP2_TLS === 'rustls' ? rustls : {};

const STATUSES = ['pass', 'fail', 'crash', 'timeout', 'skip'];
/** A file counts as slower than the builtin beyond this factor. */
const SLOW_FACTOR = 2;

const failed = ({ status }) => status !== 'pass' && status !== 'skip';

/**
 * Collects outcomes, prints them, and compares those of `ours` with the expected list.
 * @param {{version: string, subjects: string[], verbose: boolean, times: boolean}} options
 */
function createReport({ version, subjects, verbose, times }) {
  const results = new Map(subjects.map((subject) => [subject, new Map()]));
  const ofVersion = versions[version.split('.', 1)[0]] ?? {};
  const expected = new Map(Object.entries({ ...ofVersion, ...engineNames }));

  function add(test, subject, outcome) {
    results.get(subject).set(test.name, outcome);
    if (outcome.status === 'pass') return;
    const mark = subject === 'ours' && expected.has(test.name) ? ' (expected)' : '';
    const label = `${subject} ${outcome.status.toUpperCase()}${mark}`;
    console.log(`${label.padEnd(16)} ${test.name}\n    ${outcome.why}`);
    if (verbose && failed(outcome)) console.log(outcome.output.replace(/^/gm, '    | '));
  }

  /** Names of files that pass, and take ours more than twice the builtin's time. */
  const slow = () =>
    subjects.length < 2 ? new Set() : slowerOf(results.get('builtin'), results.get('ours'));

  /** Replaces the time of a file by one that was taken with nothing beside it. */
  function retime(test, subject, time) {
    results.get(subject).get(test.name).time = time;
  }

  /** Files of ours that differ from the expected list, each way. */
  function compare() {
    const outcomes = [...(results.get('ours') ?? [])];
    return {
      surprises: outcomes.filter(([name, o]) => failed(o) && !expected.has(name)),
      // What the machine lacks, another has.
      stale: outcomes.filter(
        ([name, o]) => o.status === 'pass' && (expected.get(name) ?? 'machine') !== 'machine',
      ),
    };
  }

  function print() {
    for (const [subject, outcomes] of results) printTotals(subject, [...outcomes.values()]);
    if (subjects.length === 2) printComparison(results.get('builtin'), results.get('ours'), times);
    if (!results.has('ours')) return;
    const { surprises, stale } = compare();
    if (expected.size > 0) printExpected(expected);
    printNames('Passes, though reasons.json lists it:', stale);
    printNames('Fails without a reason in reasons.json:', surprises);
    if (surprises.length + stale.length === 0) console.log('As reasons.json expects.');
  }

  function ok() {
    const { surprises, stale } = compare();
    if (surprises.length + stale.length > 0) return false;
    return results.has('ours') || ![...results.get('builtin').values()].some(failed);
  }

  function toJSON() {
    const plain = [...results].map(([subject, outcomes]) => [
      subject,
      Object.fromEntries(
        [...outcomes].map(([name, { status, why, time }]) => [name, { status, why, time }]),
      ),
    ]);
    return { version, results: Object.fromEntries(plain) };
  }

  return { add, print, slow, retime, ok, toJSON };
}

function printTotals(subject, outcomes) {
  const counts = STATUSES.map((status) => [
    status,
    outcomes.filter((o) => o.status === status).length,
  ]);
  const seconds = outcomes.reduce((sum, { time }) => sum + time, 0) / 1000;
  const parts = counts.filter(([status, n]) => n > 0 || status === 'pass' || status === 'fail');
  const words = parts.map(([status, n]) => `${status} ${n}`).join(', ');
  console.log(
    `\n${subject}: ${words}, of ${outcomes.length} files (${seconds.toFixed(1)} s of processes)`,
  );
}

function printExpected(expected) {
  const counts = new Map();
  for (const reason of expected.values()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  console.log('Not expected to pass:');
  for (const [reason, n] of counts) console.log(`  ${n}: ${reasons[reason]}`);
}

function printNames(title, entries) {
  if (entries.length === 0) return;
  console.log(`${title} ${entries.length}`);
  for (const [name, { status }] of entries) console.log(`  ${status.padEnd(8)}${name}`);
}

function slowerOf(builtin, ours) {
  const slower = [...ours].filter(
    ([name, { status, time }]) => status === 'pass' && time > SLOW_FACTOR * builtin.get(name).time,
  );
  return new Set(slower.map(([name]) => name));
}

function printComparison(builtin, ours, all) {
  if (all) printTimes('Times, the slowest beside the builtin first:', builtin, ours, ours.keys());
  const title = `Slower than ${SLOW_FACTOR} times the builtin:`;
  printTimes(title, builtin, ours, slowerOf(builtin, ours));
}

function printTimes(title, builtin, ours, names) {
  const ratio = (name) => ours.get(name).time / builtin.get(name).time;
  const sorted = [...names].sort((a, b) => ratio(b) - ratio(a));
  console.log(`${title} ${sorted.length}`);
  for (const name of sorted) {
    const [before, now] = [builtin, ours].map((times) => `${times.get(name).time} ms`.padStart(9));
    console.log(`${now}, builtin ${before}, ${ratio(name).toFixed(2).padStart(6)}  ${name}`);
  }
}

module.exports = { createReport };
