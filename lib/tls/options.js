'use strict';

/**
 * Options of node:tls for rustls. What rustls cannot honour is refused, never ignored: with
 * `tlsEngine: 'rustls'` by an error that names the option and what to use instead, and where
 * RUST_HTTP2_TLS asks for rustls by going on with node:tls.
 */

const tls = require('node:tls');
const { defaultCoreCipherList } = require('node:crypto').constants;
const native = require('../native.js');
const { codes } = require('../errors.js');
const { identitiesOf, packedIdentitiesOf, revocationsOf, rootsOf } = require('./identity.js');
const { defaultSuites, groupsOf, preferredSuites, suitesOf } = require('./names.js');

/** Options that rustls has nothing for, and what to use instead. */
const UNSUPPORTED = {
  secureContext: '`key`, `cert` and `ca`',
  secureProtocol: '`minVersion` and `maxVersion`',
  secureOptions: '`minVersion`, `maxVersion` and `ciphers`',
  sigalgs: "tlsEngine 'node'",
  dhparam: '`ecdhCurve`',
  clientCertEngine: '`key` and `cert`',
  privateKeyEngine: '`key`',
  privateKeyIdentifier: '`key`',
  pskCallback: 'certificates',
  pskIdentityHint: 'certificates',
  requestOCSP: '`crl`',
  minDHSize: '`ecdhCurve`',
  enableTrace: "the event 'keylog'",
};

const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
const TLS12 = VERSIONS.indexOf('TLSv1.2');
const TLS13 = VERSIONS.indexOf('TLSv1.3');

const unsupported = (name, instead) => new codes.ERR_TLS_ENGINE_OPTION(name, instead);

function versionIndex(name, version) {
  const index = VERSIONS.indexOf(version);
  if (index >= 0) return index;
  const error = new TypeError(`"${version}" is not a valid ${name} TLS protocol version`);
  error.code = 'ERR_TLS_INVALID_PROTOCOL_VERSION';
  throw error;
}

function versionsOf({ minVersion, maxVersion }) {
  const least = versionIndex('minimum', minVersion ?? tls.DEFAULT_MIN_VERSION);
  const most = versionIndex('maximum', maxVersion ?? tls.DEFAULT_MAX_VERSION);
  if (minVersion != null && least < TLS12) throw unsupported('minVersion', "'TLSv1.2'");
  if (most < TLS12) throw unsupported('maxVersion', "'TLSv1.2' or 'TLSv1.3'");
  return { tls12: least <= TLS12, tls13: most >= TLS13 };
}

function suites({ ciphers }) {
  // Whoever starts Node with a list of his own, or sets node:tls's, is given that.
  const isOurs = ciphers === undefined && tls.DEFAULT_CIPHERS === defaultCoreCipherList;
  if (isOurs) return preferredSuites();
  // What else node:tls's list names in classes is none of rustls's.
  if (ciphers === undefined || ciphers === tls.DEFAULT_CIPHERS) return defaultSuites();
  if (typeof ciphers !== 'string') {
    throw new codes.ERR_INVALID_ARG_TYPE('options.ciphers', 'string', ciphers);
  }
  const numbers = suitesOf(ciphers);
  if (numbers === undefined) throw unsupported('ciphers', 'a list of names of cipher suites');
  return numbers;
}

function groups({ ecdhCurve }) {
  const numbers = groupsOf(ecdhCurve ?? 'auto');
  if (numbers === undefined) {
    throw unsupported('ecdhCurve', "'X25519MLKEM768', 'X25519', 'P-256', 'P-384' or 'auto'");
  }
  return numbers;
}

/**
 * Protocols by their names in options.
 * @param {undefined | string[] | Uint8Array[] | Uint8Array} protocols
 * @returns {Buffer[]}
 */
function alpnOf(protocols) {
  if (protocols === undefined) return [];
  if (Array.isArray(protocols)) return protocols.map((name) => Buffer.from(name));
  // RFC 7301 §3.1: each behind its length.
  const names = [];
  for (let at = 0; at < protocols.length; at += protocols[at] + 1) {
    names.push(Buffer.from(protocols.subarray(at + 1, at + 1 + protocols[at])));
  }
  return names;
}

function checkSupported(options) {
  for (const [name, instead] of Object.entries(UNSUPPORTED)) {
    if (options[name] !== undefined && options[name] !== false) throw unsupported(name, instead);
  }
}

/** Makes the native configuration; what it refuses is what the key or the certificate is. */
function configure(options) {
  try {
    return new native.TlsConfig(options);
  } catch (cause) {
    throw unsupported(
      'key',
      `an RSA key of 2048 bits or more, P-256, P-384, P-521 or Ed25519`,
      cause,
    );
  }
}

/** What both sides have. */
function commonOf(options) {
  checkSupported(options);
  const packed = packedIdentitiesOf(options);
  const authorities = packed.flatMap((identity) => identity.authorities);
  return {
    // Where both have a certificate for one kind of key, node:tls shows the packed one.
    identities: [...packed, ...identitiesOf(options)],
    roots: rootsOf(options.ca, authorities),
    revocations: revocationsOf(options.crl),
    alpn: alpnOf(options.ALPNProtocols),
    ...versionsOf(options),
    suites: suites(options),
    groups: groups(options),
  };
}

/**
 * What a client's connections are made from.
 * @param {object} options Of tls.connect.
 * @returns {{config: object, certificate: import('node:crypto').X509Certificate | undefined}}
 */
function clientContext(options) {
  const common = commonOf(options);
  const config = configure({ isServer: false, ...common });
  return { config, certificate: common.identities[0]?.certificate };
}

/**
 * What a server's connections are made from.
 * @param {object} options Of tls.createServer.
 * @param {object} tickets Native keys.
 * @returns {{config: object, certificate: import('node:crypto').X509Certificate | undefined}}
 */
function serverContext(options, tickets) {
  const common = commonOf(options);
  const required = options.rejectUnauthorized === false ? 1 : 2;
  const config = configure({
    isServer: true,
    ...common,
    clientCertificate: options.requestCert === true ? required : 0,
    ownOrder: options.honorCipherOrder !== false,
    tickets,
  });
  return { config, certificate: common.identities[0]?.certificate };
}

module.exports = { clientContext, serverContext, unsupported };
