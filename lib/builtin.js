'use strict';

/**
 * The genuine http2 of the running Node, whoever answers `require('http2')` by now.
 *
 * Its protocol engine is never used: it lends the identity of the `sensitiveHeaders` symbol and
 * shows which version's behaviour is expected (see behavior.js).
 */

/**
 * Key under which a builtin whose members the preload has replaced keeps the genuine ones, so that
 * a second copy of the package in the same process finds them too.
 */
const kGenuine = Symbol.for('rust-http2.genuine');

/** The object that Node hands out as http2. A bundler's alias for the name does not get here. */
function loadBuiltin() {
  if (typeof process.getBuiltinModule === 'function') return process.getBuiltinModule('http2');
  // Node 20 before 20.16.
  return require('node:module')._load('http2', module, false);
}

const exportsOfBuiltin = loadBuiltin();
/** Its members, whatever happens to that object. */
const builtin = exportsOfBuiltin[kGenuine] ?? { ...exportsOfBuiltin };

module.exports = { builtin, exportsOfBuiltin, kGenuine };
