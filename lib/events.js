'use strict';

/**
 * The way up: reads the events the engine wrote and calls the session they belong to. Sessions are
 * found by handle; what an event means is theirs to know.
 */

const {
  HEADER,
  INBOUND_STRINGS,
  SENSITIVE,
  events: op,
  sections: kinds,
} = require('./protocol.js');
const { shared, sessions, recycle, refill } = require('./bridge.js');
const { publishFrame } = require('./frames.js');
const { addReceived, sensitiveHeaders, setReceived } = require('./headers.js');
const {
  kContext,
  kOnHeaders,
  kOnData,
  kOnEnd,
  kOnClosed,
  kOnSettings,
  kOnSettingsAck,
  kOnPing,
  kOnPingAck,
  kOnGoaway,
  kOnAltsvc,
  kOnOrigin,
  kOnPriority,
  kOnNotSent,
  kOnSessionError,
  kStrictSingle,
} = require('./symbols.js');
const { SectionMemo } = require('./section-memo.js');
const { mustWait, nextTurn, note } = require('./turns.js');

/**
 * Inbound strings by the id the engine gave them. It is full from the start: ids come in any order,
 * and V8 makes an array with wide gaps a hash table.
 */
const strings = new Array(INBOUND_STRINGS).fill('');
/** Counts the strings that ids came to mean. */
let definitions = 0;
/** By id: the field section that the string was last a name in, or that defined it. */
const sections = new Int32Array(INBOUND_STRINGS);
/** Number of the field section read last; wraps. */
let section = 0;

let ring = shared.events;
let at = HEADER;
let textAt = 0;
/** Handle of the session that the events are for. */
let current = 0;

/** By kind: the section read before. A response and its trailers, say, come in turn. */
const memos = Object.values(kinds).map(() => new SectionMemo());

/** The field section read last. */
let headers;
let rawHeaders;

function readString(word) {
  if (word >= 0) return strings[word];
  const start = textAt;
  textAt += ~word;
  const string = shared.text.latin1Slice(start, textAt);
  const id = ring[at++];
  if (id >= 0) {
    strings[id] = string;
    definitions += 1;
    sections[id] = section;
  }
  return string;
}

/** Whether that word is a name that the section has not had, for certain. */
function isFirst(word) {
  if (word < 0 || sections[word] === section) return false;
  sections[word] = section;
  return true;
}

/** A header object without fields. */
function emptyHeaders() {
  // An object that loses its prototype while it is empty stays fast, to write and to read; what
  // `{ __proto__: null }` makes is a hash table.
  const empty = Object.setPrototypeOf({}, null);
  empty[sensitiveHeaders] = [];
  return empty;
}

function readFields(count) {
  headers = emptyHeaders();
  rawHeaders = [];
  const strict = sessions[current]?.[kStrictSingle];
  section = (section + 1) | 0;
  for (let i = 0; i < count; i++) {
    let word = ring[at++];
    const mark = (word < 0 ? ~word : word) & SENSITIVE;
    // Both forms keep the mark in the same bit, inverted in the second.
    if (mark !== 0) word ^= SENSITIVE;
    const first = isFirst(word);
    const name = readString(word);
    const value = readString(ring[at++]);
    rawHeaders.push(name, value);
    if (mark !== 0) headers[sensitiveHeaders].push(name);
    if (first) setReceived(headers, name, value);
    else addReceived(headers, name, value, strict);
  }
}

/** Reads a section of that kind. */
function readSection(kind, count) {
  const memo = memos[kind];
  const again = memo.is(ring, at, count, definitions);
  if (again && memo.kept) {
    headers = emptyHeaders();
    rawHeaders = memo.repeat(headers);
    at += 2 * count;
    return;
  }
  const start = at;
  readFields(count);
  if (again) memo.keep(headers, rawHeaders);
  else memo.note(ring, start, at, count, definitions);
}

function readBytes(length) {
  const start = textAt;
  textAt += length;
  return Buffer.from(shared.text.subarray(start, textAt));
}

function readLatin1(length) {
  const start = textAt;
  textAt += length;
  return shared.text.latin1Slice(start, textAt);
}

function onHeaders() {
  const target = sessions[current];
  const slot = ring[at];
  const id = ring[at + 1];
  const kind = ring[at + 2];
  const flags = ring[at + 3];
  const parent = ring[at + 4];
  const count = ring[at + 5];
  at += 6;
  readSection(kind, count);
  if (target !== undefined) target[kOnHeaders](slot, id, kind, flags, parent, headers, rawHeaders);
}

function onData(chunk) {
  const target = sessions[current];
  const slot = ring[at];
  const id = ring[at + 1];
  const offset = ring[at + 2];
  const length = ring[at + 3];
  at += 5;
  if (target === undefined) return;
  target[kOnData](slot, id, chunk.subarray(offset, offset + length));
}

function onSettings() {
  const target = sessions[current];
  const count = ring[at++];
  const entries = [];
  for (let i = 0; i < count; i++) {
    entries.push(ring[at], ring[at + 1] >>> 0);
    at += 2;
  }
  target?.[kOnSettings](entries);
}

