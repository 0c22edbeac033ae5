'use strict';

/**
 * The only place that touches the state behind a Duplex (`_readableState`, `_writableState`,
 * `_eventsCount`).
 *
 * The common life of a response, `respond(); end(chunk)` for a request without a body, goes through
 * a dozen functions and four ticks of node:stream. Here the same changes of state are made directly,
 * and the same events come in the same order; what is less common takes the ordinary way.
 */

/** Whether somebody listens to an event. Mostly nobody listens to anything, which is quick to tell. */
function isHeard(stream, event) {
  return stream._eventsCount > 0 && stream.listenerCount(event) > 0;
}

/** Whether a stream's writable side is idle, so that an end can be made directly. */
function canEndDirectly(stream, chunk, encoding, callback) {
  const state = stream._writableState;
  return (
    callback === undefined &&
    state.length === 0 &&
    !state.ending &&
    !state.destroyed &&
    state.corked === 0 &&
    !state.needDrain &&
    !state.errored &&
    (typeof chunk === 'string'
      ? chunk.length > 0 && (encoding === undefined || encoding === 'utf8')
      : chunk instanceof Uint8Array && chunk.length > 0 && typeof encoding !== 'function')
  );
}

/** What `end(chunk)` does before the chunk is written. */
function beginEnd(stream, length) {
  const state = stream._writableState;
  state.length = length;
  state.ending = true;
  state.ended = true;
}

function emitFinish(stream) {
  const state = stream._writableState;
  state.length = 0;
  state.finalCalled = true;
  state.prefinished = true;
  if (isHeard(stream, 'prefinish')) stream.emit('prefinish');
  state.finished = true;
  stream.emit('finish');
}

/**
 * What happens once the chunk is written, if an end was made directly: 'finish', in the context of
 * who ended the stream.
 * @param {import('./stream-state.js').StreamState} state
 */
function completeEnd(stream, state) {
  if (!state.endsDirectly) return;
  state.endsDirectly = false;
  const { endContext } = state;
  state.endContext = undefined;
  if (endContext === undefined) emitFinish(stream);
  else endContext.runInAsyncScope(emitFinish, undefined, stream);
}

/** Ends the writable side of a stream that nobody has seen yet: there is nothing to send. */
function endUnheard(stream) {
  const state = stream._writableState;
  state.ending = true;
  state.ended = true;
  state.finalCalled = true;
  state.prefinished = true;
  state.finished = true;
}

/**
 * Whether a server's stream is a request without a body whose end nobody waits for.
 * @param {import('./stream-state.js').StreamState} state
 */
function canSkipEnd(stream, { endAfterHeaders, didRead }) {
  return (
    endAfterHeaders &&
    !didRead &&
    stream.readableFlowing === null &&
    !isHeard(stream, 'end') &&
    !isHeard(stream, 'readable')
  );
}

/** Ends a stream that nobody has begun to read, and reads it to its end. */
function dump(stream) {
  if (stream._eventsCount > 0) {
    stream.push(null);
    stream.resume();
    return;
  }
  skipEnd(stream);
  stream._readableState.flowing = true;
}

/** Does what reading an empty body to its end does, but for the event, which nobody hears. */
function skipEnd(stream) {
  const state = stream._readableState;
  state.ended = true;
  state.endEmitted = true;
}

module.exports = {
  canEndDirectly,
  beginEnd,
  completeEnd,
  endUnheard,
  canSkipEnd,
  dump,
  isHeard,
  skipEnd,
};
