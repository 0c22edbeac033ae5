'use strict';

// The ratios of a run as an SVG picture: bars on a logarithmic scale, with the goals as ticks.

const WIDTH = 760;
const NAMES = 330;
const FIGURES = 60;
const LINE = 22;
const TOP = 34;
const BAR = 12;
const SCALE_WIDTH = WIDTH - NAMES - FIGURES;
const LINES_AT = [0.5, 1, 2, 5, 10, 20, 40];

const escape = (text) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** How many times better ours is: where less is better, the inverse. */
function advantage({ measure, ratio, goal }) {
  const inverse = measure !== 'speed';
  return {
    ratio: inverse ? 1 / ratio : ratio,
    goal: goal === undefined ? undefined : inverse ? 1 / goal : goal,
  };
}

/**
 * Draws the cases that compare with the base.
 * @param {{name: string, measure: string, ratio: number, goal?: number}[]} summaries
 * @param {string} title
 * @returns {string} SVG
 */
function chart(summaries, title) {
  const [low, high] = [Math.log(LINES_AT[0]), Math.log(LINES_AT.at(-1))];
  const x = (ratio) => {
    const place = (Math.log(ratio) - low) / (high - low);
    return NAMES + Math.min(Math.max(place, 0), 1) * SCALE_WIDTH;
  };
  const bottom = TOP + summaries.length * LINE;
  const lines = LINES_AT.map((ratio) => {
    const at = x(ratio).toFixed(1);
    const weight = ratio === 1 ? 'axis' : 'line';
    return `<path class="${weight}" d="M${at} ${TOP - 6}V${bottom}"/><text class="scale" x="${at}" y="${bottom + 16}">${ratio}×</text>`;
  });
  const bars = summaries.map((summary, i) => {
    const { ratio, goal } = advantage(summary);
    const y = TOP + i * LINE;
    const [from, to] = [x(1), x(ratio)].sort((a, b) => a - b);
    const tick =
      goal === undefined
        ? ''
        : `<path class="goal" d="M${x(goal).toFixed(1)} ${y - 3}v${BAR + 6}"/>`;
    return `<text x="0" y="${y + 10}">${escape(summary.name)}</text><rect class="${ratio < 1 ? 'less' : 'more'}" x="${from.toFixed(1)}" y="${y}" width="${(to - from).toFixed(1)}" height="${BAR}"/>${tick}<text class="figure" x="${WIDTH}" y="${y + 10}">${ratio.toFixed(2)}×</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 24}" width="${WIDTH}" font-family="system-ui, sans-serif" font-size="12" role="img">
<title>${escape(title)}</title>
<style>text{fill:#24292f}.scale{text-anchor:middle;fill:#6e7781}.figure{text-anchor:end}.line{stroke:#d0d7de}.axis{stroke:#57606a}.more{fill:#2da44e}.less{fill:#bf8700}.goal{stroke:#0969da;stroke-width:2}.title{font-size:14px;font-weight:600}</style>
<rect width="${WIDTH}" height="${bottom + 24}" fill="#fff"/>
<text class="title" x="0" y="16">${escape(title)}</text>
${[...lines, ...bars].join('\n')}
</svg>
`;
}

module.exports = { chart };
