'use strict';

const { Stream } = require('node:stream');
const behavior = require('../behavior.js');
const { codes } = require('../errors.js');
const { streamSocket } = require('../socket-proxy.js');
const { isHttpToken, validateFunction, validateString } = require('../validators.js');
const {
  checkHeader,
  earlyHintHeaders,
  headerKey,
  informationHeaders,
  isDropped,
  toPairs,
  warnOfStatusMessage,
} = require('./response-headers.js');
const { watch } = require('./stream-events.js');
const {
  kHeaders,
  kOnClose,
  kProxySocket,
  kRequest,
  kResponse,
  kState,
  kStream,
  kTrailers,
} = require('../symbols.js');

const kClosed = Symbol('closed');
const kDestroyed = Symbol('destroyed');
/** Whether end() was called. */
const kEnding = Symbol('ending');
/**
 * The stream's `headRequest` when end() was called, false before. A HEAD request's stream ends with
 * the headers; the response still waits for end().
 */
const kEndedAsHead = Symbol('endedAsHead');
const kSendDate = Symbol('sendDate');
const kStatusCode = Symbol('statusCode');
/** Whether 'drain' of the stream is passed on. */
const kDrains = Symbol('drains');

/** Headers by name, with nothing inherited; quicker to make and to copy than `{ __proto__: null }`. */
function HeaderTable() {}
HeaderTable.prototype = Object.freeze({ __proto__: null });

function onStreamDrain() {
  this[kResponse]?.emit('drain');
}

function onWantTrailers() {
  const response = this[kResponse];
  this.sendTrailers(response === undefined ? {} : (response[kTrailers] ?? {}));
}

function storeHeader(response, name, value, append) {
  const key = headerKey(name);
  checkHeader(key, value);
  if (isDropped(key)) return;
  if (key[0] === ':') throw new codes.ERR_HTTP2_INVALID_PSEUDOHEADER(key);
  if (!isHttpToken(key)) {
    response.destroy(new codes.ERR_INVALID_HTTP_TOKEN('Header name', key));
  }
  const headers = response[kHeaders];
  const present = append ? headers[key] : undefined;
  // What is falsy counts as absent, as with the builtin.
  headers[key] = present ? [].concat(present, value) : value;
}

/** Array forms of writeHead: what is given replaces what was set. */
function storeHeaderArray(response, given) {
  const pairs = toPairs(given);
  const append = behavior.writeHeadKeepsDuplicates;
  if (append) {
    for (const [name] of pairs) delete response[kHeaders][headerKey(name)];
  }
  for (const [name, value] of pairs) storeHeader(response, name, value, append);
}

function beginSend(response) {
  const stream = response[kStream];
  const headers = response[kHeaders];
  headers[':status'] = response[kStatusCode];
  stream.respond(headers, {
    endStream: response[kEnding],
    waitForTrailers: true,
    sendDate: response[kSendDate],
  });
  // Headers that were refused may be followed by others.
  stream.on('wantTrailers', onWantTrailers);
}

/** What end() is given; dropped if the response has no content (RFC 9110 §6.4.1), as in HTTP/1. */
function writeLast(response, chunk, encoding) {
  const stream = response[kStream];
  const canSend = !response[kClosed] && !stream.destroyed;
  if (canSend && !stream.headersSent) response.writeHead(response[kStatusCode]);
  if (!stream.writableEnded || !canSend) response.write(chunk, encoding);
}

/** Ends the stream; without trailers the last DATA frame can say so. */
function endStream(response, chunk, encoding) {
  const stream = response[kStream];
  if (response[kTrailers] === undefined && stream.listenerCount('wantTrailers') === 1) {
    stream[kState].waitForTrailers = false;
  }
  stream.end(chunk, encoding);
}

/** Whether a stream takes a chunk, rather than throw. */
function isWritable(chunk, encoding) {
  if (typeof chunk !== 'string') return chunk instanceof Uint8Array;
  return !encoding || Buffer.isEncoding(encoding);
}

