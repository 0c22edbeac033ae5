'use strict';

/**
 * The arrays shared with the native engine, one set per environment (main thread or worker).
 *
 * Events come up and commands go down through them; see protocol.js for the numbers. The arrays may
 * be replaced by larger ones, so that other modules read them through `shared` at each use.
 */

const native = require('./native.js');
const { HEADER } = require('./protocol.js');

const shared = {
  /** Int32Array: [end, text end, spilled, last made stream id, points, …reserved, events…] */
  events: new Int32Array(1 << 16),
  /** Bytes of the strings in `events`, latin1. */
  text: Buffer.allocUnsafeSlow(1 << 18),
  /** Command words. */
  commands: new Int32Array(1 << 15),
  /** Bytes of the strings in `commands`. */
  data: Buffer.allocUnsafeSlow(1 << 17),
  /** Where the bodies go in what `transmit` wrote: [count, more, wants, (slot, length, position)…] */
  segments: new Int32Array(3 + 3 * 1024),
};
shared.events[0] = HEADER;

const bridge = new native.Bridge(
  shared.events,
  shared.text,
  shared.commands,
  shared.data,
  shared.segments,
);

/** The engine's functions for sessions: each takes the session's handle first. */
const engine = bridge.sessions();

/** Sessions by handle; a free place is undefined. */
const sessions = [];
const free = [];
/** Handles given up while events of their sessions may still lie in the ring. */
const parked = [];

/** Gives a session its place; events name it by the number returned. */
function register(session) {
  const handle = free.length > 0 ? free.pop() : sessions.length;
  sessions[handle] = session;
  return handle;
}

function unregister(handle) {
  sessions[handle] = undefined;
  parked.push(handle);
}

/** The ring was read to its end: no event names a parked handle any more. */
function recycle() {
  while (parked.length > 0) free.push(parked.pop());
}

/** Makes room for a command of that size, after everything queued was applied. */
function growCommands(words, bytes) {
  if (words > shared.commands.length) shared.commands = new Int32Array(words * 2);
  if (bytes > shared.data.length) shared.data = Buffer.allocUnsafeSlow(bytes * 2);
  bridge.resizeCommands(shared.commands, shared.data);
}

/**
 * Brings events that did not fit into the ring, once it was read to its end.
 * @returns {boolean} whether there were any.
 */
function refill() {
  const { events } = shared;
  if (events[2] === 0) return false;
  const [words, bytes] = bridge.spilled();
  if (words > events.length || bytes > shared.text.length) {
    if (words > events.length) shared.events = new Int32Array(words * 2);
    if (bytes > shared.text.length) shared.text = Buffer.allocUnsafeSlow(bytes * 2);
    shared.events[0] = HEADER;
    shared.events[2] = 1;
    bridge.resize(shared.events, shared.text);
  }
  bridge.refill();
  return true;
}

module.exports = {
  bridge,
  engine,
  shared,
  sessions,
  register,
  unregister,
  recycle,
  growCommands,
  refill,
};
