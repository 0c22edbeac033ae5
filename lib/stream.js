'use strict';

/**
 * Http2Stream: what client and server streams share. The stream's state (RFC 9113 §5.1) lives in the
 * engine; here is the Duplex, the body that waits to be sent, and how the one closes with the other.
 */

const { errorMonitor } = require('node:events');
const { Duplex } = require('node:stream');
const { inspect } = require('node:util');
const { setImmediate } = require('node:timers');
const commands = require('./commands.js');
const diagnostics = require('./diagnostics.js');
const timeouts = require('./timeouts.js');
const { AbortError, codes } = require('./errors.js');
const { Context } = require('./async-context.js');
const { toFieldList } = require('./headers.js');
const { OutgoingBody } = require('./body.js');
const { StreamState } = require('./stream-state.js');
const {
  RstStream,
  closeStream,
  closeUnread,
  codeForPeer,
  flushBody,
  pendingWriteError,
  resetStream,
  streamError,
} = require('./stream-closing.js');
const {
  beginEnd,
  canEndDirectly,
  canSkipEnd,
  completeEnd,
  isHeard,
  skipEnd,
} = require('./stream-shortcuts.js');
const { afterFinish } = require('./flights.js');
const { schedule } = require('./transport.js');
const { changePriority } = require('./priority.js');
const { validateFunction, validateObject, validateUint32 } = require('./validators.js');
const {
  kAfterFinish,
  kBody,
  kContext,
  kEndBody,
  kId,
  kInit,
  kMaybeDestroy,
  kOnStreamClosed,
  kOnStreamData,
  kOnStreamEnd,
  kProceed,
  kScope,
  kSendPiece,
  kSession,
  kSessionCode,
  kSlot,
  kState,
  kStreamDestroyed,
  kStreamState,
  kStrictSingle,
  kTimeout,
  kType,
  kUpdateTimer,
} = require('./symbols.js');
const {
  NGHTTP2_CANCEL,
  NGHTTP2_INTERNAL_ERROR,
  NGHTTP2_NO_ERROR,
  NGHTTP2_SESSION_SERVER,
} = require('./constants.js');

const DUPLEX_OPTIONS = Object.freeze({
  allowHalfOpen: true,
  autoDestroy: false,
  decodeStrings: false,
});

function emitWantTrailers(stream) {
  if (stream.destroyed || stream[kState].closed) return;
  stream[kState].trailersReady = true;
  // Without a listener there are none: an empty list ends the stream.
  if (!stream.emit('wantTrailers')) stream.sendTrailers({});
}

/** Listens to 'end' and 'finish', and acts behind the user's listeners. */
function destroyAfterEnd() {
  process.nextTick(maybeDestroy, this);
}

/** Listens to errors of a stream that the engine has closed: neither 'finish' nor 'end' will come. */
function destroyAfterError() {
  process.nextTick(() => this.destroy());
}

function maybeDestroy(stream) {
  stream[kMaybeDestroy]();
}

/** What is due once the writable side is done. */
function settleFinish(stream) {
  completeEnd(stream, stream[kState]);
  stream[kMaybeDestroy]();
}

/** A bidirectional stream of an HTTP/2 session. */
class Http2Stream extends Duplex {
  constructor(session) {
    super(DUPLEX_OPTIONS);
    this[kSession] = session;
    this[kState] = new StreamState();
    this[kSlot] = -1;
    this[kId] = undefined;
    /** What was announced to the engine and not sent yet (OutgoingBody). */
    this[kBody] = undefined;
  }

  /** Binds the stream to its place in the engine. */
  [kInit](slot, id) {
    this[kSlot] = slot;
    this[kId] = id;
  }

  /** Octets written and not yet handed to the transport. */
  get bufferSize() {
    return this.writableLength;
  }

  /** Whether the peer's header block ended its half of the stream: no body is to come. */
  get endAfterHeaders() {
    return this[kState].endAfterHeaders;
  }