/** Whether the stream takes what end() is given as its end, without a write before. */
function canEndWith(response, chunk, encoding) {
  const stream = response[kStream];
  if (!isWritable(chunk, encoding) || response[kClosed] || stream.destroyed) return false;
  if (!stream.headersSent) response.writeHead(response[kStatusCode]);
  return !stream.writableEnded && !response[kEnding] && !response[kDestroyed];
}

function whyNotWritable(response) {
  if (response[kEnding]) return new codes.ERR_STREAM_WRITE_AFTER_END();
  if (response[kClosed]) return new codes.ERR_HTTP2_INVALID_STREAM();
  return undefined;
}

/** Sends a 1xx response; false if it is too late. */
function inform(response, headers) {
  const stream = response[kStream];
  if (stream.headersSent || response[kClosed]) return false;
  stream.additionalHeaders(headers);
  return true;
}

/** A response as node:http shows it, over the stream of its request or a pushed one. */
class Http2ServerResponse extends Stream {
  /**
   * @param {object} stream
   * @param {object} [options] Of Stream.
   */
  constructor(stream, options) {
    super(options);
    this[kStream] = stream;
    this[kHeaders] = new HeaderTable();
    this[kTrailers] = undefined;
    this[kClosed] = false;
    this[kDestroyed] = false;
    this[kEnding] = false;
    this[kEndedAsHead] = false;
    this[kSendDate] = true;
    this[kStatusCode] = 200;
    this[kDrains] = false;
    this.writable = true;
    this.req = stream[kRequest] ?? null;
    stream[kResponse] = this;
    watch(stream);
  }

  [kOnClose]() {
    const stream = this[kStream];
    if (stream.headRequest !== this[kEndedAsHead] || stream[kResponse] !== this) return;
    this[kClosed] = true;
    stream[kResponse] = undefined;
    this.emit('finish');
    this.emit('close');
  }

  // State --------------------------------------------------------------------------------------

  /** node:http's name for `headersSent`. */
  get _header() {
    return this.headersSent;
  }

  get headersSent() {
    return this[kStream].headersSent;
  }

  /** Whether end() was called. */
  get writableEnded() {
    return this[kEnding];
  }

  /** Older name of `writableEnded`. */
  get finished() {
    return this[kEnding];
  }

  get writableFinished() {
    return this[kStream].writableFinished;
  }

  get writableCorked() {
    return this[kStream].writableCorked;
  }

  get writableHighWaterMark() {
    return this[kStream].writableHighWaterMark;
  }

  get writableLength() {
    return this[kStream].writableLength;
  }

  get writableObjectMode() {
    return this[kStream].writableObjectMode;
  }

  /** Whether a writer should wait for 'drain'. */
  get writableNeedDrain() {
    return this[kStream].writableNeedDrain;
  }

  /** Stands for the session's socket (see socket-proxy.js); undefined once closed. */
  get socket() {
    if (this[kClosed]) return undefined;
    const stream = this[kStream];
    return (stream[kProxySocket] ??= streamSocket(stream));
  }

  /** Older name of `socket`. */
  get connection() {
    return this.socket;
  }

  /** The stream below. */
  get stream() {
    return this[kStream];
  }

  /** Whether a date header is added. */
  get sendDate() {
    return this[kSendDate];
  }

  set sendDate(value) {
    this[kSendDate] = Boolean(value);
  }

  get statusCode() {
    return this[kStatusCode];
  }

  set statusCode(code) {
    code |= 0;
    if (code >= 100 && code < 200) throw new codes.ERR_HTTP2_INFO_STATUS_NOT_ALLOWED();
    if (code < 100 || code > 599) throw new codes.ERR_HTTP2_STATUS_INVALID(code);
    this[kStatusCode] = code;
  }

  // RFC 9113 §8.3.2: there is no reason phrase.
  get statusMessage() {
    warnOfStatusMessage();
    return '';
  }

