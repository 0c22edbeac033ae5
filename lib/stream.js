'use strict';

/**
 * Http2Stream: what client and server streams share. The state of the stream as the protocol knows
 * it (RFC 9113 §5.1) lives in the engine; here is the Duplex, the body that waits to be sent, and
 * how the one closes when the other does.
 */

const { Duplex } = require('node:stream');
const { inspect } = require('node:util');
const behavior = require('./behavior.js');
const commands = require('./commands.js');
const diagnostics = require('./diagnostics.js');
const timeouts = require('./timeouts.js');
const { AbortError, codes, nameForErrorCode } = require('./errors.js');
const { toFieldList } = require('./headers.js');
const { OutgoingBody } = require('./body.js');
const { flushNow, schedule } = require('./transport.js');
const { validateFunction, validateObject, validateUint32 } = require('./validators.js');
const {
  kAborted,
  kBody,
  kClosed,
  kDidRead,
  kEndAfterHeaders,
  kEndQueued,
  kEndReadable,
  kEnded,
  kHeadRequest,
  kHeadersSent,
  kHeld,
  kId,
  kInit,
  kMaybeDestroy,
  kOnStreamClosed,
  kOnStreamData,
  kOnStreamEnd,
  kProceed,
  kReading,
  kRstCode,
  kSentHeaders,
  kSentInfoHeaders,
  kSentTrailers,
  kSession,
  kSessionCode,
  kSlot,
  kStreamDestroyed,
  kStreamState,
  kStrictSingle,
  kTimeout,
  kTrailersReady,
  kType,
  kUnread,
  kUpdateTimer,
  kWaitForTrailers,
} = require('./symbols.js');
const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR, NGHTTP2_SESSION_SERVER } =
  require('./constants.js');

const DUPLEX_OPTIONS = Object.freeze({
  allowHalfOpen: true,
  autoDestroy: false,
  decodeStrings: false,
});

const RstStream = Object.freeze({
  /** The engine closed the stream already. */
  NONE: 0,
  /** Once what was written is out. */
  WHEN_FINISHED: 1,
  NOW: 2,
});

function emitAborted(stream) {
  if (!stream[kAborted]) {
    stream[kAborted] = true;
    stream.emit('aborted');
  }
}

function resetStream(stream, code) {
  const session = stream[kSession];
  // With the session, the streams go without a word.
  if (session === undefined || session.destroyed || stream[kSlot] < 0) return;
  // What was written before still goes out, as far as the windows allow.
  if (stream[kBody] !== undefined && stream[kBody].left > 0) flushNow(session);
  if (stream[kSlot] < 0) return;
  commands.reset(session, stream[kSlot], stream[kId], code);
  schedule(session);
}

/** Marks the stream closed, ends its writable side, and tells the peer as `mode` says. */
function closeStream(stream, code, mode) {
  stream[kClosed] = true;
  stream[kRstCode] = code;
  timeouts.clear(stream);
  const { writableEnded } = stream;
  if (!writableEnded) {
    if (!stream.writableFinished) emitAborted(stream);
    stream.end();
  }
  if (mode === RstStream.NONE) return;
  if (
    !writableEnded ||
    stream.writableFinished ||
    code !== NGHTTP2_NO_ERROR ||
    mode === RstStream.NOW
  ) {
    finishClose(stream, code);
  } else {
    stream.once('finish', () => finishClose(stream, code));
  }
}

function finishClose(stream, code) {
  if (stream.pending) {
    stream.push(null);
    stream.once('ready', () => resetStream(stream, code));
    return;
  }
  resetStream(stream, code);
}

function maybeDestroy(stream) {
  stream[kMaybeDestroy]();
}

function callClose(stream) {
  stream.close();
}

function emitWantTrailers(stream) {
  if (stream.destroyed || stream[kClosed]) return;
  stream[kTrailersReady] = true;
  // Without a listener there are none: an empty list ends the stream.
  if (!stream.emit('wantTrailers')) stream.sendTrailers({});
}

/** A bidirectional stream of an HTTP/2 session. */
class Http2Stream extends Duplex {
  /** Octets of the body that were left when the idle timer went off last. */
  #leftAtTimeout = 0;

