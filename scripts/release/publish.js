'use strict';

/**
 * Publishes the tarballs that pack.js made, whose output is the list. A version that is there
 * already is passed over, so that a release that was cut off can be run again.
 *
 *   node scripts/release/publish.js LIST [OPTION OF npm publish …]
 */

const { readFileSync } = require('node:fs');
const { npm } = require('./npm.js');

const PUBLISHED = /EPUBLISHCONFLICT|cannot publish over/i;

/**
 * @param {string[]} tarballs In order.
 * @param {string[]} options Of `npm publish`.
 * @param {object} [env] Environment variables for npm, beside this process's.
 */
async function publish(tarballs, options, env) {
  for (const tarball of tarballs) {
    const { ok, output } = await npm(['publish', tarball, '--ignore-scripts', ...options], { env });
    const there = !ok && PUBLISHED.test(output);
    if (!ok && !there) throw new Error(`${tarball} was not published.\n${output}`);
    console.log(`${tarball}: ${there ? 'was published already' : 'published'}`);
  }
}

module.exports = { publish };

if (require.main === module) {
  const [list, ...options] = process.argv.slice(2);
  publish(readFileSync(list, 'utf8').trim().split('\n'), options).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