  set statusMessage(message) {
    warnOfStatusMessage();
  }

  // Headers ------------------------------------------------------------------------------------

  /**
   * @param {string} name
   * @param {any} value A value, or an array of several.
   */
  setHeader(name, value) {
    validateString(name, 'name');
    if (this[kStream].headersSent) throw new codes.ERR_HTTP2_HEADERS_SENT();
    storeHeader(this, name, value, false);
  }

  /**
   * Adds a value to those of the same name.
   * @param {string} name
   * @param {any} value
   */
  appendHeader(name, value) {
    validateString(name, 'name');
    if (this[kStream].headersSent) throw new codes.ERR_HTTP2_HEADERS_SENT();
    storeHeader(this, name, value, true);
  }

  /** @param {string} name @returns {any} */
  getHeader(name) {
    validateString(name, 'name');
    return this[kHeaders][headerKey(name)];
  }

  /** @returns {string[]} In lower case. */
  getHeaderNames() {
    return Object.keys(this[kHeaders]);
  }

  /** @returns {object} A copy without prototype. */
  getHeaders() {
    return Object.assign({ __proto__: null }, this[kHeaders]);
  }

  /** @param {string} name @returns {boolean} */
  hasHeader(name) {
    validateString(name, 'name');
    return Object.hasOwn(this[kHeaders], headerKey(name));
  }

  /** Removing 'date' turns the automatic one off. @param {string} name */
  removeHeader(name) {
    validateString(name, 'name');
    if (this[kStream].headersSent) throw new codes.ERR_HTTP2_HEADERS_SENT();
    const key = headerKey(name);
    if (key === 'date') this[kSendDate] = false;
    else delete this[kHeaders][key];
  }

  /**
   * Trailers go out behind the body; they can be set until end().
   * @param {string} name
   * @param {any} value
   */
  setTrailer(name, value) {
    validateString(name, 'name');
    const key = headerKey(name);
    checkHeader(key, value);
    this[kTrailers] ??= { __proto__: null };
    this[kTrailers][key] = value;
  }

  /** @param {object} headers */
  addTrailers(headers) {
    for (const name of Object.keys(headers)) this.setTrailer(name, headers[name]);
  }

  // Sending ------------------------------------------------------------------------------------

  /** Sends the headers set so far, unless they are sent. */
  flushHeaders() {
    if (!this[kClosed] && !this[kStream].headersSent) this.writeHead(this[kStatusCode]);
  }

  /**
   * Sends the headers.
   * @param {number} statusCode
   * @param {string} [statusMessage] Not sent.
   * @param {object | any[]} [headers] Object, flat array or array of pairs; they replace those of
   *   the same name that were set.
   * @returns {this}
   */
  writeHead(statusCode, statusMessage, headers) {
    const stream = this[kStream];
    if (this[kClosed] || stream.destroyed) return this;
    if (behavior.writeHeadAfterCloseIgnored && stream.closed) return this;
    if (stream.headersSent) throw new codes.ERR_HTTP2_HEADERS_SENT();
    if (typeof statusMessage === 'string') warnOfStatusMessage();
    if (headers === undefined && typeof statusMessage === 'object') headers = statusMessage;
    if (Array.isArray(headers)) storeHeaderArray(this, headers);
    else if (headers !== undefined) {
      for (const name of Object.keys(headers)) storeHeader(this, name, headers[name], false);
    }
    this[kStatusCode] = statusCode;
    beginSend(this);
    return this;
  }

  cork() {
    this[kStream].cork();
  }

  uncork() {
    this[kStream].uncork();
  }