  constructor(session, options) {
    super(options === undefined ? DUPLEX_OPTIONS : { ...options, ...DUPLEX_OPTIONS });
    this[kSession] = session;
    this[kId] = undefined;
    this[kSlot] = -1;
    this[kClosed] = false;
    this[kRstCode] = NGHTTP2_NO_ERROR;
    this[kAborted] = false;
    this[kHeadersSent] = false;
    this[kHeadRequest] = false;
    this[kEndAfterHeaders] = false;
    this[kWaitForTrailers] = false;
    this[kTrailersReady] = false;
    this[kDidRead] = false;
    this[kEndQueued] = false;
    this[kReading] = false;
    this[kEnded] = false;
    this[kUnread] = 0;
    this[kHeld] = undefined;
    /** What was announced to the engine and not sent yet (OutgoingBody). */
    this[kBody] = undefined;
    this[kTimeout] = undefined;
    this[kSentHeaders] = undefined;
    this[kSentInfoHeaders] = undefined;
    this[kSentTrailers] = undefined;
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
    return this[kEndAfterHeaders];
  }

  /** The headers sent. */
  get sentHeaders() {
    return this[kSentHeaders];
  }

  /** The trailers sent. */
  get sentTrailers() {
    return this[kSentTrailers];
  }

  /** The informational headers sent, one object per block. */
  get sentInfoHeaders() {
    return this[kSentInfoHeaders];
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
    return this[kHeadersSent];
  }

  /** Whether the stream was reset while its writable side was open. */
  get aborted() {
    return this[kAborted];
  }

  get headRequest() {
    return this[kHeadRequest];
  }

  /** Error code (RFC 9113 §7) the stream closed with; 0 before. */
  get rstCode() {
    return this[kRstCode];
  }

  /** Figures of the protocol; empty while pending and once destroyed. */
  get state() {
    const session = this[kSession];
    if (this.destroyed || session === undefined || this.pending) return {};
    return session[kStreamState](this);
  }

  /** Whether the stream was closed, by either side. */
  get closed() {
    return this[kClosed];
  }

  _onTimeout() {
    if (this.destroyed) return;
    // A body that is still moving is activity.
    const left = this[kBody]?.left ?? 0;
    if (left > 0 && left !== this.#leftAtTimeout) {
      this.#leftAtTimeout = left;
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

  /** Whether a write cannot go to the engine: it is tried again later, or dropped. */
  #cannotWrite(retry, callback) {
    if (this.pending) {
      this.once('ready', retry);
      return true;
    }
    if (this[kSlot] < 0) {
      // The engine's stream is gone. The close that follows tells the user.
      process.nextTick(callback);
      return true;
    }
    if (!this[kHeadersSent]) this[kProceed]();
    this[kUpdateTimer]();
    this[kBody] ??= new OutgoingBody();
    return false;
  }

  /** Announces what the body was given; nothing to send is done at once. */
  #announce(length, callback) {
    if (length === 0) {
      this[kBody].callback = undefined;
      process.nextTick(callback);
      return;
    }
    const session = this[kSession];
    commands.data(session, this[kSlot], this[kId], length, false);
    schedule(session);
  }

