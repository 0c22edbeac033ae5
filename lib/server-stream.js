'use strict';

const commands = require('./commands.js');
const behavior = require('./behavior.js');
const diagnostics = require('./diagnostics.js');
const transport = require('./transport.js');
const { Http2Stream } = require('./stream.js');
const { NghttpError, codes } = require('./errors.js');
const { toFieldList } = require('./headers.js');
const { completeResponse, isBodiless } = require('./response-headers.js');
const { respondWithFD, respondWithFile } = require('./file-response.js');
const { validateFunction, validateHeaders, validateObject } = require('./validators.js');
const {
  kAddOwnStream,
  kAuthority,
  kId,
  kProceed,
  kProtocol,
  kRemoteSettings,
  kSend,
  kSession,
  kSlot,
  kStartResponse,
  kState,
  kStrictSingle,
  kUpdateTimer,
} = require('./symbols.js');
const {
  HTTP_STATUS_SWITCHING_PROTOCOLS,
  NGHTTP2_SESSION_SERVER,
  NGHTTP2_SETTINGS_ENABLE_PUSH,
} = require('./constants.js');

const ERR_STREAM_ID_NOT_AVAILABLE = -509;
const ERR_STREAM_CLOSED = -510;

/** Why the engine made no promise. */
function pushError(libraryCode) {
  switch (libraryCode) {
    case ERR_STREAM_ID_NOT_AVAILABLE:
      return new codes.ERR_HTTP2_OUT_OF_STREAMS();
    case ERR_STREAM_CLOSED:
      return new codes.ERR_HTTP2_INVALID_STREAM();
    default:
      return new NghttpError(libraryCode);
  }
}

function isPushEnabled(session) {
  return session[kRemoteSettings].get(NGHTTP2_SETTINGS_ENABLE_PUSH) !== 0;
}

/** A request to a server, or a stream that it pushes. */
class ServerHttp2Stream extends Http2Stream {
  constructor(session, slot, id, headers) {
    super(session);
    this[kSlot] = slot;
    this[kId] = id;
    this[kProtocol] = headers[':scheme'];
    this[kAuthority] = headers[':authority'];
    this[kState].pushed = false;
  }

  /** Whether the client takes pushes. */
  get pushAllowed() {
    const session = this[kSession];
    return (
      !this.destroyed &&
      !this[kState].closed &&
      session !== undefined &&
      !session.closed &&
      !session.destroyed &&
      isPushEnabled(session)
    );
  }

  /** Writing starts a response that was not started. */
  [kProceed]() {
    this.respond();
  }

  /**
   * Promises a response to a request that was not made (RFC 9113 §8.4).
   * @param {object} headers Of the request imagined.
   * @param {{exclusive?: boolean, parent?: number}} [options] No effect (RFC 9113 §5.3).
   * @param {(err: Error | null, pushStream?: ServerHttp2Stream, headers?: object) => void} callback
   */
  pushStream(headers, options, callback) {
    const session = this[kSession];
    if (!this.pushAllowed) throw new codes.ERR_HTTP2_PUSH_DISABLED();
    if (this[kState].pushed) throw new codes.ERR_HTTP2_NESTED_PUSH();
    if (typeof options === 'function') callback = options;
    validateFunction(callback, 'callback');
    if (callback !== options && options !== undefined) validateObject(options, 'options');
    if (headers !== undefined) validateObject(headers, 'headers');
    headers = { __proto__: null, ...headers };
    headers[':method'] ??= 'GET';
    headers[':authority'] ??= this[kAuthority];
    headers[':scheme'] ??= this[kProtocol];
    headers[':path'] ??= '/';
    const fields = toFieldList(headers, 'request', session[kStrictSingle]);
    this[kUpdateTimer]();
    const slot = commands.push(session, this[kSlot], this[kId], fields);
    if (slot < 0) {
      process.nextTick(callback, pushError(slot));
      return;
    }
    const stream = new ServerHttp2Stream(session, slot, commands.lastStreamId(), headers);
    stream[kState].pushed = true;
    stream[kState].sentHeaders = headers;
    stream.push(null);
    if (headers[':method'] === 'HEAD') {
      stream[kState].headRequest = true;
      stream.end();
    }
    session[kAddOwnStream](stream, slot);
    transport.schedule(session);
    diagnostics.streamCreated(NGHTTP2_SESSION_SERVER, stream, headers);
    diagnostics.streamStarted(NGHTTP2_SESSION_SERVER, stream, headers);
    process.nextTick(callback, null, stream, headers, 0);
  }