  /**
   * @param {string | Uint8Array} chunk
   * @param {string | Function} [encoding]
   * @param {Function} [callback]
   * @returns {boolean} Whether more may be written before 'drain'.
   */
  write(chunk, encoding, callback) {
    if (typeof encoding === 'function') {
      callback = encoding;
      encoding = 'utf8';
    }
    const error = whyNotWritable(this);
    if (error !== undefined) {
      if (typeof callback === 'function') process.nextTick(callback, error);
      this.destroy(error);
      return false;
    }
    if (this[kDestroyed]) return false;
    const stream = this[kStream];
    if (!stream.headersSent) this.writeHead(this[kStatusCode]);
    const more = stream.write(chunk, encoding, callback);
    if (!more && !this[kDrains]) {
      this[kDrains] = true;
      stream.on('drain', onStreamDrain);
    }
    return more;
  }

  /**
   * @param {string | Uint8Array | Function} [chunk]
   * @param {string | Function} [encoding]
   * @param {Function} [callback] Called when everything is handed over.
   * @returns {this}
   */
  end(chunk, encoding, callback) {
    if (typeof chunk === 'function') {
      callback = chunk;
      chunk = undefined;
    } else if (typeof encoding === 'function') {
      callback = encoding;
      encoding = 'utf8';
    }
    const stream = this[kStream];
    const isHead = stream.headRequest;
    if ((this[kClosed] || this[kEnding]) && this[kEndedAsHead] === isHead) {
      if (typeof callback === 'function') process.nextTick(callback);
      return this;
    }
    const whole = canEndWith(this, chunk, encoding);
    if (chunk != null && !whole) writeLast(this, chunk, encoding);
    this[kEndedAsHead] = isHead;
    this[kEnding] = true;
    if (typeof callback === 'function') {
      (stream.writableEnded ? this : stream).once('finish', callback);
    }
    if (!stream.headersSent) this.writeHead(this[kStatusCode]);
    if (this[kClosed] || stream.destroyed) this[kOnClose]();
    else if (whole) endStream(this, chunk, encoding);
    else endStream(this);
    return this;
  }

  /** @param {Error} [error] */
  destroy(error) {
    if (this[kDestroyed]) return;
    this[kDestroyed] = true;
    this[kStream].destroy(error);
  }

  /**
   * Emits 'timeout' after so long without activity on the stream.
   * @param {number} msecs
   * @param {Function} [callback]
   */
  setTimeout(msecs, callback) {
    if (!this[kClosed]) this[kStream].setTimeout(msecs, callback);
  }

  /**
   * Pushes a response.
   * @param {object} headers Of the request that it answers.
   * @param {(error: Error | null, response?: Http2ServerResponse) => void} callback
   */
  createPushResponse(headers, callback) {
    validateFunction(callback, 'callback');
    if (this[kClosed]) {
      process.nextTick(callback, new codes.ERR_HTTP2_INVALID_STREAM());
      return;
    }
    this[kStream].pushStream(headers, {}, (error, stream) => {
      if (error) callback(error);
      else callback(null, new Http2ServerResponse(stream));
    });
  }

  // Informational responses --------------------------------------------------------------------

  /** Sends 100. @returns {boolean} False if it is too late. */
  writeContinue() {
    return inform(this, { ':status': 100 });
  }

  /**
   * Sends 103 (RFC 8297).
   * @param {{link: string | string[]}} hints
   * @returns {boolean} False if it is too late, or if there are no links.
   */
  writeEarlyHints(hints) {
    const headers = earlyHintHeaders(hints);
    return headers !== undefined && inform(this, headers);
  }

  /**
   * Sends a 1xx response.
   * @param {number} statusCode 100 to 199, not 101.
   * @param {object} [headers]
   * @returns {boolean} False if it is too late.
   */
  writeInformation(statusCode, headers) {
    return inform(this, informationHeaders(statusCode, headers));
  }
}

for (const name of ['appendHeader', 'writeInformation']) {
  if (!behavior[name]) delete Http2ServerResponse.prototype[name];
}
if (!behavior.writableNeedDrain) {
  delete Http2ServerResponse.prototype.writableNeedDrain;
  delete Http2ServerResponse.prototype.writableObjectMode;
}

module.exports = { Http2ServerResponse };