  _write(chunk, encoding, callback) {
    if (this.#cannotWrite(() => this._write(chunk, encoding, callback), callback)) return;
    diagnostics.bodyChunkSent(this, false, chunk, encoding);
    this.#announce(this[kBody].setChunk(chunk, encoding, callback), callback);
  }

  _writev(entries, callback) {
    if (this.#cannotWrite(() => this._writev(entries, callback), callback)) return;
    diagnostics.bodyChunkSent(this, true, entries, '');
    this.#announce(this[kBody].setChunks(entries, callback), callback);
  }

  end(chunk, encoding, callback) {
    super.end(chunk, encoding, callback);
    const body = this[kBody];
    // If the last write is with the engine already, END_STREAM can ride on its last DATA frame.
    if (body !== undefined && body.left > 0 && this.writableLength === body.weight) {
      this.#queueEnd();
    }
    return this;
  }

  #queueEnd() {
    if (this[kEndQueued] || this[kWaitForTrailers] || this[kSlot] < 0) return;
    this[kEndQueued] = true;
    const session = this[kSession];
    commands.data(session, this[kSlot], this[kId], 0, true);
    schedule(session);
  }

  _final(callback) {
    if (this.pending) {
      this.once('ready', () => this._final(callback));
      return;
    }
    diagnostics.bodySent(this);
    // A body that was cut short has no END_STREAM: it must not look complete.
    if (this[kSlot] >= 0 && this[kHeadersSent] && !this[kClosed]) {
      if (this[kWaitForTrailers]) process.nextTick(emitWantTrailers, this);
      else this.#queueEnd();
    }
    callback();
    // Behind 'finish', which the callback has put off to the next tick.
    process.nextTick(maybeDestroy, this);
  }

  /**
   * Sends trailing headers; from the 'wantTrailers' event on.
   * @param {object} headers
   */
  sendTrailers(headers) {
    if (this.destroyed || this[kClosed]) throw new codes.ERR_HTTP2_INVALID_STREAM();
    if (this[kSentTrailers] !== undefined) throw new codes.ERR_HTTP2_TRAILERS_ALREADY_SENT();
    if (!this[kTrailersReady]) throw new codes.ERR_HTTP2_TRAILERS_NOT_READY();
    validateObject(headers, 'headers');
    const session = this[kSession];
    const fields = toFieldList(headers, 'trailers', session[kStrictSingle]);
    this[kUpdateTimer]();
    this[kSentTrailers] = headers;
    this[kEndQueued] = true;
    // RFC 9113 §8.1: an empty trailer section is not sent; an empty DATA frame ends the stream.
    if (fields.count === 0) commands.data(session, this[kSlot], this[kId], 0, true);
    else commands.trailers(session, this[kSlot], this[kId], fields);
    schedule(session);
  }

  // Reading ------------------------------------------------------------------------------------

  _read() {
    if (this.destroyed) {
      this.push(null);
      return;
    }
    this[kDidRead] = true;
    this[kReading] = true;
    if (this[kUnread] > 0) this.#giveBack();
    if (this[kHeld] !== undefined) this.#deliverHeld();
  }

  /** Passes on what arrived while nobody was reading. */
  #deliverHeld() {
    const held = this[kHeld];
    let next = 0;
    while (next < held.length && this[kReading]) this.#deliver(held[next++]);
    if (next < held.length) {
      held.splice(0, next);
      return;
    }
    this[kHeld] = undefined;
    if (this[kEnded]) this.push(null);
  }

