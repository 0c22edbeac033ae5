'use strict';

/** How a stream closes, and what its peer is told. The stream is handed in. */

const { setImmediate, setTimeout } = require('node:timers');
const { getSystemErrorMap } = require('node:util');
const behavior = require('./behavior.js');
const commands = require('./commands.js');
const diagnostics = require('./diagnostics.js');
const timeouts = require('./timeouts.js');
const { codes, nameForErrorCode, withoutStack } = require('./errors.js');
const { flushNow, schedule } = require('./transport.js');
const { kBody, kId, kSession, kSlot, kState, kType } = require('./symbols.js');
const {
  NGHTTP2_INTERNAL_ERROR,
  NGHTTP2_NO_ERROR,
  NGHTTP2_SESSION_SERVER,
} = require('./constants.js');

/** When RST_STREAM goes. */
const RstStream = Object.freeze({
  /** The engine closed the stream already. */
  NONE: 0,
  /** Once what was written is out. */
  WHEN_FINISHED: 1,
  NOW: 2,
});

/**
 * What a client is told of a response that will not be ended. NO_ERROR and CANCEL would have the
 * builtin's client take it for a complete one.
 */
const CUT_SHORT = NGHTTP2_INTERNAL_ERROR;

/**
 * How long a client may take, in ms, to end a request that was answered unread. RFC 9113 §8.1 has
 * it keep a response that is followed by RST_STREAM, but not all do; and what is left of its content
 * is often right behind its headers.
 */
const PATIENCE = 10;

function emitAborted(stream) {
  if (!stream[kState].aborted) {
    stream[kState].aborted = true;
    stream.emit('aborted');
  }
}

/** Ends a body that was written to its end and lacks but its trailers: it is complete. */
function endUntrailed(stream, session) {
  const state = stream[kState];
  if (!state.trailersReady || state.endQueued) return;
  state.endQueued = true;
  commands.data(session, stream[kSlot], stream[kId], 0, true);
  flushNow(session);
}

/** Sends what was written, as far as the windows allow. */
function flushBody(stream) {
  const session = stream[kSession];
  if (session.destroyed || stream[kSlot] < 0) return;
  if (stream[kBody] !== undefined && stream[kBody].left > 0) flushNow(session);
}

/** Sends RST_STREAM, once, after what was written as far as the windows allow. */
function resetStream(stream, code) {
  const session = stream[kSession];
  // With the session, the streams go without a word.
  if (session === undefined || session.destroyed || stream[kSlot] < 0) return;
  if (stream[kState].resetGiven) return;
  stream[kState].resetGiven = true;
  if (code === NGHTTP2_NO_ERROR) endUntrailed(stream, session);
  flushBody(stream);
  if (stream[kSlot] < 0) return;
  commands.reset(session, stream[kSlot], stream[kId], code);
  schedule(session);
}

/**
 * A request that was given up before the session was connected. Where a session that closes says so,
 * RST_STREAM goes before; elsewhere on the next turn of the event loop, if the session lives, as with
 * Node's http2.
 */
function resetLater(stream, code) {
  const { [kSession]: session, [kSlot]: slot, [kId]: id } = stream;
  stream[kState].resetGiven = true;
  const reset = () => {
    if (session.destroyed) return;
    commands.reset(session, slot, id, code);
    schedule(session);
  };
  if (behavior.closeSendsGoaway) reset();
  else setImmediate(reset);
}

/** Marks the stream closed, ends its writable side, and tells the peer as `mode` says. */
function closeStream(stream, code, mode) {
  stream[kState].closed = true;
  stream[kState].rstCode = code;
  timeouts.clear(stream);
  const { writableEnded } = stream;
  if (!writableEnded) {
    if (!stream.writableFinished) emitAborted(stream);
    stream.end();
  }
  const session = stream[kSession];
  if (session !== undefined) diagnostics.streamClosed(session[kType], stream);
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
    stream[kState].whenReady(() => resetLater(stream, code));
    return;
  }
  resetStream(stream, code);
}

/**
 * What the peer is told. A response whose content was begun and will not be ended is shown by the
 * code alone, where its length was not announced: Node's tests want no error with one
 * (test-http2-large-write-destroy), and none before anything was sent (…-destroy-after-write).
 * @param {boolean} begun Whether some of the content was sent.
 */
function codeForPeer(stream, code, begun) {
  if (code !== NGHTTP2_NO_ERROR || !begun) return code;
  const cutShort =
    (stream[kBody].left > 0 || !stream[kState].endQueued) &&
    stream[kSession][kType] === NGHTTP2_SESSION_SERVER &&
    !Object.keys(stream.sentHeaders).some((name) => name.toLowerCase() === 'content-length');
  return cutShort ? CUT_SHORT : code;
}

function callClose(stream) {
  stream.close();
}

/** Closes a stream that was answered without a look at its content. */
function closeUnread(stream) {
  if (stream.destroyed || stream.closed) return;
  if (stream[kState].ended) stream.close();
  else setTimeout(callClose, PATIENCE, stream).unref();
}

/** What a stream fails with; when it was the peer's making, no frame of the stack would be the user's. */
function streamError(code, byPeer) {
  const make = () => new codes.ERR_HTTP2_STREAM_ERROR(nameForErrorCode[code] || code);
  return byPeer ? withoutStack(make) : make();
}

/** What a write that never went out is told when its stream is destroyed. */
function pendingWriteError() {
  const code = behavior.pendingWriteErrorAtDestroy;
  if (code === null) return undefined;
  const [errno] = [...getSystemErrorMap()].find(([, [name]]) => name === code);
  return Object.assign(new Error(`write ${code}`), { errno, code, syscall: 'write' });
}

module.exports = {
  RstStream,
  closeStream,
  closeUnread,
  codeForPeer,
  flushBody,
  pendingWriteError,
  resetStream,
  streamError,
};
