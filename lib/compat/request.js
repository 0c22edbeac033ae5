'use strict';

const { Readable } = require('node:stream');
const { codes } = require('../errors.js');
const { streamSocket } = require('../socket-proxy.js');
const { dump } = require('../stream-shortcuts.js');
const { validateString } = require('../validators.js');
const { watch } = require('./stream-events.js');
const {
  kAborted,
  kHeaders,
  kOnAborted,
  kOnClose,
  kProxySocket,
  kRawHeaders,
  kRawTrailers,
  kRequest,
  kStream,
  kTrailers,
} = require('../symbols.js');

/** Whether the stream's data flows into the request. */
const kAttached = Symbol('attached');
const kClosed = Symbol('closed');

/** The request lives as long as its stream, however far it was read. */
const READABLE_OPTIONS = Object.freeze({ autoDestroy: false });

function onStreamData(chunk) {
  const request = this[kRequest];
  if (request !== undefined && !request.push(chunk)) this.pause();
}

function onStreamEnd() {
  this[kRequest]?.push(null);
}

function onStreamTrailers(trailers, flags, rawTrailers) {
  const request = this[kRequest];
  if (request === undefined) return;
  Object.assign(request.trailers, trailers);
  request.rawTrailers.push(...rawTrailers);
}

function resume(stream) {
  if (!stream.destroyed) stream.resume();
}

/** A request as node:http shows it, over the stream that brought it. */
class Http2ServerRequest extends Readable {
  /**
   * @param {object} stream
   * @param {object} headers As received: the object of the 'stream' event.
   * @param {object} [options] Of Readable.
   * @param {string[]} rawHeaders
   */
  constructor(stream, headers, options, rawHeaders) {
    super(options === undefined ? READABLE_OPTIONS : { ...READABLE_OPTIONS, ...options });
    this[kStream] = stream;
    this[kHeaders] = headers;
    this[kRawHeaders] = rawHeaders;
    this[kTrailers] = undefined;
    this[kRawTrailers] = undefined;
    this[kAborted] = false;
    this[kAttached] = false;
    this[kClosed] = false;
    stream[kProxySocket] = undefined;
    stream[kRequest] = this;
    watch(stream);
    // RFC 9113 §8.1: trailers follow a body.
    if (!stream.endAfterHeaders) stream.on('trailers', onStreamTrailers);
  }

  [kOnAborted]() {
    if (this[kClosed]) return;
    this[kAborted] = true;
    this.emit('aborted');
  }

  [kOnClose]() {
    this[kClosed] = true;
    this[kStream][kRequest] = undefined;
    if (this[kAttached] || this.readableFlowing !== null) this.push(null);
    else dump(this);
    this.emit('close');
  }

  _read() {
    const stream = this[kStream];
    if (this[kAttached]) {
      process.nextTick(resume, stream);
      return;
    }
    this[kAttached] = true;
    if (stream.destroyed) return;
    if (stream.readableEnded) {
      // An empty body ends though nobody reads it.
      this.push(null);
      return;
    }
    stream.on('end', onStreamEnd);
    stream.on('data', onStreamData);
  }

  /** Whether the stream was reset before the response was complete. */
  get aborted() {
    return this[kAborted];
  }

  /** Whether nothing more will come: everything was read, or the stream is gone. */
  get complete() {
    return this[kAborted] || this.readableEnded || this[kClosed] || this[kStream].destroyed;
  }

  /** The stream below. */
  get stream() {
    return this[kStream];
  }

  get headers() {
    return this[kHeaders];
  }

  /** Names and values in turn, as received. */
  get rawHeaders() {
    return this[kRawHeaders];
  }

  /** Filled in before 'end'. */
  get trailers() {
    return (this[kTrailers] ??= {});
  }

  get rawTrailers() {
    return (this[kRawTrailers] ??= []);
  }

  get httpVersionMajor() {
    return 2;
  }

  get httpVersionMinor() {
    return 0;
  }

  get httpVersion() {
    return '2.0';
  }

  /** Stands for the session's socket; see socket-proxy.js. */
  get socket() {
    const stream = this[kStream];
    return (stream[kProxySocket] ??= streamSocket(stream));
  }

  /** Older name of `socket`. */
  get connection() {
    return this.socket;
  }

  get method() {
    return this[kHeaders][':method'];
  }

  set method(method) {
    validateString(method, 'method');
    if (method.trim() === '') throw new codes.ERR_INVALID_ARG_VALUE('method', method);
    this[kHeaders][':method'] = method;
  }

  /** RFC 9113 §8.3.1: ':authority' stands for 'host', which clients may send instead. */
  get authority() {
    return this[kHeaders][':authority'] ?? this[kHeaders].host;
  }

  get scheme() {
    return this[kHeaders][':scheme'];
  }

  get url() {
    return this[kHeaders][':path'];
  }

  set url(url) {
    this[kHeaders][':path'] = url;
  }

  /**
   * Emits 'timeout' after so long without activity on the stream.
   * @param {number} msecs
   * @param {Function} [callback]
   * @returns {this}
   */
  setTimeout(msecs, callback) {
    if (!this[kClosed]) this[kStream].setTimeout(msecs, callback);
    return this;
  }
}

module.exports = { Http2ServerRequest };
