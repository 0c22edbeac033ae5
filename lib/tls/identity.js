'use strict';

/** Certificates, keys and authorities of node:tls's options, as rustls takes them. */

const { readFileSync } = require('node:fs');
const tls = require('node:tls');
const { X509Certificate, createPrivateKey } = require('node:crypto');
const native = require('../native.js');
const { readPfx } = require('./pkcs12.js');

const PEM = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END/g;
const PEM_CRL = /-----BEGIN X509 CRL-----([^-]+)-----END/g;
const SEQUENCE = 0x30;

const listOf = (value) => (Array.isArray(value) ? value : value == null ? [] : [value]);

function isDer(value) {
  return typeof value !== 'string' && value[0] === SEQUENCE;
}

function bytesOf(value) {
  if (typeof value === 'string') return Buffer.from(value);
  const { buffer, byteOffset, byteLength } = value;
  return Buffer.from(buffer, byteOffset, byteLength);
}

/**
 * The certificates in PEM or DER.
 * @param {string | ArrayBufferView} value
 * @returns {X509Certificate[]} One at least; throws what node:crypto throws if there is none.
 */
function certificatesOf(value) {
  const bytes = bytesOf(value);
  if (isDer(bytes)) return [new X509Certificate(bytes)];
  const blocks = bytes.toString('latin1').match(PEM);
  if (blocks === null) return [new X509Certificate(bytes)];
  return blocks.map((block) => new X509Certificate(`${block} CERTIFICATE-----\n`));
}

/** A key in one of the forms that DER can have. */
function keyFromDer(key) {
  let failure;
  for (const type of ['pkcs8', 'pkcs1', 'sec1']) {
    try {
      return createPrivateKey({ key, format: 'der', type });
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** @returns {import('node:crypto').KeyObject} */
function keyOf(value, passphrase) {
  if (value !== null && typeof value === 'object' && value.pem !== undefined) {
    return keyOf(value.pem, value.passphrase ?? passphrase);
  }
  const key = bytesOf(value);
  return isDer(key) && passphrase === undefined
    ? keyFromDer(key)
    : createPrivateKey({ key, passphrase });
}

/**
 * Brings certificates and keys together.
 * @param {object} options `cert`, `key` and `passphrase` of node:tls.
 * @returns {{chain: Buffer[], key: Buffer, certificate: X509Certificate}[]}
 */
function identitiesOf({ cert, key, passphrase }) {
  const keys = listOf(key).map((one) => keyOf(one, passphrase));
  return listOf(cert).flatMap((one) => {
    const chain = certificatesOf(one);
    const own = keys.find((candidate) => chain[0].checkPrivateKey(candidate));
    if (own === undefined) {
      if (keys.length === 0) return [];
      const error = new Error('key values mismatch');
      error.code = 'ERR_OSSL_X509_KEY_VALUES_MISMATCH';
      throw error;
    }
    return {
      chain: chain.map(({ raw }) => raw),
      key: own.export({ type: 'pkcs8', format: 'der' }),
      certificate: chain[0],
    };
  });
}

function loadPfx(value, passphrase) {
  const pfx = value?.buf ?? value;
  if (typeof pfx !== 'string' && !ArrayBuffer.isView(pfx)) {
    const error = new Error('Unable to load PFX certificate');
    error.code = 'ERR_CRYPTO_OPERATION_FAILED';
    throw error;
  }
  return readPfx(bytesOf(pfx), value.passphrase || passphrase);
}

/**
 * Identities in PKCS #12.
 * @param {object} options `pfx` and `passphrase` of node:tls.
 * @returns {{chain: Buffer[], key: Buffer, certificate: X509Certificate, authorities: Buffer[]}[]}
 *   `authorities` come with a certificate, and node:tls trusts them.
 */
function packedIdentitiesOf({ pfx, passphrase }) {
  return listOf(pfx).map((one) => {
    const { key, certificates } = loadPfx(one, passphrase);
    const chain = certificates.map(({ raw }) => raw);
    return {
      chain,
      key: key.export({ type: 'pkcs8', format: 'der' }),
      certificate: certificates[0],
      authorities: chain.slice(1),
    };
  });
}

/** Authorities by the list that they come from: reading some hundred of them takes a while. */
const known = new WeakMap();

function defaultAuthorities() {
  if (typeof tls.getCACertificates === 'function') return tls.getCACertificates('default');
  return tls.rootCertificates;
}

/** What NODE_EXTRA_CA_CERTS names, where Node does not tell it itself; read once, as Node does. */
let extra;

function extraAuthorities() {
  if (typeof tls.getCACertificates === 'function') return [];
  if (extra === undefined) {
    extra = [];
    const file = process.env.NODE_EXTRA_CA_CERTS;
    try {
      if (file) extra = certificatesOf(readFileSync(file)).map(({ raw }) => raw);
    } catch {
      // Node has warned of it.
    }
  }
  return extra;
}

function pemToDer(pem) {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
}

/**
 * @param {undefined | string | ArrayBufferView | (string | ArrayBufferView)[]} ca
 * @param {Buffer[]} more DER of authorities beside those in `ca`.
 * @returns {object} Native; of the authorities that Node trusts by default if `ca` gives none.
 */
function rootsOf(ca, more) {
  if (ca != null) {
    const given = listOf(ca).flatMap(certificatesOf);
    return new native.TlsRoots([...given.map(({ raw }) => raw), ...more]);
  }
  const authorities = defaultAuthorities();
  const all = () => [...authorities.map(pemToDer), ...extraAuthorities(), ...more];
  if (more.length > 0) return new native.TlsRoots(all());
  let roots = known.get(authorities);
  if (roots === undefined) {
    roots = new native.TlsRoots(all());
    known.set(authorities, roots);
  }
  return roots;
}

/** @returns {Buffer[]} DER of revocation lists. */
function revocationsOf(crl) {
  return listOf(crl).flatMap((one) => {
    const bytes = bytesOf(one);
    if (isDer(bytes)) return [bytes];
    const blocks = [...bytes.toString('latin1').matchAll(PEM_CRL)];
    if (blocks.length > 0) return blocks.map(([, base64]) => Buffer.from(base64, 'base64'));
    const error = new Error('Failed to parse CRL');
    error.code = 'ERR_CRYPTO_OPERATION_FAILED';
    throw error;
  });
}

module.exports = { identitiesOf, packedIdentitiesOf, revocationsOf, rootsOf };
