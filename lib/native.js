'use strict';

// Finds the addon: a file that was built here, else the package of this platform.

const path = require('node:path');
const { createRequire } = require('node:module');
const platforms = require('./platforms.js');
const { repository } = require('../package.json');

const HERE = `${process.platform}-${process.arch}`;
/** What the name of an addon that was built here may end in, after the platform. */
const ABIS = ['', '-gnu', '-musl', '-gnueabihf', '-musleabihf', '-msvc'];

/** In a bundle of ES modules there is no `__filename`, or it is `[eval]` of who imports it. */
function whereabouts() {
  if (typeof __filename === 'string' && path.isAbsolute(__filename)) return __filename;
  return path.resolve(process.argv[1] ?? 'program');
}

/**
 * Looks where the program runs: bundlers do not follow it, so a bundle finds the package of the
 * platform that it is run on.
 */
const requireHere = createRequire(whereabouts());

/** @returns {Error} That says what to do. */
function noAddon(candidates, cause) {
  const names = candidates.map((name) => `rust-http2-${name}`).join(' or ');
  const url = repository.url.replace(/^git\+|\.git$/g, '');
  const build = `git clone ${url} && cd rust-http2 && npm run pack`;
  let message =
    `rust-http2 has no prebuilt addon for ${HERE}, but can be built where Rust ` +
    `(https://rustup.rs) is installed: ${build}; then npm install that folder's target/rust-http2.tgz.`;
  if (cause !== undefined) {
    message = `rust-http2 cannot load its addon for ${HERE}: ${cause.message}`;
  } else if (candidates.length > 0) {
    message =
      `rust-http2 finds no addon for ${HERE}. It is in the package ${names}, an optional ` +
      'dependency: run npm install without --omit=optional, on this platform, and leave the package ' +
      'outside of bundles. In a clone of the repository: npm run build.';
  }
  return new Error(message, { cause });
}

function load() {
  const candidates = platforms.filter((name) => `${name}-`.startsWith(`${HERE}-`));
  const ids = [
    ...ABIS.map((abi) => `../rust-http2.${HERE}${abi}.node`),
    ...candidates.map((name) => `rust-http2-${name}`),
  ];
  let cause;
  for (const id of ids) {
    try {
      return requireHere(id);
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') cause = error;
    }
  }
  throw noAddon(candidates, cause);
}

module.exports = load();
