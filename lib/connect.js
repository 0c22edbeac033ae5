'use strict';

/** http2.connect: the authority, the socket, the session. */

const net = require('node:net');
const tls = require('node:tls');
const { promisify } = require('node:util');
const behavior = require('./behavior.js');
const { ClientHttp2Session } = require('./client-session.js');
const { codes } = require('./errors.js');
const { connectOptions, secureConnectOptions } = require('./options.js');
const engines = require('./tls/index.js');

const DEFAULT_PORT = { 'http:': '80', 'https:': '443' };

/** @returns {URL | object} */
function parseAuthority(authority) {
  if (typeof authority === 'string') return new URL(authority);
  const isObject = authority !== null && typeof authority === 'object';
  if (authority !== undefined && (!isObject || Array.isArray(authority))) {
    throw new codes.ERR_INVALID_ARG_TYPE('authority', ['string', 'URL', 'Object'], authority);
  }
  return authority;
}

function hostOf({ hostname, host }) {
  if (hostname) return hostname[0] === '[' ? hostname.slice(1, -1) : hostname;
  return host || 'localhost';
}

function connectSecurely(port, host, options) {
  return engines.withEngine(
    options,
    () => tls.connect(port, host, options),
    () => engines.rustlsConnect(port, host, options),
  );
}

function createSocket(authority, protocol, host, port, options) {
  if (typeof options.createConnection === 'function') {
    return options.createConnection(authority, options);
  }
  switch (protocol) {
    case 'http:':
      return net.connect({ port, host, ...options });
    case 'https:':
      return connectSecurely(port, host, secureConnectOptions(options, host));
    default:
      throw new codes.ERR_HTTP2_UNSUPPORTED_PROTOCOL(protocol);
  }
}

/**
 * Connects to a server.
 * @param {string | URL | {protocol?: string, hostname?: string, host?: string, port?: string | number}} authority
 * @param {object} [options]
 * @param {(session: ClientHttp2Session, socket: import('node:stream').Duplex) => void} [listener]
 *   Listens once to 'connect'.
 * @returns {ClientHttp2Session}
 */
function connect(authority, options, listener) {
  if (typeof options === 'function') {
    listener = options;
    options = undefined;
  }
  options = connectOptions(options);
  authority = parseAuthority(authority);
  const protocol = authority.protocol || options.protocol || 'https:';
  const { port: givenPort } = authority;
  const port = String(
    givenPort !== '' && givenPort !== undefined ? givenPort : (DEFAULT_PORT[protocol] ?? '443'),
  );
  const host = hostOf(authority);
  const socket = createSocket(authority, protocol, host, port, options);
  const session = new ClientHttp2Session(options, socket, {
    protocol,
    authority: `${options.servername || host}:${port}`,
  });
  if (typeof listener === 'function') session.once('connect', listener);
  return session;
}

Object.defineProperty(connect, promisify.custom, {
  __proto__: null,
  value: (authority, options) =>
    new Promise((resolve, reject) => {
      const session = connect(authority, options, () => {
        session.removeListener('error', reject);
        resolve(session);
      });
      if (behavior.promisifiedConnectRejects) session.once('error', reject);
    }),
});

module.exports = { connect };
