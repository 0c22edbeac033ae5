'use strict';

/** Http2Server and Http2SecureServer: what they share is written once, over net.Server or tls.Server. */

const EventEmitter = require('node:events');
const http = require('node:http');
const net = require('node:net');
const tls = require('node:tls');
const { clearTimeout, setTimeout } = require('node:timers');
const behavior = require('./behavior.js');
const { ServerHttp2Session } = require('./server-session.js');
const { Http1Fallback } = require('./http1-fallback.js');
const { Http2ServerRequest, Http2ServerResponse, setupCompat } = require('./compat/index.js');
const { secureServerOptions, serverOptions } = require('./options.js');
const engines = require('./tls/index.js');
const { validateSettings } = require('./settings.js');
const { validateFunction, validateObject } = require('./validators.js');
const { kHttp1, kOptions, kServer, kSessions } = require('./symbols.js');

const CLASSES = { Http2ServerRequest, Http2ServerResponse };

/** What a client that does not speak HTTP/2 is told, in a form that it might understand. */
const FORBIDDEN =
  'HTTP/1.0 403 Forbidden\r\nContent-Type: text/plain\r\n\r\n' +
  'Missing ALPN Protocol, expected `h2` to be available.\n' +
  'If this is a HTTP request: The server was not configured with the `allowHTTP1` option or a ' +
  'listener for the `unknownProtocol` event.\n';

function onSessionPriority(...args) {
  this[kServer].emit('priority', ...args);
}

function onSessionError(error) {
  this[kServer].emit('sessionError', error, this);
}

function onSessionTimeout() {
  if (this.destroyed) return;
  if (!this[kServer].emit('timeout', this)) this.destroy();
}

function onSessionClose() {
  this[kServer][kSessions].delete(this);
}

function onUnknownProtocol(server, socket) {
  if (server.emit('unknownProtocol', socket)) return;
  const timer = setTimeout(() => socket.destroy(), server[kOptions].unknownProtocolTimeout);
  socket.once('close', () => clearTimeout(timer));
  socket.end(FORBIDDEN);
}

/** A connection, past its TLS handshake if there is one. */
function onConnection(socket) {
  const { alpnProtocol } = socket;
  if (alpnProtocol === false || alpnProtocol === 'http/1.1') {
    if (this[kHttp1] !== undefined) this[kHttp1].serve(socket);
    else onUnknownProtocol(this, socket);
    return;
  }
  const session = new ServerHttp2Session(this[kOptions], socket, this);
  this[kSessions].add(session);
  session.on('error', onSessionError);
  session.on('close', onSessionClose);
  if (!behavior.prioritySignalsRemoved) session.on('priority', onSessionPriority);
  if (this.timeout) session.setTimeout(this.timeout, onSessionTimeout);
  this.emit('session', session);
}

function rejectStream(stream, error) {
  if (stream.sentHeaders !== undefined) {
    stream.destroy(error);
  } else {
    stream.respond({ ':status': 500 });
    stream.end();
  }
}

function rejectRequest(response, error) {
  if (response.headersSent || response.finished) {
    response.destroy(error);
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = 500;
  response.end(http.STATUS_CODES[500]);
}

/**
 * What an HTTP/2 server adds to its base.
 * @param {typeof net.Server} Base
 */
function withHttp2(Base) {
  return class extends Base {
    constructor(options, listener) {
      super(options, listener);
      this[kOptions] = options;
      this[kSessions] = new Set();
      this[kHttp1] = undefined;
      /** Idle time after which 'timeout' is emitted for a session, in ms; 0: never. */
      this.timeout = 0;
      this.on('newListener', setupCompat);
    }

    /**
     * @param {number} msecs
     * @param {Function} [callback] Listens to 'timeout'.
     */
    setTimeout(msecs, callback) {
      this.timeout = msecs;
      if (callback !== undefined) {
        validateFunction(callback, 'callback');
        this.on('timeout', callback);
      }
      return this;
    }

    /** Changes the initial settings of the sessions to come. */
    updateSettings(settings) {
      if (settings !== undefined) validateObject(settings, 'settings');
      validateSettings(settings);
      this[kOptions].settings = { ...this[kOptions].settings, ...settings };
    }

    /** Stops accepting; sessions end when their streams have. */
    close(callback) {
      this[kHttp1]?.close();
      super.close(callback);
      if (behavior.serverCloseClosesSessions) {
        for (const session of this[kSessions]) session.close();
      }
      return this;
    }

    async [Symbol.asyncDispose]() {
      await new Promise((resolve, reject) => {
        this.close((error) => (error ? reject(error) : resolve()));
      });
    }

    [EventEmitter.captureRejectionSymbol](error, event, ...args) {
      if (event === 'stream') rejectStream(args[0], error);
      else if (event === 'request') rejectRequest(args[1], error);
      else super[EventEmitter.captureRejectionSymbol](error, event, ...args);
    }
  };
}

/** A server of HTTP/2 without TLS (h2c, with prior knowledge). */
class Http2Server extends withHttp2(net.Server) {
  constructor(options, requestListener) {
    super(serverOptions(options, CLASSES), onConnection);
    if (typeof requestListener === 'function') this.on('request', requestListener);
  }
}

/**
 * A server of HTTP/2 over TLS, with an HTTP/1 fallback if `allowHTTP1` is set.
 * @param {typeof tls.Server} Base
 */
function secureServerOver(Base) {
  class Http2SecureServer extends withHttp2(Base) {
    constructor(options, requestListener) {
      const normalised = secureServerOptions(options, CLASSES);
      super(normalised, onConnection);
      if (normalised.allowHTTP1 === true) this[kHttp1] = new Http1Fallback(this, normalised);
      if (typeof requestListener === 'function') this.on('request', requestListener);
      this.on('tlsClientError', (error, socket) => {
        if (!this.emit('clientError', error, socket)) socket.destroy(error);
      });
    }

    /** Closes the idle connections of the HTTP/1 fallback. */
    closeIdleConnections() {
      this[kHttp1]?.closeIdleConnections();
    }
  }

  if (!behavior.closeIdleConnections) delete Http2SecureServer.prototype.closeIdleConnections;
  return Http2SecureServer;
}

const NodeServer = secureServerOver(tls.Server);
/** Made when it is first asked for. */
let RustlsSecureServer;

/**
 * @param {object} [options]
 * @param {Function} [handler] Listens to 'request'.
 * @returns {Http2Server}
 */
function createServer(options, handler) {
  if (typeof options === 'function') return new Http2Server({}, options);
  return new Http2Server(options === undefined ? {} : options, handler);
}

/**
 * @param {object} [options]
 * @param {Function} [handler] Listens to 'request'.
 * @returns {Http2SecureServer}
 */
function createSecureServer(options, handler) {
  if (options === undefined) return createSecureServer({}, handler);
  return engines.withEngine(
    options,
    () => new NodeServer(options, handler),
    () => {
      RustlsSecureServer ??= secureServerOver(engines.RustlsServer);
      return new RustlsSecureServer(options, handler);
    },
  );
}

/**
 * Serves HTTP/2 on a transport that no server accepted.
 * @param {import('node:stream').Duplex} socket
 * @param {object} [options] Of a server.
 * @returns {ServerHttp2Session}
 */
function performServerHandshake(socket, options = {}) {
  return new ServerHttp2Session(serverOptions(options, CLASSES), socket, undefined);
}

module.exports = { createServer, createSecureServer, performServerHandshake };
