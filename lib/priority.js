'use strict';

/**
 * Priority signals (RFC 7540 §5.3). RFC 9113 §5.3.2 has made them obsolete: newer Nodes only warn of
 * them.
 */

const behavior = require('./behavior.js');
const commands = require('./commands.js');
const { codes } = require('./errors.js');
const { schedule } = require('./transport.js');
const { kId, kSession, kUpdateTimer } = require('./symbols.js');
const { validateBoolean, validateNumber, validateObject } = require('./validators.js');

const DEFAULT_WEIGHT = 16;
const MAX_WEIGHT = 256;

/**
 * Makes a function that warns once of what has no effect any more.
 * @param {string} message
 */
function warning(message) {
  let warned = false;
  return () => {
    if (warned) return;
    warned = true;
    process.emitWarning(message, 'DeprecationWarning', 'DEP0194');
  };
}

const warnOfWeight = warning('Priority signaling has been deprecated as of RFC 9113.');
const warnOfMethod = warning(
  'http2Stream.priority is longer supported after priority signalling was deprecated in RFC 9113',
);

/** Checks what `request` and `priority` take. */
function checkPriority({ weight, parent, exclusive, silent }) {
  if (weight !== undefined) {
    if (behavior.prioritySignalsRemoved) warnOfWeight();
    else validateNumber(weight, 'options.weight');
  }
  if (parent !== undefined) validateNumber(parent, 'options.parent', 0);
  if (exclusive !== undefined) validateBoolean(exclusive, 'options.exclusive');
  if (silent !== undefined) validateBoolean(silent, 'options.silent');
}

/**
 * The signal that options mean.
 * @returns {{parent: number, weight: number, exclusive: boolean}} weight: 1 to 256.
 */
function signalOf({ weight = DEFAULT_WEIGHT, parent = 0, exclusive = false }) {
  return { parent, weight: Math.min(Math.max(weight | 0, 1), MAX_WEIGHT), exclusive };
}

/**
 * The signal that goes with a request; none if it says nothing new.
 * @returns {{parent: number, weight: number, exclusive: boolean} | undefined}
 */
function requestSignal(options) {
  if (behavior.prioritySignalsRemoved) return undefined;
  const signal = signalOf(options);
  const isDefault = signal.parent === 0 && signal.weight === DEFAULT_WEIGHT && !signal.exclusive;
  return isDefault ? undefined : signal;
}

/** Sends what `priority` was given; a silent signal, and one that means itself, goes nowhere. */
function signal(stream, options) {
  const session = stream[kSession];
  if (stream.destroyed || session.destroyed) return;
  if (options.silent || options.parent === stream[kId]) return;
  stream[kUpdateTimer]();
  commands.priority(session, stream[kId], signalOf(options));
  schedule(session);
}

/** Signals a stream's priority, once it has its id; on newer Nodes it only warns. */
function changePriority(stream, options) {
  if (behavior.prioritySignalsRemoved) warnOfMethod();
  if (stream.destroyed) throw new codes.ERR_HTTP2_INVALID_STREAM();
  if (behavior.prioritySignalsRemoved) return;
  validateObject(options, 'options');
  checkPriority(options);
  const given = { ...options };
  if (stream.pending) stream.once('ready', () => signal(stream, given));
  else signal(stream, given);
}

module.exports = { changePriority, checkPriority, requestSignal };
