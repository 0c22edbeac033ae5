'use strict';

/** What a tls.TLSSocket has beside a stream: what it tells of the connection, and what it passes on. */

const { X509Certificate } = require('node:crypto');
const { codes } = require('../errors.js');
const { GROUPS, cipherOf } = require('./names.js');

/** Members of a net.Socket that are the transport's. */
const READ = [
  'autoSelectFamilyAttemptedAddresses',
  'bytesRead',
  'connecting',
  'localAddress',
  'localFamily',
  'localPort',
  'pending',
  'remoteAddress',
  'remoteFamily',
  'remotePort',
  'timeout',
];
const CALLED = ['address'];
/** These answer the socket itself. */
const CHAINED = ['ref', 'unref', 'setKeepAlive', 'setNoDelay', 'resetAndDestroy'];

function method(target, name, value) {
  Object.defineProperty(target, name, { value, writable: true, configurable: true });
}

function getter(target, name, get) {
  Object.defineProperty(target, name, { get, configurable: true });
}

/** @param {object} target A prototype; its objects have the transport as `_raw`. */
function defineTransportMembers(target) {
  for (const name of READ) {
    getter(target, name, function () {
      return this._raw[name];
    });
  }
  getter(target, 'bytesWritten', function () {
    return this._raw.bytesWritten ?? 0;
  });
  for (const name of CALLED) {
    method(target, name, function (...args) {
      return this._raw[name]?.(...args);
    });
  }
  for (const name of CHAINED) {
    method(target, name, function (...args) {
      this._raw[name]?.(...args);
      return this;
    });
  }
  method(target, '_unrefTimer', function () {
    this._raw._unrefTimer?.();
  });
  method(target, 'setTimeout', function (msecs, callback) {
    this._raw.setTimeout?.(msecs);
    if (callback === undefined) return this;
    if (msecs === 0) this.removeListener('timeout', callback);
    else this.once('timeout', callback);
    return this;
  });
}

/** The peer's chain, its own certificate first. */
function chainOf(pipe) {
  const chain = [];
  for (let der; (der = pipe.certificate(chain.length)) !== undefined;) {
    chain.push(new X509Certificate(der));
  }
  return chain;
}

/** As `getPeerCertificate(true)` has it: each with its issuer, a root with itself. */
function linked(chain) {
  const certificates = chain.map((certificate) => certificate.toLegacyObject());
  certificates.forEach((certificate, i) => {
    if (i + 1 < chain.length) certificate.issuerCertificate = certificates[i + 1];
    else if (chain[i].checkIssued(chain[i])) certificate.issuerCertificate = certificate;
  });
  return certificates[0];
}

const queries = {
  getPeerCertificate(detailed) {
    if (this._pipe === undefined || this.destroyed) return null;
    const chain = chainOf(this._pipe);
    if (chain.length === 0) return {};
    return detailed ? linked(chain) : chain[0].toLegacyObject();
  },
  getPeerX509Certificate() {
    const der = this._pipe?.certificate(0);
    return der && new X509Certificate(der);
  },
  getCertificate() {
    return this._certificate?.toLegacyObject() ?? {};
  },
  getX509Certificate() {
    return this._certificate;
  },
  getCipher() {
    const suite = this._pipe?.suite() ?? 0;
    return suite === 0 ? {} : cipherOf(suite);
  },
  getProtocol() {
    const isTls13 = this._pipe?.isTls13();
    return isTls13 === undefined ? 'unknown' : isTls13 ? 'TLSv1.3' : 'TLSv1.2';
  },
  getEphemeralKeyInfo() {
    if (this.isServer) return null;
    return { ...GROUPS.get(this._pipe?.group() ?? 0) };
  },
  isSessionReused() {
    return this._pipe?.isResumed() ?? false;
  },
  getSession() {},
  getTLSTicket() {},
  getFinished() {},
  getPeerFinished() {},
  getSharedSigalgs: () => [],
  disableRenegotiation() {},
  /** Neither version lets a peer renegotiate here; TLS 1.3 has none. */
  renegotiate(options, callback) {
    const error = new codes.ERR_TLS_ENGINE_OPTION('renegotiate', 'a new connection');
    if (callback !== undefined) process.nextTick(callback, error);
    return false;
  },
  setMaxSendFragment: () => false,
  setServername() {
    throw new codes.ERR_TLS_ENGINE_OPTION('setServername', '`servername`');
  },
  setSession() {
    throw new codes.ERR_TLS_ENGINE_OPTION('setSession', '`session`');
  },
  setKeyCert() {
    throw new codes.ERR_TLS_ENGINE_OPTION('setKeyCert', '`SNICallback`');
  },
  exportKeyingMaterial() {
    throw new codes.ERR_TLS_ENGINE_OPTION('exportKeyingMaterial', "tlsEngine 'node'");
  },
  enableTrace() {
    throw new codes.ERR_TLS_ENGINE_OPTION('enableTrace', "the event 'keylog'");
  },
};

/** @param {object} target A prototype; its objects have the native pipe as `_pipe`. */
function defineMembers(target) {
  for (const [name, value] of Object.entries(queries)) method(target, name, value);
}

module.exports = { defineMembers, defineTransportMembers };
