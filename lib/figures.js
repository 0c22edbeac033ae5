'use strict';

/** The engine's figures: behind `session.state` and `stream.state`, and what it counts. */

const commands = require('./commands.js');
const { engine } = require('./bridge.js');
const { NGHTTP2_STREAM_STATE_IDLE } = require('./constants.js');
const { kHandle, kId, kSlot } = require('./symbols.js');

const figures = new Float64Array(16);

/** @param {object} session Its handle is found under kHandle. */
function sessionFigures(session) {
  commands.applyFor(session);
  engine.state(session[kHandle], figures);
  return {
    effectiveLocalWindowSize: figures[0],
    effectiveRecvDataLength: figures[1],
    nextStreamID: figures[2],
    localWindowSize: figures[3],
    lastProcStreamID: figures[4],
    remoteWindowSize: figures[5],
    outboundQueueSize: figures[6],
    deflateDynamicTableSize: figures[7],
    inflateDynamicTableSize: figures[8],
  };
}

/**
 * @param {object} session
 * @param {object} stream One that the engine knows no more is idle and zero, as with Node's http2.
 */
function streamFigures(session, stream) {
  commands.applyFor(session);
  const slot = stream[kSlot];
  const handle = session[kHandle];
  const known = slot >= 0 && handle !== undefined;
  if (!known || !engine.streamState(handle, slot, stream[kId], figures)) {
    figures.fill(0);
    figures[0] = NGHTTP2_STREAM_STATE_IDLE;
  }
  return {
    state: figures[0],
    weight: figures[1],
    sumDependencyWeight: figures[2],
    localClose: figures[3],
    remoteClose: figures[4],
    localWindowSize: figures[5],
  };
}

/**
 * What a session has counted since it began.
 * @param {object} session Its handle is found under kHandle.
 */
function sessionStats(session) {
  engine.stats(session[kHandle], figures);
  return {
    framesReceived: figures[0],
    framesSent: figures[1],
    bytesRead: figures[2],
    bytesWritten: figures[3],
    streamCount: figures[4],
    maxConcurrentStreams: figures[5],
  };
}

module.exports = { sessionFigures, sessionStats, streamFigures };
