'use strict';

/**
 * The way down: commands are written as words and bytes into arrays shared with the native engine
 * and run there in one call. All commands that wait belong to one session.
 */

const { commands: op, SENSITIVE } = require('./protocol.js');
const { bridge, engine, shared, growCommands } = require('./bridge.js');
const { watchFrames } = require('./frames.js');
const { kHandle } = require('./symbols.js');

/** The native table of outbound strings: ids are ours, and start anew when it is full. */
const MAX_STRINGS = 4096;
const MAX_STRING_LENGTH = 64;
const stringIds = new Map();
/** Counts how often the table started anew: ids of an older generation are void. */
let generation = 0;

/** A loop over the characters beats a call of latin1Write up to about this length. */
const SHORT_STRING = 32;

let words = shared.commands;
let bytes = shared.data;
let used = 0;
let usedBytes = 0;
let owner = null;

/**
 * Runs what waits.
 * @returns {number} what the last command returned; negative: a library code.
 */
function apply() {
  if (used === 0) return 0;
  const count = used;
  used = 0;
  usedBytes = 0;
  const handle = owner[kHandle];
  // A session that has ended is not to be kept from being collected.
  owner = null;
  if (handle !== undefined) {
    watchFrames();
    return engine.apply(handle, count);
  }
  // The strings that these commands define count for the other sessions.
  bridge.discard(count);
  return 0;
}

/** Runs what waits for that session. */
function applyFor(session) {
  if (owner === session) apply();
}

/**
 * Leaves it to the caller to run what waits for that session, which has a handle.
 * @returns {number} its words
 */
function takeFor(session) {
  if (owner !== session) return 0;
  const count = used;
  used = 0;
  usedBytes = 0;
  owner = null;
  return count;
}

/** Makes room for a command of that session, at most so many words and bytes long. */
function reserve(session, wordCount, byteCount) {
  if (owner !== session) apply();
  owner = session;
  if (used + wordCount <= words.length && usedBytes + byteCount <= bytes.length) return;
  apply();
  owner = session;
  if (wordCount > words.length || byteCount > bytes.length) {
    growCommands(wordCount, byteCount);
    words = shared.commands;
    bytes = shared.data;
  }
}

function putLatin1(string) {
  const { length } = string;
  if (length < SHORT_STRING) {
    for (let i = 0; i < length; i++) bytes[usedBytes + i] = string.charCodeAt(i);
  } else {
    bytes.latin1Write(string, usedBytes, length);
  }
  usedBytes += length;
}

function putBytes(source) {
  bytes.set(source, usedBytes);
  usedBytes += source.byteLength;
}

/** A string as bytes, not remembered. */
function putLiteral(string, mark) {
  words[used++] = ~(string.length | mark);
  words[used++] = -1;
  putLatin1(string);
}

/**
 * A string that may come again: the first time as bytes with an id, then as the id.
 * @returns {number} the id; -1: it has none
 */
function putKnown(string, mark) {
  let id = stringIds.get(string);
  if (id !== undefined) {
    words[used++] = id | mark;
    return id;
  }
  id = stringIds.size;
  if (id === MAX_STRINGS) {
    putLiteral(string, mark);
    return -1;
  }
  stringIds.set(string, id);
  words[used++] = ~(string.length | mark);
  words[used++] = id;
  putLatin1(string);
  return id;
}

/** @returns {number} the id; -1: it has none */
function putName(name, mark) {
  if (!name.known) {
    putLiteral(name.lower, mark);
    return -1;
  }
  if (name.generation === generation) {
    words[used++] = name.id | mark;
    return name.id;
  }
  name.id = putKnown(name.lower, mark);
  if (name.id >= 0) name.generation = generation;
  return name.id;
}

/** @returns {number} the id; -1: it has none */
function putValue(name, value) {
  if (!name.volatile && value.length <= MAX_STRING_LENGTH) return putKnown(value, 0);
  putLiteral(value, 0);
  return -1;
}

/**
 * Writes a field list.
 * @param {import('./field-list.js').FieldList} fields
 */
function putFields(fields) {
  const { names, values, count, sensitive, ids } = fields;
  words[used++] = count;
  // The table starts anew between blocks only: within one, no id may change its meaning.
  if (stringIds.size + 2 * count > MAX_STRINGS) {
    stringIds.clear();
    generation += 1;
  }
  const standing = fields.generation === generation && sensitive === undefined;
  for (let i = 0; i < count; i++) {
    if (standing && ids[2 * i + 1] >= 0) {
      words[used++] = ids[2 * i];
      words[used++] = ids[2 * i + 1];
    } else if (sensitive !== undefined && sensitive.has(names[i].lower)) {
      putName(names[i], SENSITIVE);
      putLiteral(values[i], 0);
      fields.forgetIds(i);
    } else {
      const nameId = putName(names[i], 0);
      const valueId = putValue(names[i], values[i]);
      ids[2 * i] = nameId;
      // Only with the name's is it of use.
      ids[2 * i + 1] = nameId < 0 ? -1 : valueId;
    }
  }
  fields.generation = generation;
}

/** Flags of REQUEST. */
const END_STREAM = 1;
const PRIORITY = 0x20;

/**
 * @param {{parent: number, weight: number, exclusive: boolean}} [priority] A signal (RFC 7540 §5.3).
 * @returns {number} slot of the new stream; negative: a library code
 */
