'use strict';

const { addAbortListener } = require('node:events');
const behavior = require('./behavior.js');
const diagnostics = require('./diagnostics.js');
const { Context } = require('./async-context.js');
const { Http2Stream } = require('./stream.js');
const { AbortError } = require('./errors.js');
const {
  kContext,
  kInit,
  kKeepContext,
  kOnHeaders,
  kOnStreamClosed,
  kOnStreamData,
  kOnStreamEnd,
  kScope,
  kSession,
  kState,
} = require('./symbols.js');
const { INFORMATIONAL, RESPONSE } = require('./protocol.js').sections;
const { HTTP_STATUS_CONTINUE, NGHTTP2_FLAG_END_STREAM } = require('./constants.js');

const base = Http2Stream.prototype;

/** A request of a client, or a stream that the server pushed. */
class ClientHttp2Stream extends Http2Stream {
  /**
   * @param {import('./client-session.js').ClientHttp2Session} session
   * @param {object | undefined} sentHeaders
   * @param {{endStream: boolean, waitForTrailers?: boolean, signal?: AbortSignal}} options
   */
  constructor(session, sentHeaders, { endStream, waitForTrailers, signal }) {
    super(session);
    this[kState].sentHeaders = sentHeaders;
    this[kState].headersSent = true;
    this[kState].headRequest = sentHeaders?.[':method'] === 'HEAD';
    // END_STREAM is on the HEADERS frame.
    this[kState].endQueued = endStream;
    this[kState].waitForTrailers = !!waitForTrailers && !endStream;
    this[kState].pushed = false;
    // What is written before the stream has its id goes out in one piece then.
    this.cork();
    // That of a push; a request gets its own.
    this[kContext] = session[kContext];
    if (signal && !signal.aborted) this.#destroyOnAbort(signal);
  }

  /** Has the events of the stream heard in the async context of the caller. */
  [kKeepContext]() {
    this[kContext] = new Context('HTTP2STREAM');
  }

  [kScope]() {
    return this[kContext];
  }

  [kOnStreamData](chunk) {
    this[kState].contentBegun = true;
    this[kScope]().runInAsyncScope(base[kOnStreamData], this, chunk);
  }

  [kOnStreamEnd]() {
    this[kScope]().runInAsyncScope(base[kOnStreamEnd], this);
  }

  [kOnStreamClosed](code, byPeer) {
    // RFC 9113 §8.1: without END_STREAM it is no complete response, whatever the code says. One
    // without any content may end nevertheless: Node's tests have it so.
    if (byPeer) this[kState].noteLoss();
    this[kScope]().runInAsyncScope(base[kOnStreamClosed], this, code);
  }

  #destroyOnAbort(signal) {
    const disposable = addAbortListener(signal, () => {
      this.destroy(new AbortError(undefined, { cause: signal.reason }));
    });
    this.once('close', () => disposable[Symbol.dispose]());
  }

  [kInit](slot, id) {
    super[kInit](slot, id);
    this[kState].runReady();
    try {
      this.emit('ready');
    } finally {
      // Whatever the user's listeners did.
      this.uncork();
    }
  }

  /** A header block of the server. */
  [kOnHeaders](kind, flags, headers, rawHeaders) {
    const scope = behavior.requestAsyncContext ? this[kScope]() : this[kSession][kContext];
    scope.runInAsyncScope(this.#onHeaders, this, kind, flags, headers, rawHeaders);
  }

  /** A response, an informational block, or trailers. */
  #onHeaders(kind, flags, headers, rawHeaders) {
    const endStream = (flags & NGHTTP2_FLAG_END_STREAM) !== 0;
    if (kind === RESPONSE) {
      if (endStream) this[kState].endAfterHeaders = true;
      diagnostics.responseReceived(this, headers, flags);
      this.emit(this[kState].pushed ? 'push' : 'response', headers, flags, rawHeaders);
    } else if (kind === INFORMATIONAL) {
      if (headers[':status'] === HTTP_STATUS_CONTINUE) this.emit('continue');
      this.emit('headers', headers, flags, rawHeaders);
    } else {
      this.emit('trailers', headers, flags, rawHeaders);
    }
  }
}

module.exports = { ClientHttp2Stream };
