'use strict';

const commands = require('./commands.js');
const diagnostics = require('./diagnostics.js');
const behavior = require('./behavior.js');
const { copyOf } = require('./copies.js');
const transport = require('./transport.js');
const { Http2Session } = require('./session.js');
const { endUnheard } = require('./stream-shortcuts.js');
const { ClientHttp2Stream } = require('./client-stream.js');
const { AbortError, NghttpError, codes } = require('./errors.js');
const { completeRequest, toFieldList } = require('./headers.js');
const { checkPriority, requestSignal } = require('./priority.js');
const {
  validateAbortSignal,
  validateBoolean,
  validateHeaders,
  validateObject,
} = require('./validators.js');
const {
  kAddOwnStream,
  kAddPeerStream,
  kInit,
  kKeepContext,
  kOnAltsvc,
  kOnHeaders,
  kOnNewStream,
  kOnOrigin,
  kOnStreamHeaders,
  kOwnOrigin,
  kPendingRequests,
  kScope,
  kState,
  kStrictSingle,
  kUnsentCode,
  kWhenConnected,
} = require('./symbols.js');
const { PUSH } = require('./protocol.js').sections;
const {
  HTTP_STATUS_MISDIRECTED_REQUEST,
  NGHTTP2_REFUSED_STREAM,
  NGHTTP2_SESSION_CLIENT,
} = require('./constants.js');

/**
 * Origins that a client session remembers of ORIGIN frames (RFC 8336 §2.3). The builtin has the
 * limit from Node 26.3.1 on; a server could make a client keep what it likes before.
 */
const MAX_ORIGIN_SET_SIZE = 128;

/** Methods whose requests have no content unless the user says otherwise. */
const BODILESS = new Set(['GET', 'HEAD', 'DELETE']);

const ERR_INVALID_ARGUMENT = -501;
const ERR_STREAM_ID_NOT_AVAILABLE = -509;
const ERR_SESSION_CLOSING = -530;

function destroyStream(stream, error) {
  stream.destroy(error);
}

function checkRequestOptions(options) {
  checkPriority(options);
  const { endStream, signal } = options;
  if (endStream !== undefined) validateBoolean(endStream, 'options.endStream');
  if (signal) validateAbortSignal(signal, 'options.signal');
}

/** The client's side of a session. */
class ClientHttp2Session extends Http2Session {
  #target;
  /** @type {Set<string> | undefined} */
  #origins;
  #originLimit;

  /**
   * @param {object} options Normalised.
   * @param {import('node:stream').Duplex} socket
   * @param {{protocol: string, authority: string}} target What was connected to.
   */
  constructor(options, socket, { protocol, authority }) {
    super(options, NGHTTP2_SESSION_CLIENT, socket);
    this.#target = { scheme: protocol.slice(0, -1), authority };
    this.#originLimit = options.maxOriginSetSize ?? MAX_ORIGIN_SET_SIZE;
  }

  /** Origins the session may be used for (RFC 8336), on TLS. */
  get originSet() {
    if (!this.encrypted || this.destroyed) return undefined;
    return Array.from(this.#ownOrigins());
  }

  #ownOrigins() {
    this.#origins ??= new Set([this[kOwnOrigin]()]);
    return this.#origins;
  }

  [kUnsentCode]() {
    return behavior.oversizedRequestCode;
  }

