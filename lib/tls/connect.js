'use strict';

/** tls.connect with rustls. */

const net = require('node:net');
const tls = require('node:tls');
const { clientContext } = require('./options.js');
const { RustlsSocket } = require('./socket.js');
const { nameOf, sessionsFor } = require('./sessions.js');
const { certificateFaultOf, resetError } = require('./errors.js');
const { validateFunction } = require('../validators.js');

const LOST = 'Client network socket disconnected before secure TLS connection was established';

class RustlsClientSocket extends RustlsSocket {
  #options;
  #sessions;
  #received = 0;

  /**
   * @param {import('node:stream').Duplex} raw
   * @param {object} options Of `rustlsConnect`.
   * @param {{config: object, certificate: object | undefined}} context
   */
  constructor(raw, options, { config, certificate }) {
    super(raw, { ...options, isServer: false });
    this.#options = options;
    this._certificate = certificate;
    this.#sessions = sessionsFor(options.session);
    this.#received = this.#sessions.received();
    const begin = () => {
      // Without a name to ask for, an address stands for it.
      this._begin(config, options.servername || options.host || '0.0.0.0', this.#sessions);
    };
    if (raw.connecting) raw.once('connect', begin);
    else process.nextTick(() => this.destroyed || begin());
  }

  /** Whether the certificate is good, and for whom. */
  #verify() {
    const { servername, host, socket, checkServerIdentity } = this.#options;
    const fault = certificateFaultOf(this._pipe);
    if (fault !== undefined) return fault;
    const hostname = servername || host || socket?._host || 'localhost';
    return checkServerIdentity(hostname, this.getPeerCertificate(true));
  }

  _onSecure() {
    const { rejectUnauthorized, servername } = this.#options;
    this.servername = servername ?? null;
    const fault = this.#verify();
    if (fault) {
      this.authorizationError = fault.code || fault.message;
      if (rejectUnauthorized !== false) {
        this.destroy(fault);
        return;
      }
    } else {
      this.authorized = true;
    }
    this.secureConnecting = false;
    this.emit('secureConnect');
  }

  _onRead() {
    const received = this.#sessions.received();
    if (received === this.#received) return;
    this.#received = received;
    if (!this.destroyed && this.listenerCount('session') > 0)
      this.emit('session', nameOf(this.#sessions));
  }

  _onLost() {
    const { path, host, port, localAddress } = this.#options;
    this.destroy(resetError(LOST, { path, host, port, localAddress }));
  }

  getSession() {
    return this.#received > 0 ? nameOf(this.#sessions) : undefined;
  }
}

/**
 * Connects to a server.
 * @param {string | number} port
 * @param {string} host
 * @param {object} given Of tls.connect.
 * @returns {RustlsClientSocket}
 */
function rustlsConnect(port, host, given) {
  const options = {
    rejectUnauthorized: process.env.NODE_TLS_REJECT_UNAUTHORIZED !== '0',
    checkServerIdentity: tls.checkServerIdentity,
    port,
    host,
    ...given,
  };
  validateFunction(options.checkServerIdentity, 'options.checkServerIdentity');
  const context = clientContext(options);
  // The end of each direction is the socket's own business.
  const raw = options.socket ?? net.connect({ ...options, allowHalfOpen: true });
  return new RustlsClientSocket(raw, options, context);
}

module.exports = { rustlsConnect };
