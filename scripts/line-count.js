'use strict';

// Fails where a source file is longer than a reader can hold: see LIMIT.

const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');

const LIMIT = 600;
const ROOT = path.resolve(__dirname, '..');
const SOURCES = ['*.rs', '*.js', '*.mjs', '*.d.ts'];
/** Generated files: their length is their generator's affair. */
const GENERATED = new Set(['src/hpack/huffman_table.rs', 'src/hpack/static_table.rs']);

const tracked = execFileSync('git', ['ls-files', '-z', '--', ...SOURCES], {
  cwd: ROOT,
  encoding: 'utf8',
});
const long = tracked
  .split('\0')
  .filter((file) => file && !GENERATED.has(file) && existsSync(path.join(ROOT, file)))
  .map((file) => [file, readFileSync(path.join(ROOT, file), 'utf8').split('\n').length - 1])
  .filter(([, lines]) => lines > LIMIT);

for (const [file, lines] of long) console.error(`${file}: ${lines} lines, more than ${LIMIT}`);
if (long.length > 0) process.exitCode = 1;
