'use strict';

/**
 * HTTP/1 for the clients of a TLS server that do not speak HTTP/2: an http.Server that never
 * listens, whose connections come from the HTTP/2 server and whose events go there.
 */

const http = require('node:http');
const { http1ServerOptions } = require('./options.js');

/** Events that are the http.Server's own business. */
const OWN = new Set(['connection', 'listening', 'close', 'error', 'newListener', 'removeListener']);

class Http1Fallback extends http.Server {
  #front;

  /**
   * @param {import('node:tls').Server} front The server whose listeners handle the requests.
   * @param {object} options Its options.
   */
  constructor(front, options) {
    super(http1ServerOptions(options));
    this.#front = front;
    // Starts the watch over slow requests, which begins when a server listens.
    front.once('listening', () => super.emit('listening'));
  }

  /** Serves a connection. */
  serve(socket) {
    super.emit('connection', socket);
  }

  emit(event, ...args) {
    if (this.#front === undefined || OWN.has(event)) return super.emit(event, ...args);
    return this.#front.emit(event, ...args);
  }

  listenerCount(event, ...rest) {
    if (this.#front === undefined || OWN.has(event)) return super.listenerCount(event, ...rest);
    return this.#front.listenerCount(event, ...rest);
  }
}

module.exports = { Http1Fallback };