  /** The headers sent. */
  get sentHeaders() {
    const { sentHeaders } = this[kState];
    if (sentHeaders !== undefined && Object.getPrototypeOf(sentHeaders) !== null) {
      Object.setPrototypeOf(sentHeaders, null);
    }
    return sentHeaders;
  }

  /** The trailers sent. */
  get sentTrailers() {
    return this[kState].sentTrailers;
  }

  /** The informational headers sent, one object per block. */
  get sentInfoHeaders() {
    return this[kState].sentInfoHeaders;
  }

  /** Whether the stream has no id yet. */
  get pending() {
    return this[kId] === undefined;
  }

  /** Stream identifier (RFC 9113 §5.1.1); undefined while pending. */
  get id() {
    return this[kId];
  }

  /** The session; undefined once the stream is destroyed. */
  get session() {
    return this[kSession];
  }

  get headersSent() {
    return this[kState].headersSent;
  }

  /** Whether the stream was reset while its writable side was open. */
  get aborted() {
    return this[kState].aborted;
  }

  get headRequest() {
    return this[kState].headRequest;
  }

  /** Error code (RFC 9113 §7) the stream closed with; 0 before. */
  get rstCode() {
    return this[kState].rstCode;
  }

  /** Figures of the protocol; empty while pending and once destroyed. */
  get state() {
    const session = this[kSession];
    if (this.destroyed || session === undefined || this.pending) return {};
    return session[kStreamState](this);
  }

  /** Whether the stream was closed, by either side. */
  get closed() {
    return this[kState].closed;
  }

  _onTimeout() {
    if (this.destroyed) return;
    // A body that is still moving is activity.
    const left = this[kBody]?.left ?? 0;
    if (left > 0 && left !== this[kState].leftAtTimeout) {
      this[kState].leftAtTimeout = left;
      this[kUpdateTimer]();
      return;
    }
    this.emit('timeout');
  }

  /** The stream did something: its idle timer starts anew, and the session's. */
  [kUpdateTimer]() {
    if (this[kTimeout] !== undefined) this[kTimeout].refresh();
    this[kSession]?.[kUpdateTimer]();
  }

  // Writing ------------------------------------------------------------------------------------