  #deliver(chunk) {
    if (chunk.length === 0) return;
    this[kUnread] += chunk.length;
    this[kReading] = this.push(chunk);
    if (this[kReading] && this[kUnread] > 0) this.#giveBack();
  }

  /** Opens the peer's window by what the reader has taken. */
  #giveBack() {
    const octets = this[kUnread];
    this[kUnread] = 0;
    if (this[kSlot] < 0) return;
    const session = this[kSession];
    commands.consume(session, this[kSlot], this[kId], octets);
    schedule(session);
  }

  [kOnStreamData](chunk) {
    if (this.destroyed) return;
    this[kUpdateTimer]();
    // Until somebody reads, nothing is: that tells a body that is wanted from one that is not.
    if (this[kReading]) this.#deliver(chunk);
    else if (this[kHeld] === undefined) this[kHeld] = [chunk];
    else this[kHeld].push(chunk);
  }

  /** The peer ended its half. */
  [kOnStreamEnd]() {
    this[kEndReadable]();
    this[kMaybeDestroy]();
  }

  /** Nothing comes after what has arrived. */
  [kEndReadable]() {
    this[kEnded] = true;
    if (this[kHeld] === undefined) this.push(null);
  }

  // Closing ------------------------------------------------------------------------------------

  /** The engine closed the stream: both halves ended, or a RST_STREAM went or came. */
  [kOnStreamClosed](code) {
    this[kSlot] = -1;
    if (this.destroyed) return;
    this[kUpdateTimer]();
    if (!this[kClosed]) closeStream(this, code, RstStream.NONE);
    // What was announced and not asked for will never be sent.
    this[kBody]?.finish();
    if (!this.readable || code !== NGHTTP2_NO_ERROR) {
      this[kMaybeDestroy](code);
      return;
    }
    // The reader may finish what has arrived.
    this.on('end', this[kMaybeDestroy]);
    this[kEndReadable]();
    if (this[kSession][kType] === NGHTTP2_SESSION_SERVER && !this[kDidRead]) {
      if (this.readableFlowing === null) this.resume();
    } else {
      this.read(0);
    }
  }

  /** Destroys the stream if both its sides are done. */
  [kMaybeDestroy](code = NGHTTP2_NO_ERROR) {
    if (this.destroyed) return;
    if (code !== NGHTTP2_NO_ERROR) {
      this.destroy();
      return;
    }
    // A HEAD request's writable side has finished before the response was started.
    if (!this.writableFinished || !this[kHeadersSent]) return;
    if (!this.readable && this[kClosed]) {
      this.destroy();
      return;
    }
    // A server that answered without looking at the request's body does not wait for it. Not at
    // once: streams may still be pushed.
    if (
      this[kSession]?.[kType] === NGHTTP2_SESSION_SERVER &&
      !this[kWaitForTrailers] &&
      !this[kDidRead] &&
      this.readableFlowing === null
    ) {
      setImmediate(callClose, this);
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
    if (this[kClosed]) return;
    if (callback !== undefined) this.once('close', callback);
    closeStream(this, code, RstStream.WHEN_FINISHED);
  }

  _destroy(error, callback) {
    const session = this[kSession];
    const sessionCode = session[kSessionCode]();
    let code = this[kClosed] ? this[kRstCode] : sessionCode;
    if (error != null) {
      if (sessionCode !== NGHTTP2_NO_ERROR) code = sessionCode;
      else if (error instanceof AbortError || error.name === 'AbortError') code = NGHTTP2_CANCEL;
      else code = NGHTTP2_INTERNAL_ERROR;
    }
    this[kHeld] = undefined;
    if (!this[kClosed]) closeStream(this, code, this.pending ? RstStream.NONE : RstStream.NOW);
    this.push(null);
    // A stream that already closed well has nothing to report; neither has one that was cancelled.
    if (error == null && code !== NGHTTP2_NO_ERROR && code !== NGHTTP2_CANCEL) {
      error = new codes.ERR_HTTP2_STREAM_ERROR(nameForErrorCode[code] || code);
    }
    this[kBody]?.cancel(pendingWriteError);
    timeouts.clear(this);
    session[kStreamDestroyed](this);
    if (error != null) diagnostics.streamFailed(session[kType], this, error);
    diagnostics.streamClosed(session[kType], this);
    this[kSession] = undefined;
    callback(error);
  }

  [inspect.custom](depth, options) {
    if (depth !== null && depth < 0) return this;
    const { id, closed, destroyed, state } = this;
    const { _readableState: readableState, _writableState: writableState } = this;
    const shown = { id, closed, destroyed, state, readableState, writableState };
    return `Http2Stream ${inspect(shown, options)}`;
  }

  /** PRIORITY signals are obsolete (RFC 9113 §5.3.2). */
  priority(options) {
    warnOfPriority();
    if (this.destroyed) throw new codes.ERR_HTTP2_INVALID_STREAM();
    if (!behavior.prioritySignalsRemoved) validateObject(options, 'options');
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

let warnedOfPriority = false;

function warnOfPriority() {
  if (warnedOfPriority || !behavior.prioritySignalsRemoved) return;
  warnedOfPriority = true;
  process.emitWarning(
    'http2Stream.priority is longer supported after priority signalling was deprecated in RFC 9113',
    'DeprecationWarning',
    'DEP0194',
  );
}

/** What a write that never went out is told when its stream is destroyed. */
function pendingWriteError() {
  const code = behavior.pendingWriteErrorAtDestroy;
  if (code === null) return undefined;
  const error = new Error(`write ${code}`);
  error.code = code;
  return error;
}

module.exports = { Http2Stream, closeStream };
