'use strict';

/**
 * The TLS engine that options ask for. What rustls needs is loaded when it is first used: most
 * programs never do.
 */

const { debuglog } = require('node:util');
const { codes } = require('../errors.js');

/** NODE_DEBUG=http2tls tells why RUST_HTTP2_TLS has no effect. */
const debug = debuglog('http2tls');

/**
 * Makes something with the engine that options ask for.
 * @template T
 * @param {{tlsEngine?: string} | undefined} options
 * @param {() => T} withNode
 * @param {() => T} withRustls
 * @returns {T}
 */
function withEngine(options, withNode, withRustls) {
  const engine = options?.tlsEngine;
  if (engine === 'rustls') return withRustls();
  if (engine !== undefined && engine !== 'node') {
    throw new codes.ERR_INVALID_ARG_VALUE('options.tlsEngine', engine);
  }
  if (engine === undefined && process.env.RUST_HTTP2_TLS === 'rustls') {
    try {
      // What users give a callback of node:tls back is OpenSSL's.
      if (options?.SNICallback === undefined) return withRustls();
    } catch (error) {
      // node:tls honours the options, or says what is wrong with them.
      debug('node:tls is used: %s', error.message);
    }
  }
  return withNode();
}

module.exports = {
  withEngine,

  /** tls.connect with rustls. */
  get rustlsConnect() {
    return require('./connect.js').rustlsConnect;
  },

  /** tls.Server with rustls. */
  get RustlsServer() {
    return require('./server.js').RustlsServer;
  },
};
