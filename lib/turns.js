'use strict';

/**
 * Which events wait until promise jobs have had their turn.
 *
 * One read brings many events, and users await them one after another: 'response', then 'trailers',
 * then 'close'. Each has to find them listening, as if it had come with a callback of its own, which
 * is how Node's http2 tells of each frame. So two events of one stream, and what sessions emit
 * themselves, come in different turns. Events of different streams need none in between.
 */

const { NGHTTP2_SESSION_CLIENT } = require('./constants.js');
const {
  events: op,
  sections: { PUSH, REQUEST },
} = require('./protocol.js');
const { kAcks, kStreams, kType } = require('./symbols.js');

/** Who closed a stream: nobody, both its halves have ended. */
const BY_BOTH_ENDS = 0;

/** Goes up when promise jobs have had their turn. */
let turn = 1;
/** By slot: the turn in which a stream was told of something, and of data. */
let toldOf = new Int32Array(256);
let toldOfData = new Int32Array(256);
/** Whether anything was told of in this turn, and whether by a session itself. */
let told = false;
let toldBySession = false;

function grown(array, slot) {
  const larger = new Int32Array(2 * (slot + 1));
  larger.set(array);
  return larger;
}

/** Promise jobs have had their turn. */
function nextTurn() {
  turn = (turn + 1) | 0;
  told = false;
  toldBySession = false;
}

/** Whether a stream's end can be told of at once: who reads it listens, as in callback style. */
function canEnd(stream) {
  if (stream === undefined) return true;
  return stream.readableFlowing === true && stream.listenerCount('end') > 0;
}

function streamMustWait(ring, at, session) {
  const slot = ring[at + 1];
  if (toldOf[slot] !== turn) return false;
  switch (ring[at]) {
    case op.HEADERS:
      return ring[at + 3] !== REQUEST;
    case op.DATA:
      return toldOfData[slot] === turn || !session?.[kStreams][slot]?.readableFlowing;
    case op.END:
      return !canEnd(session?.[kStreams][slot]);
    default:
      // A stream that a server has closed by answering is no news to it.
      return session?.[kType] === NGHTTP2_SESSION_CLIENT || ring[at + 4] !== BY_BOTH_ENDS;
  }
}

/**
 * Whether the event at `at` has to wait.
 * @param {Int32Array} ring
 * @param {number} at
 * @param {object | undefined} session
 */
function mustWait(ring, at, session) {
  if (!told) return false;
  switch (ring[at]) {
    case op.FRAME:
      return false;
    case op.HEADERS:
      return toldBySession || ring[at + 3] === PUSH || streamMustWait(ring, at, session);
    case op.DATA:
    case op.END:
    case op.CLOSED:
      return toldBySession || streamMustWait(ring, at, session);
    default:
      return true;
  }
}

/** Whether an event of a session's own is heard by nobody, so that nothing can wait for it. */
function isUnheard(kind, session) {
  switch (kind) {
    case op.SETTINGS:
      return session.listenerCount('remoteSettings') === 0;
    case op.SETTINGS_ACK:
      return !session[kAcks].areSettingsHeard && session.listenerCount('localSettings') === 0;
    case op.PING:
      return session.listenerCount('ping') === 0;
    default:
      return false;
  }
}

/**
 * Notes that the event at `at` is told of now.
 * @param {Int32Array} ring
 * @param {number} at
 * @param {object | undefined} session
 */
function note(ring, at, session) {
  const slot = ring[at + 1];
  switch (ring[at]) {
    case op.FRAME:
    case op.CLOSED:
      return;
    case op.HEADERS:
      if (ring[at + 3] === PUSH) toldBySession = true;
      break;
    case op.DATA:
      if (slot >= toldOfData.length) toldOfData = grown(toldOfData, slot);
      toldOfData[slot] = turn;
      break;
    case op.END:
      break;
    default:
      if (session !== undefined && isUnheard(ring[at], session)) return;
      told = true;
      toldBySession = true;
      return;
  }
  told = true;
  if (slot >= toldOf.length) toldOf = grown(toldOf, slot);
  toldOf[slot] = turn;
}

module.exports = { mustWait, nextTurn, note };
