'use strict';

/** The engine's figures behind `session.state` and `stream.state`, in octets and stream ids. */

const commands = require('./commands.js');
const { kHandle, kId, kSlot } = require('./symbols.js');

const figures = new Float64Array(16);

/** @param {object} session Its handle is found under kHandle. */
function sessionFigures(session) {
  commands.applyFor(session);
  session[kHandle].state(figures);
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

/** @param {object} session @param {object} stream One that the engine knows. */
function streamFigures(session, stream) {
  commands.applyFor(session);
  session[kHandle].streamState(stream[kSlot], stream[kId], figures);
  return {
    state: figures[0],
    weight: figures[1],
    sumDependencyWeight: figures[2],
    localClose: figures[3],
    remoteClose: figures[4],
    localWindowSize: figures[5],
  };
}

module.exports = { sessionFigures, streamFigures };
