'use strict';

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The figure of a run that a measure compares, and whether less of it is better. */
const measures = {
  speed: { figure: 'seconds', less: false },
  latency: { figure: 'p99', less: true },
  memory: { figure: 'octets', less: true },
  scale: { figure: 'cpu', less: true },
};

/**
 * Medians of a case's rounds. A ratio is the median of the ratios of the pairs, so that
 * a slow spell of the machine, which hits both of a pair, does not show: how many times as fast
 * ours is, or what share of the base's latency, memory or CPU time it has.
 * @param {'speed'|'latency'|'memory'|'scale'} measure
 * @param {{rounds: {base: Run, ours: Run}[], requests: number}} result
 * @typedef {{seconds?: number, cpu?: number, p99?: number, octets?: number}} Run
 */
function summarise(measure, { rounds, requests }) {
  const { figure, less } = measures[measure];
  const side = (name) => {
    const of = (key) => median(rounds.map((round) => round[name][key]));
    return {
      requestsPerSecond: requests / of('seconds'),
      cpuMicrosecondsPerRequest: (of('cpu') / requests) * 1e6,
      milliseconds: of('p99') * 1e3,
      octets: of('octets'),
    };
  };
  const ratios = rounds.map(({ base, ours }) =>
    less ? ours[figure] / base[figure] : base[figure] / ours[figure],
  );
  return {
    base: side('base'),
    ours: side('ours'),
    ratio: median(ratios),
    cpuRatio: median(rounds.map(({ base, ours }) => base.cpu / ours.cpu)),
  };
}

const goal =
  (sign) =>
  ({ goal: figure }) =>
    figure === undefined ? '' : `${sign} ${figure}`;

const speedColumns = [
  ['case', ({ name }) => name],
  ['base req/s', ({ base }) => base.requestsPerSecond.toPrecision(4)],
  ['ours req/s', ({ ours }) => ours.requestsPerSecond.toPrecision(4)],
  ['ratio', ({ ratio }) => ratio.toFixed(2)],
  ['goal', goal('≥')],
  ['base µs CPU', ({ base }) => base.cpuMicrosecondsPerRequest.toFixed(1)],
  ['ours µs CPU', ({ ours }) => ours.cpuMicrosecondsPerRequest.toFixed(1)],
  ['CPU ratio', ({ cpuRatio }) => cpuRatio.toFixed(2)],
];

const columns = {
  speed: speedColumns,
  latency: [
    ['case', ({ name }) => name],
    ['base p99, ms', ({ base }) => base.milliseconds.toFixed(2)],
    ['ours p99, ms', ({ ours }) => ours.milliseconds.toFixed(2)],
    ['ratio', ({ ratio }) => ratio.toFixed(2)],
    ['goal', goal('≤')],
  ],
  scale: [
    ['case', ({ name }) => name],
    ['few, µs CPU', ({ base }) => base.cpuMicrosecondsPerRequest.toFixed(1)],
    ['many, µs CPU', ({ ours }) => ours.cpuMicrosecondsPerRequest.toFixed(1)],
    ['ratio', ({ ratio }) => ratio.toFixed(2)],
    ['goal', goal('≤')],
  ],
  memory: [
    ['case', ({ name }) => name],
    ['base octets each', ({ base }) => base.octets.toFixed(0)],
    ['ours octets each', ({ ours }) => ours.octets.toFixed(0)],
    ['ratio', ({ ratio }) => ratio.toFixed(2)],
    ['goal', goal('≤')],
  ],
};

/** A Markdown table of summaries. */
function table(summaries, titled) {
  const rows = [
    titled.map(([title]) => title),
    ...summaries.map((summary) => titled.map(([, cell]) => cell(summary))),
  ];
  const widths = titled.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const line = (row) =>
    `| ${row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|')}|`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n');
}

/** Markdown tables of summaries, one for each measure. */
function tables(summaries) {
  return Object.keys(measures)
    .map((measure) => [measure, summaries.filter((summary) => summary.measure === measure)])
    .filter(([, chosen]) => chosen.length > 0)
    .map(([measure, chosen]) => table(chosen, columns[measure]))
    .join('\n\n');
}

/** How a measure's figures are written where all measures are in one table. */
const figures = {
  speed: ({ requestsPerSecond: rate }) =>
    `${rate < 100 ? rate.toPrecision(2) : Math.round(rate)}/s`,
  latency: ({ milliseconds }) => `${milliseconds.toFixed(2)} ms`,
  memory: ({ octets }) => `${(octets / 1000).toFixed(1)} KB`,
  scale: ({ cpuMicrosecondsPerRequest: cost }) => `${cost.toFixed(1)} µs`,
};

const headlineColumns = [
  ['Load', ({ name }) => name],
  ['builtin', ({ measure, base }) => figures[measure](base)],
  ['rust-http2', ({ measure, ours }) => figures[measure](ours)],
  ['ratio', ({ ratio }) => ratio.toFixed(2)],
  ['CPU ratio', ({ measure, cpuRatio }) => (measure === 'speed' ? cpuRatio.toFixed(2) : '')],
];

/** Whether a case compares this package with the base, not with itself or a rival. */
const comparesWithBase = ({ rival, measure }) => !rival && measure !== 'scale';

/** One Markdown table of the comparisons with the base that have a goal. */
function headlines(summaries) {
  const chosen = summaries.filter((summary) => summary.goal && comparesWithBase(summary));
  return table(chosen, headlineColumns);
}

module.exports = { comparesWithBase, headlines, summarise, tables };
