'use strict';

/** Idle timers of sessions and streams. The object handed in has `kTimeout` and `_onTimeout`. */

const { clearTimeout, setTimeout } = require('node:timers');
const { codes } = require('./errors.js');
const { validateFunction, validateNumber } = require('./validators.js');
const { kTimeout, kUpdateTimer } = require('./symbols.js');

/** Greatest delay of a timer, in ms. */
const TIMEOUT_MAX = 2 ** 31 - 1;

function duration(msecs, name) {
  validateNumber(msecs, name);
  if (msecs < 0 || !Number.isFinite(msecs)) {
    throw new codes.ERR_OUT_OF_RANGE(name, 'a non-negative finite number', msecs);
  }
  if (msecs > TIMEOUT_MAX) {
    process.emitWarning(
      `${msecs} does not fit into a 32-bit signed integer.\nTimer duration was truncated to ${TIMEOUT_MAX}.`,
      'TimeoutOverflowWarning',
    );
    return TIMEOUT_MAX;
  }
  return msecs;
}

function expire(target) {
  target._onTimeout();
}

/** Turns the timer off. */
function clear(target) {
  if (target[kTimeout] === undefined) return;
  clearTimeout(target[kTimeout]);
  target[kTimeout] = undefined;
}

/**
 * Has 'timeout' emitted after `msecs` ms without activity.
 * @param {object} target Session or stream.
 * @param {number} msecs 0 turns the timer off.
 * @param {Function} [callback] Listens once to 'timeout'; removed with 0.
 * @returns {object} target
 */
function set(target, msecs, callback) {
  if (target.destroyed) return target;
  msecs = duration(msecs, 'msecs');
  if (callback !== undefined) validateFunction(callback, 'callback');
  clear(target);
  if (msecs === 0) {
    if (callback !== undefined) target.removeListener('timeout', callback);
    return target;
  }
  target[kTimeout] = setTimeout(expire, msecs, target).unref();
  target[kUpdateTimer]();
  if (callback !== undefined) target.once('timeout', callback);
  return target;
}

module.exports = { set, clear };
