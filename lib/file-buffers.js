'use strict';

/**
 * Memory that files are read into, used again by one response after the other: new memory for each
 * read costs more, in page faults and collections, than the reading.
 */

/** Octets of a buffer: what is read at a time. */
const CHUNK_SIZE = 128 * 1024;
/** Buffers that are kept for later. */
const MAX_FREE = 4;

const free = [];

/** @returns {Buffer} */
function takeBuffer() {
  return free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_SIZE);
}

/** @param {Buffer} buffer One that was taken, and that nobody reads or writes any more. */
function giveBuffer(buffer) {
  if (free.length < MAX_FREE) free.push(buffer);
}

module.exports = { CHUNK_SIZE, giveBuffer, takeBuffer };
