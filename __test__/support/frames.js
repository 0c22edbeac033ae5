'use strict';

// Frames as octets (RFC 9113 §4.1), for peers that do what no client would.

const TYPES = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
};
const NAMES = Object.keys(TYPES);
const HEAD_LENGTH = 9;

/** What a client's connection begins with (RFC 9113 §3.4). */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/**
 * The octets of one frame.
 * @param {keyof TYPES} type
 * @param {{flags?: number, stream?: number, payload?: Buffer, length?: number}} [parts]
 *   `length` is what the head says, where that is not the payload's length
 */
function frame(type, { flags = 0, stream = 0, payload = Buffer.alloc(0), length } = {}) {
  const head = Buffer.alloc(HEAD_LENGTH);
  head.writeUIntBE(length ?? payload.length, 0, 3);
  head[3] = TYPES[type];
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** The frames in a buffer; octets of a frame that is not whole are left out. */
function parseFrames(octets) {
  const frames = [];
  let at = 0;
  while (at + HEAD_LENGTH <= octets.length) {
    const end = at + HEAD_LENGTH + octets.readUIntBE(at, 3);
    if (end > octets.length) break;
    frames.push({
      type: NAMES[octets[at + 3]],
      flags: octets[at + 4],
      stream: octets.readUInt32BE(at + 5),
      payload: octets.subarray(at + HEAD_LENGTH, end),
    });
    at = end;
  }
  return frames;
}

/** The error code of the last GOAWAY among frames; undefined if there is none. */
function goawayCode(frames) {
  return frames.findLast(({ type }) => type === 'GOAWAY')?.payload.readUInt32BE(4);
}

module.exports = { PREFACE, frame, goawayCode, parseFrames };