  /**
   * Makes a request.
   * @param {object | any[]} [headers] An object, or a flat array.
   * @param {object} [options] endStream, waitForTrailers, signal, exclusive, parent, weight, silent.
   * @returns {ClientHttp2Stream}
   */
  request(headers, options) {
    const dead = this.#deadReason();
    if (dead !== undefined && behavior.requestOnDeadSessionThrows) throw dead;

    if (headers !== undefined) validateHeaders(headers, behavior.rawRequestArrays);
    if (options !== undefined) validateObject(options, 'options');
    options = copyOf(options);
    checkRequestOptions(options);
    const request = completeRequest(headers ?? {}, this.#target);
    options.endStream ??= BODILESS.has(request.method);
    const fields = this.#fieldsOf(request.list);

    const stream = new ClientHttp2Stream(this, request.sentHeaders, options);
    if (behavior.requestAsyncContext) stream[kKeepContext]();
    this[kPendingRequests].add(stream);
    if (dead !== undefined) {
      process.nextTick(destroyStream, stream, dead);
    } else if (options.signal?.aborted) {
      const cause = options.signal.reason;
      if (options.endStream) stream.end();
      stream.destroy(new AbortError(undefined, { cause }));
    } else if (this.connecting) {
      if (options.endStream) stream.end();
      this[kWhenConnected](() => this.#submitEarly(stream, fields, options));
      diagnostics.streamCreated(NGHTTP2_SESSION_CLIENT, stream);
    } else {
      this.#submit(stream, fields, options);
      if (options.endStream) stream.end();
      diagnostics.streamCreated(NGHTTP2_SESSION_CLIENT, stream);
    }
    return stream;
  }

  #fieldsOf(list) {
    try {
      return toFieldList(list, 'request', this[kStrictSingle], this.connecting);
    } catch (error) {
      if (behavior.badNameKillsSession && error.code === 'ERR_INVALID_HTTP_TOKEN') {
        this.destroy(error);
      }
      throw error;
    }
  }

  /** The session is connected now; the request was made before. */
  #submitEarly(stream, fields, options) {
    if (!behavior.requestAsyncContext) this.#submit(stream, fields, options);
    else stream[kScope]().runInAsyncScope(this.#submit, this, stream, fields, options);
  }

  /** Hands a request to the engine. */
  #submit(stream, fields, options) {
    if (this.destroyed || stream.destroyed) return;
    if (this.closed) {
      stream.destroy(new codes.ERR_HTTP2_GOAWAY_SESSION());
      return;
    }
    const slot = commands.request(this, fields, options.endStream, requestSignal(options));
    if (slot === ERR_STREAM_ID_NOT_AVAILABLE) {
      stream.destroy(new codes.ERR_HTTP2_OUT_OF_STREAMS());
    } else if (slot === ERR_INVALID_ARGUMENT) {
      stream.destroy(new codes.ERR_HTTP2_STREAM_SELF_DEPENDENCY());
    } else if (slot === ERR_SESSION_CLOSING) {
      // The engine has failed; the event that says so is on its way and ends the stream.
    } else if (slot < 0) {
      this.destroy(new NghttpError(slot));
    } else {
      if (!behavior.requestAsyncContext) stream[kKeepContext]();
      this[kPendingRequests].delete(stream);
      this[kAddOwnStream](stream, slot);
      transport.schedule(this);
      stream[kInit](slot, commands.lastStreamId());
      diagnostics.streamStarted(NGHTTP2_SESSION_CLIENT, stream);
    }
  }

  #deadReason() {
    if (this.destroyed) return new codes.ERR_HTTP2_INVALID_SESSION();
    if (this.closed) return new codes.ERR_HTTP2_GOAWAY_SESSION();
    return undefined;
  }
  /** A promise (RFC 9113 §8.4): the request as the server imagines it. */
  [kOnNewStream](slot, id, kind, flags, parent, headers, rawHeaders) {
    if (this.closed || kind !== PUSH) {
      commands.reset(this, slot, id, NGHTTP2_REFUSED_STREAM);
      transport.schedule(this);
      return;
    }
    const stream = new ClientHttp2Stream(this, undefined, { endStream: true });
    stream[kInit](slot, id);
    this[kAddPeerStream](stream, slot);
    stream[kState].pushed = true;
    endUnheard(stream);
    diagnostics.streamCreated(NGHTTP2_SESSION_CLIENT, stream, headers);
    diagnostics.streamStarted(NGHTTP2_SESSION_CLIENT, stream, headers);
    diagnostics.bodySent(stream);
    this.emit('stream', stream, headers, flags, rawHeaders);
  }

  [kOnStreamHeaders](stream, kind, flags, headers, rawHeaders) {
    // RFC 9110 §15.5.20: the server does not answer for that origin on this connection.
    if (headers[':status'] === HTTP_STATUS_MISDIRECTED_REQUEST && this.#origins !== undefined) {
      const { ':scheme': scheme, ':authority': authority } = stream.sentHeaders ?? {};
      this.#origins.delete(`${scheme}://${authority}`);
    }
    stream[kOnHeaders](kind, flags, headers, rawHeaders);
  }

  [kOnAltsvc](id, origin, value) {
    if (this.listenerCount('altsvc') > 0) this.emit('altsvc', value, origin, id);
  }

  [kOnOrigin](origins) {
    if (!this.encrypted || this.destroyed) return;
    const set = this.#ownOrigins();
    for (const origin of origins) set.add(origin);
    if (set.size > this.#originLimit) {
      this.destroy(new codes.ERR_HTTP2_TOO_MANY_ORIGINS(this.#originLimit));
      return;
    }
    if (this.listenerCount('origin') > 0) this.emit('origin', origins);
  }
}

module.exports = { ClientHttp2Session };
