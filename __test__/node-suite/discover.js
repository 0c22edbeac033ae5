'use strict';

const path = require('node:path');
const { existsSync, readdirSync, readFileSync } = require('node:fs');

const FOLDERS = ['parallel', 'sequential'];
const ABOUT_HTTP2 =
  /^test-(?:http2-|diagnostics-channel-http2-|worker-.*http2-|stream-pipeline-http2|h2).*\.m?js$/;

/**
 * One test file of the suite.
 * @typedef {object} Test
 * @property {string} name    path below the suite's folder, with forward slashes
 * @property {string} file    absolute path
 * @property {string[]} flags what its `// Flags:` lines ask of the command line
 * @property {Record<string, string>} env what its `// Env:` lines ask of the environment
 * @property {boolean} alone  no other test may run beside it
 */

/** Accepts a Node source tree's root as well as its test/ folder. */
function suiteRoot(folder) {
  const absolute = path.resolve(folder);
  return existsSync(path.join(absolute, 'parallel')) ? absolute : path.join(absolute, 'test');
}

/** The words after every `// <label>:` comment of a file. */
function directive(source, label) {
  const lines = source.matchAll(new RegExp(`^// ${label}:(.*)$`, 'gm'));
  return [...lines].flatMap(([, words]) => words.trim().split(/\s+/));
}

/**
 * The http2 tests below `folder` whose name matches `pattern`.
 * @returns {Test[]}
 */
function discover(folder, pattern) {
  const root = suiteRoot(folder);
  const wanted = new RegExp(pattern);
  return FOLDERS.flatMap((part) => {
    const below = path.join(root, part);
    if (!existsSync(below)) return [];
    return readdirSync(below)
      .filter((base) => ABOUT_HTTP2.test(base) && wanted.test(`${part}/${base}`))
      .sort()
      .map((base) => describe(part, base, path.join(below, base)));
  });
}

function describe(part, base, file) {
  const source = readFileSync(file, 'utf8');
  return {
    name: `${part}/${base}`,
    file,
    flags: directive(source, 'Flags'),
    env: Object.fromEntries(directive(source, 'Env').map((pair) => pair.split(/=(.*)/s, 2))),
    alone: part === 'sequential',
  };
}

module.exports = { discover };