  /** Whether the engine takes a write now. */
  #canWrite() {
    if (this.pending || this.destroyed || this[kSlot] < 0) return false;
    const { closed, headersSent } = this[kState];
    // What was corked comes when the stream is closed: too late for a response.
    if (closed && !headersSent) return false;
    if (!headersSent) this[kProceed]();
    this[kUpdateTimer]();
    this[kBody] ??= new OutgoingBody();
    return true;
  }

  /** A write that the engine cannot take is tried again later, or dropped. */
  #postpone(retry, callback) {
    if (this.pending && !this.destroyed) this[kState].whenReady(retry);
    // The engine's stream is gone. The close that follows tells the user.
    else process.nextTick(callback);
  }

  /** Announces what the body was given; nothing to send is done at once. */
  #announce(length, callback) {
    if (length === 0) {
      this[kBody].callback = undefined;
      process.nextTick(callback);
      return;
    }
    this[kBody].context = new Context('WRITEWRAP');
    const session = this[kSession];
    commands.data(session, this[kSlot], this[kId], length, false);
    if (this.writableEnded) this.#endWithWrite();
    schedule(session);
  }

  _write(chunk, encoding, callback) {
    if (!this.#canWrite()) {
      this.#postpone(() => this._write(chunk, encoding, callback), callback);
      return;
    }
    diagnostics.bodyChunkSent(this, false, chunk, encoding);
    this.#announce(this[kBody].setChunk(chunk, encoding, callback), callback);
  }

  _writev(entries, callback) {
    if (!this.#canWrite()) {
      this.#postpone(() => this._writev(entries, callback), callback);
      return;
    }
    diagnostics.bodyChunkSent(this, true, entries, '');
    this.#announce(this[kBody].setChunks(entries, callback), callback);
  }

  end(chunk, encoding, callback) {
    const state = this[kState];
    if (
      this[kSlot] >= 0 &&
      state.headersSent &&
      !state.endQueued &&
      !state.closed &&
      !state.waitForTrailers &&
      canEndDirectly(this, chunk, encoding, callback)
    ) {
      this.#endDirectly(state, chunk);
      return this;
    }
    super.end(chunk, encoding, callback);
    this.#endWithWrite();
    return this;
  }

  /**
   * Has END_STREAM ride on the last DATA frame of the write that is with the engine, if no other is
   * to follow. What a reset ends has none.
   */
  #endWithWrite() {
    const body = this[kBody];
    const complete = this[kState].rstCode === NGHTTP2_NO_ERROR;
    if (complete && body !== undefined && body.left > 0 && this.writableLength === body.weight) {
      this.#queueEnd();
    }
  }

  /** The whole body in one chunk, while nothing else is under way. */
  #endDirectly(state, chunk) {
    const session = this[kSession];
    this[kUpdateTimer]();
    diagnostics.bodyChunkSent(this, false, chunk, typeof chunk === 'string' ? 'utf8' : 'buffer');
    const body = (this[kBody] ??= new OutgoingBody());
    const length = body.setLast(chunk, this);
    beginEnd(this, chunk.length);
    if (isHeard(this, 'finish')) state.endContext = new Context('WRITEWRAP');
    state.endQueued = true;
    state.endsDirectly = true;
    commands.data(session, this[kSlot], this[kId], length, true);
    schedule(session);
    diagnostics.bodySent(this);
  }

  /** The writable side is done: 'finish', if the Duplex does not emit it itself. */
  [kAfterFinish]() {
    if (this.destroyed) return;
    // What nobody listens to may come in any context.
    if (!isHeard(this, 'close') && !isHeard(this, 'finish')) settleFinish(this);
    else this[kScope]().runInAsyncScope(settleFinish, undefined, this);
  }

  /** The async context in which the stream's events are heard. */
  [kScope]() {
    return this[kSession][kContext];
  }

  #queueEnd() {
    if (this[kState].endQueued || this[kState].waitForTrailers || this[kSlot] < 0) return;
    this[kState].endQueued = true;
    const session = this[kSession];
    commands.data(session, this[kSlot], this[kId], 0, true);
    schedule(session);
  }

  /**
   * Sends a piece of a body that does not come through the Duplex. One at a time.
   * @param {Buffer} chunk Not empty.
   * @param {boolean} last Whether it is all of the rest.
   * @param {() => void} callback Called when the transport has the octets.
   */
  [kSendPiece](chunk, last, callback) {
    this[kUpdateTimer]();
    this[kBody] ??= new OutgoingBody();
    const length = this[kBody].setChunk(chunk, 'buffer', callback);
    this[kBody].context = this[kScope]();
    const session = this[kSession];
    commands.data(session, this[kSlot], this[kId], length, false);
    schedule(session);
    if (last && !this[kState].waitForTrailers) this[kEndBody]();
  }

  /** The body is complete: END_STREAM, or the trailers. */
  [kEndBody]() {
    if (this[kState].waitForTrailers) process.nextTick(emitWantTrailers, this);
    else this.#queueEnd();
  }

  _final(callback) {
    if (this.pending) {
      this[kState].whenReady(() => this._final(callback));
      return;
    }
    diagnostics.bodySent(this);
    const { headersSent, piped, closed } = this[kState];
    // A body that was cut short has no END_STREAM: it must not look complete.
    const live = this[kSlot] >= 0 && !this.destroyed;
    if (live && headersSent && !piped && !closed) this[kEndBody]();
    callback();
    afterFinish(this);
  }

  /**
   * Sends trailing headers; from the 'wantTrailers' event on.
   * @param {object} headers
   */
  sendTrailers(headers = {}) {
    if (this.destroyed || this[kState].closed) throw new codes.ERR_HTTP2_INVALID_STREAM();
    if (this[kState].sentTrailers !== undefined) throw new codes.ERR_HTTP2_TRAILERS_ALREADY_SENT();
    if (!this[kState].trailersReady) throw new codes.ERR_HTTP2_TRAILERS_NOT_READY();
    validateObject(headers, 'headers');
    const session = this[kSession];
    const fields = toFieldList(headers, 'trailers', session[kStrictSingle]);
    this[kUpdateTimer]();
    this[kState].sentTrailers = headers;
    this[kState].endQueued = true;
    // RFC 9113 §8.1: an empty trailer section is not sent; an empty DATA frame ends the stream.
    if (fields.count === 0) commands.data(session, this[kSlot], this[kId], 0, true);
    else commands.trailers(session, this[kSlot], this[kId], fields);
    schedule(session);
    // There is nothing more to wait for.
    this[kState].waitForTrailers = false;
    this[kMaybeDestroy]();
  }

  // Reading ------------------------------------------------------------------------------------

  _read() {
    const state = this[kState];
    state.didRead = true;
    state.reading = true;
    if (state.unread > 0) this.#giveBack(state);
    if (state.held !== undefined) this.#deliverHeld(state);
    else if (state.ended) this.push(null);
  }

  /** Passes on what arrived while nobody was reading. */
  #deliverHeld(state) {
    const { held } = state;
    let next = 0;
    while (next < held.length && state.reading) this.#deliver(state, held[next++]);
    if (next < held.length) {
      held.splice(0, next);
      return;
    }
    state.held = undefined;
    if (state.ended) this.push(null);
  }

  #deliver(state, chunk) {
    if (chunk.length === 0) return;
    state.unread += chunk.length;
    try {
      state.reading = this.push(chunk); // A listener of the user's may throw.
    } finally {
      if (state.reading && state.unread > 0 && !this.destroyed) this.#giveBack(state);
    }
  }

  /** Opens the peer's window by what the reader has taken. */
  #giveBack(state) {
    const octets = state.unread;
    state.unread = 0;
    if (this[kSlot] < 0) return;
    const session = this[kSession];
    commands.consume(session, this[kSlot], this[kId], octets);
    schedule(session);
  }

  [kOnStreamData](chunk) {
    if (this.destroyed) return;
    this[kUpdateTimer]();
    const state = this[kState];
    // Until somebody reads, nothing is: that tells a body that is wanted from one that is not.
    if (state.reading) this.#deliver(state, chunk);
    else if (state.held === undefined) state.held = [chunk];
    else state.held.push(chunk);
  }

  /** The peer ended its half. An empty body ends though nobody reads it. */
  [kOnStreamEnd]() {
    const state = this[kState];
    // Headers that ended it have said so.
    if (state.ended) return;
    state.ended = true;
    if (state.held !== undefined) return;
    this.push(null);
    this.read(0);
    this[kMaybeDestroy]();
  }

  // Closing ------------------------------------------------------------------------------------

  /** The engine closed the stream: both halves ended, or a RST_STREAM went or came. */
  [kOnStreamClosed](code) {
    this[kSlot] = -1;
    if (this.destroyed) return;
    this[kUpdateTimer]();
    if (!this[kState].closed) closeStream(this, code, RstStream.NONE);
    // What was announced and not asked for will never be sent.
    const body = this[kBody];
    if (body !== undefined && body.left > 0) body.finish();
    // After an error, a late write for instance, neither 'finish' nor 'end' will come; nor does 'end'
    // without END_STREAM.
    const cut = this.readable && this[kState].cut;
    if (code !== NGHTTP2_NO_ERROR || this.errored !== null || cut) {
      this.destroy();
      return;
    }
    if (this.readable) this.#endReading();
    if (!this.readable) this[kMaybeDestroy]();
    // An end that was made directly sees to it.
    if (this.destroyed || (this[kState].endsDirectly && !this.readable)) return;
    this.once('finish', destroyAfterEnd);
    this.once(errorMonitor, destroyAfterError);
  }

  /** The reader may finish what has arrived. */
  #endReading() {
    const served = this[kSession][kType] === NGHTTP2_SESSION_SERVER;
    if (served && canSkipEnd(this, this[kState])) {
      skipEnd(this);
      return;
    }
    this.prependListener('end', destroyAfterEnd);
    this[kState].ended = true;
    if (this[kState].held === undefined) this.push(null);
    // Of a paused stream too, if it is empty, 'end' comes.
    if (served && !this[kState].didRead && this.readableFlowing === null) this.resume();
    else this.read(0);
  }

  /** Destroys the stream if both its sides are done. */
  [kMaybeDestroy]() {
    if (this.destroyed || !this.writableFinished) return;
    if (!this.readable && this[kState].closed) {
      this.destroy();
      return;
    }
    // A HEAD request's writable side has finished before the response was started.
    if (!this[kState].headersSent) return;
    // A server that answered without looking at the request's body does not wait for it. Not at
    // once: streams may still be pushed.
    if (
      this[kSession]?.[kType] === NGHTTP2_SESSION_SERVER &&
      !this[kState].waitForTrailers &&
      !this[kState].piped &&
      !this[kState].didRead &&
      this.readableFlowing === null
    ) {
      setImmediate(closeUnread, this);
    }
  }

  /**
   * Closes the stream with RST_STREAM, after what was written if the code is NO_ERROR.
   * @param {number} [code] Error code (RFC 9113 §7), 0 to 2^32-1.
   * @param {Function} [callback] Listens once to 'close'.
   */
  close(code = NGHTTP2_NO_ERROR, callback) {
    validateUint32(code, 'code');
    if (callback !== undefined) validateFunction(callback, 'callback');
    if (this[kState].closed) return;
    if (callback !== undefined) this.once('close', callback);
    closeStream(this, code, RstStream.WHEN_FINISHED);
  }

  _destroy(error, callback) {
    const session = this[kSession];
    const sessionCode = session[kSessionCode]();
    let code = this[kState].closed ? this[kState].rstCode : sessionCode;
    if (error != null) {
      if (sessionCode !== NGHTTP2_NO_ERROR) code = sessionCode;
      else if (error instanceof AbortError || error.name === 'AbortError') code = NGHTTP2_CANCEL;
      else code = NGHTTP2_INTERNAL_ERROR;
    }
    this[kState].held = undefined;
    const begun = this[kBody]?.begun === true;
    if (begun) flushBody(this);
    const told = codeForPeer(this, code, begun);
    // close() may have put RST_STREAM off until 'finish', which will not come.
    if (this[kState].closed) resetStream(this, told);
    else closeStream(this, told, this.pending ? RstStream.NONE : RstStream.NOW);
    if (!this.#lacksEnd(session)) this.push(null);
    // A stream that already closed well has nothing to report; neither has one that was cancelled.
    if (error == null && code !== NGHTTP2_NO_ERROR && code !== NGHTTP2_CANCEL) {
      error = streamError(code, this[kSlot] < 0);
    }
    this[kBody]?.cancel(pendingWriteError);
    timeouts.clear(this);
    session[kStreamDestroyed](this);
    if (error != null) diagnostics.streamFailed(session[kType], this, error);
    this[kSession] = undefined;
    callback(error);
  }

  /** Whether the peer's body was cut short by its doing, or by the end of the session. */
  #lacksEnd(session) {
    if (session.destroyed) this[kState].noteLoss();
    return this[kState].cut;
  }

  [inspect.custom](depth, options) {
    if (depth !== null && depth < 0) return this;
    const { id, closed, destroyed, state } = this;
    const { _readableState: readableState, _writableState: writableState } = this;
    const shown = { id, closed, destroyed, state, readableState, writableState };
    return `Http2Stream ${inspect(shown, options)}`;
  }

  /**
   * Signals a priority (RFC 7540 §5.3); without effect on newer Nodes.
   * @param {{parent?: number, weight?: number, exclusive?: boolean, silent?: boolean}} options
   */
  priority(options) {
    changePriority(this, options);
  }

  /**
   * Emits 'timeout' after so long without activity.
   * @param {number} msecs 0 turns it off.
   * @param {Function} [callback] Listens to 'timeout'.
   */
  setTimeout(msecs, callback) {
    return timeouts.set(this, msecs, callback);
  }
}

module.exports = { Http2Stream };
