'use strict';

/**
 * The genuine http2 of the running Node, whoever answers `require('http2')` by now.
 *
 * Its protocol engine is never used: it lends the identity of the `sensitiveHeaders` symbol and
 * shows which version's behaviour is expected (see behavior.js).
 *
 * `register.js` loads this module before it hooks anything, and leaves the untouched function
 * reachable under a registered symbol, so that a second copy of the package in the same process
 * still finds the original.
 */

/** Key under which a hooked `process.getBuiltinModule` keeps the original. */
const kOriginal = Symbol.for('rust-http2.original');

function loadBuiltin() {
  const { getBuiltinModule } = process;
  if (typeof getBuiltinModule === 'function') {
    return (getBuiltinModule[kOriginal] ?? getBuiltinModule)('http2');
  }
  // Node 20 before 20.16.
  const { _load } = require('node:module');
  return (_load[kOriginal] ?? _load)('http2', module, false);
}

module.exports = { builtin: loadBuiltin(), kOriginal };