function request(session, fields, endStream, priority) {
  reserve(session, 6 + fields.count * 4, fields.size);
  words[used++] = op.REQUEST;
  words[used++] = (endStream ? END_STREAM : 0) | (priority === undefined ? 0 : PRIORITY);
  if (priority !== undefined) putPriority(priority);
  putFields(fields);
  return apply();
}

function putPriority({ parent, weight, exclusive }) {
  words[used++] = parent | 0;
  words[used++] = weight | 0;
  words[used++] = exclusive ? 1 : 0;
}

/** Sends a priority signal. */
function priority(session, id, signal) {
  reserve(session, 5, 0);
  words[used++] = op.PRIORITY;
  words[used++] = id;
  putPriority(signal);
}

/** @returns {number} slot of the promised stream; negative: a library code */
function push(session, slot, id, fields) {
  reserve(session, 4 + fields.count * 4, fields.size);
  words[used++] = op.PUSH;
  words[used++] = slot;
  words[used++] = id;
  putFields(fields);
  return apply();
}

/** Id of the stream that the last `request` or `push` made. */
function lastStreamId() {
  return shared.events[3];
}

function respond(session, slot, id, fields, endStream) {
  reserve(session, 5 + fields.count * 4, fields.size);
  words[used++] = op.RESPOND;
  words[used++] = slot;
  words[used++] = id;
  words[used++] = endStream ? 1 : 0;
  putFields(fields);
}

function inform(session, slot, id, fields) {
  reserve(session, 4 + fields.count * 4, fields.size);
  words[used++] = op.INFORM;
  words[used++] = slot;
  words[used++] = id;
  putFields(fields);
}

function trailers(session, slot, id, fields) {
  reserve(session, 4 + fields.count * 4, fields.size);
  words[used++] = op.TRAILERS;
  words[used++] = slot;
  words[used++] = id;
  putFields(fields);
}

/** Announces `length` octets of body; the bytes stay here until `transmit` asks for them. */
function data(session, slot, id, length, end) {
  reserve(session, 5, 0);
  words[used] = op.DATA;
  words[used + 1] = slot;
  words[used + 2] = id;
  words[used + 3] = length;
  words[used + 4] = end ? 1 : 0;
  used += 5;
}

function reset(session, slot, id, code) {
  reserve(session, 4, 0);
  words[used++] = op.RESET;
  words[used++] = slot;
  words[used++] = id;
  words[used++] = code | 0;
}

/** Gives the peer `length` octets of stream window back. */
function consume(session, slot, id, length) {
  reserve(session, 4, 0);
  words[used] = op.CONSUME;
  words[used + 1] = slot;
  words[used + 2] = id;
  words[used + 3] = length;
  used += 4;
}

/** @param {Buffer} payload 8 octets */
function ping(session, payload) {
  reserve(session, 3, 0);
  words[used++] = op.PING;
  words[used++] = payload.readInt32BE(0);
  words[used++] = payload.readInt32BE(4);
  return apply();
}

/** @param {number[]} entries id, value, id, value… */
function settings(session, entries) {
  reserve(session, 2 + entries.length, 0);
  words[used++] = op.SETTINGS;
  words[used++] = entries.length / 2;
  for (let i = 0; i < entries.length; i++) words[used++] = entries[i] | 0;
  return apply();
}

/** @param {number} lastStreamId -1: the last one processed */
function goaway(session, code, lastStreamID, opaqueData) {
  const length = opaqueData === undefined ? 0 : opaqueData.byteLength;
  reserve(session, 4, length);
  words[used++] = op.GOAWAY;
  words[used++] = code | 0;
  words[used++] = lastStreamID;
  words[used++] = length;
  if (length > 0) putBytes(opaqueData);
}

function altsvc(session, id, origin, value) {
  reserve(session, 4, origin.length + value.length);
  words[used++] = op.ALTSVC;
  words[used++] = id;
  words[used++] = origin.length;
  words[used++] = value.length;
  putLatin1(origin);
  putLatin1(value);
}

function origin(session, origins) {
  let length = 0;
  for (const entry of origins) length += entry.length;
  reserve(session, 2 + origins.length, length);
  words[used++] = op.ORIGIN;
  words[used++] = origins.length;
  for (const entry of origins) words[used++] = entry.length;
  for (const entry of origins) putLatin1(entry);
}

/** Receive window of the whole session, in octets. */
function localWindow(session, size) {
  reserve(session, 2, 0);
  words[used++] = op.WINDOW;
  words[used++] = size;
  return apply();
}

function nextStreamId(session, id) {
  reserve(session, 2, 0);
  words[used++] = op.NEXT_ID;
  words[used++] = id | 0;
  return apply();
}

/** Streams that may be open before the peer's SETTINGS say how many. */
function peerStreams(session, count) {
  reserve(session, 2, 0);
  words[used++] = op.PEER_STREAMS;
  words[used++] = count | 0;
}

/** GOAWAY with that code; the session reads nothing more. */
function terminate(session, code) {
  reserve(session, 2, 0);
  words[used++] = op.TERMINATE;
  words[used++] = code | 0;
}

module.exports = {
  applyFor,
  takeFor,
  request,
  push,
  lastStreamId,
  respond,
  inform,
  trailers,
  data,
  reset,
  consume,
  ping,
  settings,
  goaway,
  altsvc,
  origin,
  localWindow,
  nextStreamId,
  peerStreams,
  priority,
  terminate,
};
