'use strict';

/**
 * The diagnostics channel `rust-http2.frame`: every frame that a session sends and receives. The
 * engine tells of frames only while the channel has subscribers.
 */

const { channel } = require('node:diagnostics_channel');
const { bridge } = require('./bridge.js');

/**
 * @typedef {object} FrameMessage
 * @property {object} session The Http2Session.
 * @property {'sent' | 'received'} direction
 * @property {number} type The frame's type, as RFC 9113 §6 numbers them.
 * @property {string | undefined} name The type's name, if the engine knows it.
 * @property {number} stream The stream's id; 0 for the connection.
 * @property {number} flags
 * @property {number} length Octets of payload.
 * @property {object} [headers] The section that a field block says, with the frame that ends it.
 * @property {string[]} [rawHeaders]
 */

const frameChannel = channel('rust-http2.frame');

const NAMES = {
  0x0: 'DATA',
  0x1: 'HEADERS',
  0x2: 'PRIORITY',
  0x3: 'RST_STREAM',
  0x4: 'SETTINGS',
  0x5: 'PUSH_PROMISE',
  0x6: 'PING',
  0x7: 'GOAWAY',
  0x8: 'WINDOW_UPDATE',
  0x9: 'CONTINUATION',
  0xa: 'ALTSVC',
  0xc: 'ORIGIN',
  0x10: 'PRIORITY_UPDATE',
};
const PRIORITY_FLAG = 0x20;
const ACK = 0x1;

let watching = false;

/** Has the engine tell of frames if somebody listens; to be called before the engine is entered. */
function watchFrames() {
  if (frameChannel.hasSubscribers === watching) return;
  watching = !watching;
  bridge.watchFrames(watching);
}

function priority(parent, signal) {
  return { parent, weight: signal & 0xffff, exclusive: signal >> 16 === 1 };
}

/** Pairs of identifier and value, in the order of the wire. */
function settings(octets) {
  const entries = [];
  for (let at = 0; at < octets.length; at += 6) {
    entries.push([octets.readUInt16BE(at), octets.readUInt32BE(at + 2)]);
  }
  return entries;
}

/** What the payload says, by type: `a`, `b` and the octets are the FRAME event's. */
const DETAILS = {
  HEADERS: (a, b, _, flags) => (flags & PRIORITY_FLAG ? { priority: priority(a, b) } : undefined),
  PRIORITY: (a, b) => ({ priority: priority(a, b) }),
  RST_STREAM: (a) => ({ errorCode: a >>> 0 }),
  SETTINGS: (_a, _b, octets, flags) => (flags & ACK ? undefined : { settings: settings(octets) }),
  PUSH_PROMISE: (a) => ({ promisedStream: a }),
  PING: (_a, _b, octets) => ({ payload: octets }),
  GOAWAY: (a, b, octets) => ({ errorCode: a >>> 0, lastStream: b, debugData: octets }),
  WINDOW_UPDATE: (a) => ({ increment: a }),
  ALTSVC: (a, _, octets) => ({
    origin: octets.latin1Slice(0, a),
    value: octets.latin1Slice(a),
  }),
  ORIGIN: (_a, _b, octets) => ({ origins: octets.latin1Slice().split(' ') }),
  PRIORITY_UPDATE: (a, _, octets) => ({ prioritizedStream: a, value: octets.latin1Slice() }),
};

/**
 * Publishes a frame.
 * @param {object} session
 * @param {[number, number, number, number, number]} head Direction, type, flags, stream, length.
 * @param {number} a
 * @param {number} b
 * @param {Buffer} octets
 * @param {object} [headers]
 * @param {string[]} [rawHeaders]
 */
function publishFrame(session, head, a, b, octets, headers, rawHeaders) {
  if (!frameChannel.hasSubscribers) return;
  const [direction, type, flags, stream, length] = head;
  const name = NAMES[type];
  frameChannel.publish({
    session,
    direction: direction === 0 ? 'sent' : 'received',
    type,
    name,
    stream,
    flags,
    length,
    ...DETAILS[name]?.(a, b, octets, flags),
    ...(headers && { headers, rawHeaders }),
  });
}

module.exports = { publishFrame, watchFrames };
