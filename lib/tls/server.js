'use strict';

/** A tls.Server whose connections are rustls's. */

const net = require('node:net');
const tls = require('node:tls');
const { clearTimeout, setTimeout } = require('node:timers');
const native = require('../native.js');
const { codes } = require('../errors.js');
const { serverContext, unsupported } = require('./options.js');
const { RustlsSocket } = require('./socket.js');
const { certificateFaultOf, handshakeTimeoutError, resetError } = require('./errors.js');
const { validateFunction, validateNumber } = require('../validators.js');

const HANDSHAKE_TIMEOUT = 120_000;
/** How long tickets are good for, in seconds. */
const SESSION_TIMEOUT = 300;
const TICKET_KEYS = 48;

/** Events by which node:tls lets users keep sessions, or staple, themselves. */
const UNSUPPORTED_EVENTS = new Map([
  ['newSession', '`ticketKeys`'],
  ['resumeSession', '`ticketKeys`'],
  ['OCSPRequest', "tlsEngine 'node'"],
]);

/** A connection, from the client's first octets on. */
class RustlsServerSocket extends RustlsSocket {
  #server;
  /** Whether the server has handed it to its user. */
  #released = false;
  #told = false;
  #timer;
  /** While the hello is awaited, or what to do with it: its reader and octets. */
  #hello;

  constructor(raw, server) {
    const { allowHalfOpen, highWaterMark } = server._tlsOptions;
    super(raw, { isServer: true, allowHalfOpen, highWaterMark });
    this.#server = server;
    this.server = server;
    this.#timer = setTimeout(
      () => this._onHandshakeFault(handshakeTimeoutError()),
      server._handshakeTimeout,
    );
    // As long as nobody else has it, its errors are the server's.
    this.on('error', (error) => this.#tell(error));
    this.once('close', () => {
      clearTimeout(this.#timer);
      if (!this.#released) this.#tell(resetError('socket hang up'));
    });
    if (server.listenerCount('keylog') > 0) {
      this.on('keylog', (line) => server.emit('keylog', line, this));
    }
    if (server._listensToHello()) this.#hello = { reader: new native.TlsHello(), octets: [] };
    else this.#beginWith(server._context);
  }

  #tell(error) {
    if (this.#released || this.#told) return;
    this.#told = true;
    this.#server.emit('tlsClientError', error, this);
  }

  _onHandshakeFault(error) {
    this.#tell(error);
    this.destroy();
  }

  #beginWith({ config, certificate }) {
    this._certificate = certificate;
    this._begin(config);
  }

  _onCiphertext(octets) {
    const hello = this.#hello;
    if (hello === undefined) {
      super._onCiphertext(octets);
      return;
    }
    hello.octets.push(octets);
    if (hello.reader === undefined) return;
    const content = hello.reader.read(octets);
    if (content === null && !hello.reader.isRefused()) return;
    hello.reader = undefined;
    // What is no hello gets the answer of the pipe.
    if (content === null) this.#goOn(this.#server._context);
    else this.#decide(content);
  }

  #decide({ servername, protocols }) {
    // A client has no reason to send more before it is answered.
    this._raw.pause();
    const names = protocols.map((name) => name.toString('latin1'));
    this.#server._contextFor(servername ?? '', names, (error, context) => {
      if (this.destroyed) return;
      if (error) this._onHandshakeFault(error);
      else this.#goOn(context);
    });
  }

  #goOn(context) {
    const { octets } = this.#hello;
    this.#hello = undefined;
    this._raw.resume();
    this.#beginWith(context);
    super._onCiphertext(octets.length === 1 ? octets[0] : Buffer.concat(octets));
  }

  _onSecure() {
    clearTimeout(this.#timer);
    const { requestCert, rejectUnauthorized } = this.#server._tlsOptions;
    this.servername = this._pipe.servername() ?? false;
    if (requestCert) {
      const fault = certificateFaultOf(this._pipe);
      if (fault === undefined) {
        this.authorized = true;
      } else {
        this.authorizationError = fault.code;
        if (rejectUnauthorized) this.destroy();
      }
    }
    if (this.destroyed) return;
    this.secureConnecting = false;
    this.#released = true;
    this.#server.emit('secureConnection', this);
  }
}

function onRawConnection(raw) {
  new RustlsServerSocket(raw, this);
}

/** The contexts that names have, the latest first: `*` stands for one label. */
function matcher(name) {
  const pattern = name.replace(/[.^$+?(){}|[\]\\]/g, '\\$&').replaceAll('*', '[^.]*');
  return new RegExp(`^${pattern}$`, 'i');
}

function refuseUnsupported(event) {
  const instead = UNSUPPORTED_EVENTS.get(event);
  if (instead !== undefined) throw unsupported(event, instead);
}

class RustlsServer extends net.Server {
  #tickets;
  #contexts = [];
  /** Contexts by the options that a callback gave. */
  #made = new WeakMap();
  /** Configurations for the protocols that a callback chose. */
  #chosen = new WeakMap();