function readPing() {
  const payload = Buffer.alloc(8);
  payload.writeInt32BE(ring[at], 0);
  payload.writeInt32BE(ring[at + 1], 4);
  at += 2;
  return payload;
}

function onGoaway() {
  const target = sessions[current];
  const code = ring[at] >>> 0;
  const lastStreamId = ring[at + 1];
  const length = ring[at + 2];
  at += 3;
  const opaqueData = length > 0 ? readBytes(length) : undefined;
  target?.[kOnGoaway](code, lastStreamId, opaqueData);
}

function onAltsvc() {
  const target = sessions[current];
  const id = ring[at];
  const origin = readLatin1(ring[at + 1]);
  const value = readLatin1(ring[at + 2]);
  at += 3;
  target?.[kOnAltsvc](id, origin, value);
}

function onOrigin() {
  const target = sessions[current];
  const count = ring[at++];
  const origins = [];
  for (let i = 0; i < count; i++) origins.push(readLatin1(ring[at++]));
  target?.[kOnOrigin](origins);
}

function onFrame() {
  const head = ring.slice(at, at + 5);
  const a = ring[at + 5];
  const b = ring[at + 6];
  const count = ring[at + 7];
  const length = ring[at + 8];
  at += 9;
  if (count >= 0) readFields(count);
  const [section, raw] = count >= 0 ? [headers, rawHeaders] : [];
  const octets = readBytes(length);
  const target = sessions[current];
  if (target !== undefined) publishFrame(target, head, a, b, octets, section, raw);
}

/** Reads one event; `at` and `textAt` are behind it before any code of a user runs. */
// eslint-disable-next-line max-lines-per-function -- one case for each event
function dispatchOne(chunk) {
  switch (ring[at++]) {
    case op.HEADERS:
      onHeaders();
      break;
    case op.DATA:
      onData(chunk);
      break;
    case op.END:
      at += 2;
      sessions[current]?.[kOnEnd](ring[at - 2], ring[at - 1]);
      break;
    case op.CLOSED:
      at += 4;
      sessions[current]?.[kOnClosed](ring[at - 4], ring[at - 3], ring[at - 2] >>> 0, ring[at - 1]);
      break;
    case op.SETTINGS:
      onSettings();
      break;
    case op.SETTINGS_ACK:
      at += 1;
      sessions[current]?.[kOnSettingsAck]();
      break;
    case op.PING:
      sessions[current]?.[kOnPing](readPing());
      break;
    case op.PING_ACK:
      sessions[current]?.[kOnPingAck](readPing());
      break;
    case op.GOAWAY:
      onGoaway();
      break;
    case op.ALTSVC:
      onAltsvc();
      break;
    case op.ORIGIN:
      onOrigin();
      break;
    case op.PRIORITY:
      at += 4;
      sessions[current]?.[kOnPriority](
        ring[at - 4],
        ring[at - 3],
        ring[at - 2],
        ring[at - 1] !== 0,
      );
      break;
    case op.NOT_SENT:
      at += 4;
      sessions[current]?.[kOnNotSent](ring[at - 4], ring[at - 3], ring[at - 2], ring[at - 1]);
      break;
    case op.SESSION_ERROR:
      at += 3;
      sessions[current]?.[kOnSessionError](ring[at - 3], ring[at - 2] >>> 0, ring[at - 1]);
      break;
    case op.UNKNOWN:
      at += 4;
      break;
    case op.FRAME:
      onFrame();
      break;
    case op.PRIORITY_UPDATE:
    case op.INVALID_FRAME:
      at += 2;
      break;
  }
}

/**
 * Reads what the ring holds of the current session.
 * @param {Buffer} chunk
 * @returns {boolean} false: promise jobs have their turn first
 */
function tell(chunk) {
  while (at < ring[0] && ring[at] !== op.SESSION) {
    if (mustWait(ring, at, sessions[current])) {
      nextTurn();
      return false;
    }
    note(ring, at, sessions[current]);
    dispatchOne(chunk);
  }
  return true;
}

/**
 * Reads the ring to its end. If a listener throws, the next call goes on behind that event.
 * @param {Buffer} chunk What `receive` was given: DATA events point into it.
 * @returns {boolean} false: between two events whose listeners may await the first, to be called
 *   again when the promise jobs are done
 */
function dispatch(chunk) {
  do {
    ring = shared.events;
    while (at < ring[0]) {
      if (ring[at] === op.SESSION) {
        current = ring[at + 1];
        at += 2;
      }
      const context = sessions[current]?.[kContext];
      const told = context === undefined ? tell(chunk) : context.runInAsyncScope(tell, null, chunk);
      if (!told) return false;
    }
    at = HEADER;
    textAt = 0;
    ring[0] = HEADER;
    ring[1] = 0;
  } while (refill());
  recycle();
  return true;
}

module.exports = { dispatch };