  /**
   * Starts the response.
   * @param {object | any[]} [headers] An object, or a flat array; `:status` is 200 if not given.
   * @param {{endStream?: boolean, waitForTrailers?: boolean, sendDate?: boolean}} [options]
   */
  respond(headers, options) {
    if (this.destroyed || this[kState].closed) throw new codes.ERR_HTTP2_INVALID_STREAM();
    if (this[kState].headersSent) throw new codes.ERR_HTTP2_HEADERS_SENT();
    if (headers !== undefined) validateHeaders(headers, behavior.rawResponseArrays);
    if (options !== undefined) validateObject(options, 'options');
    const { list, sentHeaders, status } = completeResponse(headers, options?.sendDate !== false);
    const endStream =
      !!options?.endStream || isBodiless(status) || this[kState].headRequest || this.writableEnded;
    this[kSend](list, sentHeaders, endStream, !!options?.waitForTrailers);
    if (endStream && !this.writableEnded) this.end();
  }

  /** Starts a response whose body is a file's. Its headers have a date, if it is to have one. */
  [kStartResponse](headers, waitForTrailers) {
    const { list, sentHeaders } = completeResponse(headers, false);
    this[kSend](list, sentHeaders, false, waitForTrailers);
    this[kState].piped = true;
    this.end();
  }

  /** Sends the header block of the response. */
  [kSend](list, sentHeaders, endStream, waitForTrailers) {
    const session = this[kSession];
    const fields = toFieldList(list, 'response', session[kStrictSingle]);
    this[kUpdateTimer]();
    this[kState].sentHeaders = sentHeaders;
    this[kState].headersSent = true;
    if (endStream) this[kState].endQueued = true;
    else this[kState].waitForTrailers = waitForTrailers;
    commands.respond(session, this[kSlot], this[kId], fields, endStream);
    transport.schedule(session);
    diagnostics.responseSent(this, this[kState].headRequest, waitForTrailers);
  }

  /**
   * Responds with what a file descriptor or FileHandle reads; it is not closed.
   * @param {number | import('node:fs/promises').FileHandle} fd
   * @param {object} [headers]
   * @param {object} [options] statCheck, waitForTrailers, offset, length
   */
  respondWithFD(fd, headers, options) {
    respondWithFD(this, fd, headers, options);
  }

  /**
   * Responds with a regular file.
   * @param {string | Buffer | URL} path
   * @param {object} [headers]
   * @param {object} [options] statCheck, onError, waitForTrailers, offset, length
   */
  respondWithFile(path, headers, options) {
    respondWithFile(this, path, headers, options);
  }

  /**
   * Sends an informational block (1xx).
   * @param {object} headers
   */
  additionalHeaders(headers) {
    if (this.destroyed || this[kState].closed) throw new codes.ERR_HTTP2_INVALID_STREAM();
    if (this[kState].headersSent) throw new codes.ERR_HTTP2_HEADERS_AFTER_RESPOND();
    if (headers !== undefined) validateObject(headers, 'headers');
    headers = { __proto__: null, ...headers };
    if (headers[':status'] != null) {
      const status = (headers[':status'] |= 0);
      if (status === HTTP_STATUS_SWITCHING_PROTOCOLS) throw new codes.ERR_HTTP2_STATUS_101();
      if (status < 100 || status >= 200) throw new codes.ERR_HTTP2_INVALID_INFO_STATUS(status);
    }
    const session = this[kSession];
    const fields = toFieldList(headers, 'response', session[kStrictSingle]);
    this[kUpdateTimer]();
    this[kState].sentInfoHeaders ??= [];
    this[kState].sentInfoHeaders.push(headers);
    commands.inform(session, this[kSlot], this[kId], fields);
    transport.schedule(session);
  }
}

module.exports = { ServerHttp2Stream };