  /**
   * @param {object} options Of tls.createServer.
   * @param {(socket: RustlsSocket) => void} listener Listens to 'secureConnection'.
   */
  constructor(options, listener) {
    // The end of each direction is the TLS socket's own business.
    super({ ...options, allowHalfOpen: true, pauseOnConnect: false }, onRawConnection);
    this._tlsOptions = {
      ...options,
      requestCert: options.requestCert === true,
      rejectUnauthorized: options.rejectUnauthorized !== false,
    };
    const { ALPNCallback, SNICallback, sessionTimeout } = options;
    if (ALPNCallback) {
      validateFunction(ALPNCallback, 'options.ALPNCallback');
      if (options.ALPNProtocols) throw new codes.ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS();
    }
    if (SNICallback) validateFunction(SNICallback, 'options.SNICallback');
    if (sessionTimeout !== undefined) validateNumber(sessionTimeout, 'options.sessionTimeout', 0);
    this._handshakeTimeout = options.handshakeTimeout || HANDSHAKE_TIMEOUT;
    validateNumber(this._handshakeTimeout, 'options.handshakeTimeout');
    this.#tickets = new native.TlsTicketKeys(sessionTimeout ?? SESSION_TIMEOUT);
    if (options.ticketKeys !== undefined) this.setTicketKeys(options.ticketKeys);
    this.setSecureContext(options);
    // Where the environment asked for rustls nobody may count on it; sessions resume by tickets.
    if (options.tlsEngine !== undefined) this.on('newListener', refuseUnsupported);
    if (listener !== undefined) this.on('secureConnection', listener);
  }

  /** Replaces certificates and what else is in options of tls.createSecureContext. */
  setSecureContext(options) {
    this._context = serverContext({ ...this._tlsOptions, ...options }, this.#tickets);
  }

  /**
   * Adds a context for a name.
   * @param {string} hostname May have wildcards.
   * @param {object} context Options of tls.createSecureContext.
   */
  addContext(hostname, context) {
    if (!hostname) throw new codes.ERR_TLS_REQUIRED_SERVER_NAME();
    this.#contexts.unshift({ pattern: matcher(hostname), context: this.#contextOf(context) });
  }

  #contextOf(given) {
    if (given === null || typeof given !== 'object') return this._context;
    if (given instanceof tls.SecureContext || given.context !== undefined) {
      throw unsupported('context', 'an object with `key` and `cert`');
    }
    let context = this.#made.get(given);
    if (context === undefined) {
      context = serverContext({ ...this._tlsOptions, ...given }, this.#tickets);
      this.#made.set(given, context);
    }
    return context;
  }

  /** Whether what a client says first decides what it is answered with. */
  _listensToHello() {
    const { ALPNCallback, SNICallback } = this._tlsOptions;
    return !!SNICallback || !!ALPNCallback || this.#contexts.length > 0;
  }

  /** Finds the context for a client; SNICallback may take its time. */
  _contextFor(servername, protocols, callback) {
    const { SNICallback } = this._tlsOptions;
    const choose = (error, given) => {
      let context;
      try {
        if (error) throw error;
        context = this.#withProtocol(given, servername, protocols);
      } catch (failure) {
        callback(failure);
        return;
      }
      callback(null, context);
    };
    if (!SNICallback) {
      const found = this.#contexts.find(({ pattern }) => pattern.test(servername));
      choose(null, found?.context ?? this._context);
    } else if (servername === '') {
      choose(null, this._context);
    } else {
      this.#askForContext(SNICallback, servername, choose);
    }
  }

  #askForContext(SNICallback, servername, choose) {
    let asked = true;
    SNICallback.call(this, servername, (error, given) => {
      if (!asked) return;
      asked = false;
      if (error) {
        choose(error);
        return;
      }
      try {
        given = this.#contextOf(given);
      } catch (failure) {
        choose(failure);
        return;
      }
      choose(null, given);
    });
  }

  #withProtocol(context, servername, protocols) {
    const { ALPNCallback } = this._tlsOptions;
    if (!ALPNCallback || protocols.length === 0) return context;
    // Nothing chosen: no protocol of the client's is accepted, which is what it is told.
    const chosen = ALPNCallback({ servername, protocols }) ?? '';
    if (chosen !== '' && !protocols.includes(chosen)) {
      throw new codes.ERR_TLS_ALPN_CALLBACK_INVALID_RESULT(chosen, protocols);
    }
    let made = this.#chosen.get(context);
    if (made === undefined) this.#chosen.set(context, (made = new Map()));
    let config = made.get(chosen);
    if (config === undefined) {
      config = context.config.withAlpn([Buffer.from(chosen || '\0', 'latin1')]);
      made.set(chosen, config);
    }
    return { ...context, config };
  }

  /** @returns {Buffer} 48 octets. */
  getTicketKeys() {
    return this.#tickets.get();
  }

  /** @param {Uint8Array} keys 48 octets; what they sealed elsewhere is accepted here. */
  setTicketKeys(keys) {
    if (!ArrayBuffer.isView(keys)) {
      throw new codes.ERR_INVALID_ARG_TYPE('keys', ['Buffer', 'TypedArray', 'DataView'], keys);
    }
    if (keys.byteLength !== TICKET_KEYS) {
      throw new codes.ERR_INVALID_ARG_VALUE('keys', keys, 'must be 48 bytes long');
    }
    this.#tickets.set(Buffer.from(keys.buffer, keys.byteOffset, keys.byteLength));
  }

  setOptions(options) {
    this.setSecureContext(options);
  }
}

// What is not replaced above, both have from net.Server.
Object.setPrototypeOf(RustlsServer.prototype, tls.Server.prototype);

module.exports = { RustlsServer };
