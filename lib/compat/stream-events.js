'use strict';

/**
 * What a stream's request and response hear of it. They share one set of listeners, named functions
 * that find both through symbols, so that a stream costs no closures. The request hears first.
 */

const { kOnAborted, kOnClose, kRequest, kResponse } = require('../symbols.js');

/** Set on a stream that has the listeners. */
const kWatched = Symbol('watched');

// Frameworks that know HTTP/1.1 only put other prototypes under requests and responses, which then
// do without these methods (express 5 on a server of HTTP/2, for one).

// An error belongs to the stream: requests and responses only see 'close'.
function onError() {}

function onAborted() {
  this[kRequest]?.[kOnAborted]?.();
}

function onTimeout() {
  this[kRequest]?.emit('timeout');
  this[kResponse]?.emit('timeout');
}

function onClose() {
  this[kRequest]?.[kOnClose]?.();
  this[kResponse]?.[kOnClose]?.();
}

/**
 * Makes a stream tell its request and response of its end.
 * @param {object} stream Has them under kRequest and kResponse.
 */
function watch(stream) {
  if (stream[kWatched]) return;
  stream[kWatched] = true;
  stream.on('error', onError);
  stream.on('aborted', onAborted);
  stream.on('close', onClose);
  stream.on('timeout', onTimeout);
}

module.exports = { watch };
