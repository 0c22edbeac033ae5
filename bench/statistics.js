'use strict';

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Medians of a case's rounds. A ratio is the median of the ratios of the pairs, so that
 * a slow spell of the machine, which hits both of a pair, does not show.
 * @param {{base: Run, ours: Run}[]} rounds
 * @typedef {{seconds: number, cpu: number}} Run
 */
function summarise(rounds, requests) {
  const side = (name) => ({
    requestsPerSecond: requests / median(rounds.map((round) => round[name].seconds)),
    cpuMicrosecondsPerRequest: (median(rounds.map((round) => round[name].cpu)) / requests) * 1e6,
  });
  return {
    base: side('base'),
    ours: side('ours'),
    speedRatio: median(rounds.map(({ base, ours }) => base.seconds / ours.seconds)),
    cpuRatio: median(rounds.map(({ base, ours }) => base.cpu / ours.cpu)),
  };
}

const COLUMNS = [
  ['case', ({ name }) => name],
  ['base req/s', ({ base }) => base.requestsPerSecond.toFixed(0)],
  ['ours req/s', ({ ours }) => ours.requestsPerSecond.toFixed(0)],
  ['ratio', ({ speedRatio }) => speedRatio.toFixed(2)],
  ['base µs CPU', ({ base }) => base.cpuMicrosecondsPerRequest.toFixed(1)],
  ['ours µs CPU', ({ ours }) => ours.cpuMicrosecondsPerRequest.toFixed(1)],
  ['CPU ratio', ({ cpuRatio }) => cpuRatio.toFixed(2)],
];

/** A Markdown table of summaries. */
function table(summaries) {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...summaries.map((s) => COLUMNS.map(([, cell]) => cell(s))),
  ];
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const line = (row) =>
    `| ${row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|')}|`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n');
}

module.exports = { summarise, table };
