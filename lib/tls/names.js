'use strict';

/** What rustls speaks, under the names that node:tls has for it. */

const tls = require('node:tls');

/**
 * Cipher suites by number, in the order of preference: the name of OpenSSL, and that of the RFCs.
 *
 * Those of TLS 1.2 are as node:tls has them. Of TLS 1.3's it has AES-256 first; with AES-128, which
 * browsers, BoringSSL and Go prefer, records cost both sides four rounds of fourteen less, and
 * handshakes are hashed by SHA-256, for which processors have instructions.
 */
const SUITES = new Map([
  [0x1301, ['TLS_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256']],
  [0x1302, ['TLS_AES_256_GCM_SHA384', 'TLS_AES_256_GCM_SHA384']],
  [0x1303, ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_CHACHA20_POLY1305_SHA256']],
  [0xc02f, ['ECDHE-RSA-AES128-GCM-SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256']],
  [0xc02b, ['ECDHE-ECDSA-AES128-GCM-SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256']],
  [0xc030, ['ECDHE-RSA-AES256-GCM-SHA384', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384']],
  [0xc02c, ['ECDHE-ECDSA-AES256-GCM-SHA384', 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384']],
  [0xcca8, ['ECDHE-RSA-CHACHA20-POLY1305', 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256']],
  [0xcca9, ['ECDHE-ECDSA-CHACHA20-POLY1305', 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256']],
]);

/** Suites of TLS 1.3 have numbers of their own. */
const isTls13 = (suite) => suite >> 8 === 0x13;

const suiteNumbers = new Map();
for (const [number, names] of SUITES) for (const name of names) suiteNumbers.set(name, number);

/** Groups of the key exchange by number: the name of OpenSSL, the kind and the size in bits. */
const GROUPS = new Map([
  [0x11ec, { type: 'TLSGroup', name: 'X25519MLKEM768', size: undefined }],
  [0x1d, { type: 'ECDH', name: 'X25519', size: 253 }],
  [0x17, { type: 'ECDH', name: 'prime256v1', size: 256 }],
  [0x18, { type: 'ECDH', name: 'secp384r1', size: 384 }],
]);

const groupNumbers = new Map([
  ['X25519MLKEM768', 0x11ec],
  ['X25519', 0x1d],
  ['prime256v1', 0x17],
  ['P-256', 0x17],
  ['secp256r1', 0x17],
  ['secp384r1', 0x18],
  ['P-384', 0x18],
]);

/**
 * @param {number} suite
 * @returns {{name: string, standardName: string, version: string}} As `getCipher` tells.
 */
function cipherOf(suite) {
  const [name, standardName] = SUITES.get(suite) ?? [];
  return { name, standardName, version: isTls13(suite) ? 'TLSv1.3' : 'TLSv1.2' };
}

/**
 * The suites of an OpenSSL cipher list. Names of suites that rustls lacks are passed over, as a
 * library without them would.
 * @param {string} list
 * @returns {number[] | undefined} Undefined if the list has classes or operators, or nothing is left.
 */
function suitesOf(list) {
  const names = list.split(/[:, ]+/).filter((name) => name !== '');
  if (names.some((name) => !/^[A-Z\d][\w-]*[\d_-][\w-]*$/.test(name))) return undefined;
  const listed = names.map((name) => suiteNumbers.get(name)).filter((n) => n !== undefined);
  if (listed.length === 0) return undefined;
  // A list without suites of TLS 1.3 says nothing of them.
  if (listed.some(isTls13)) return listed;
  return [...[...SUITES.keys()].filter(isTls13), ...listed];
}

/** All suites, those that node:tls's default list names in its order in front. */
function defaultSuites() {
  const named = tls.DEFAULT_CIPHERS.split(':').map((name) => suiteNumbers.get(name));
  return [...new Set([...named.filter((number) => number !== undefined), ...SUITES.keys()])];
}

/** All suites, the best first. */
function preferredSuites() {
  return [...SUITES.keys()];
}

/**
 * The groups of an OpenSSL list.
 * @param {string} list
 * @returns {number[] | undefined} Empty for all; undefined if rustls has none of them.
 */
function groupsOf(list) {
  if (list === 'auto') return [];
  const groups = list.split(':').map((name) => groupNumbers.get(name));
  const known = groups.filter((number) => number !== undefined);
  return known.length > 0 ? known : undefined;
}

module.exports = { GROUPS, cipherOf, defaultSuites, groupsOf, preferredSuites, suitesOf };
