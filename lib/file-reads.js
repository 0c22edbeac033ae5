'use strict';

/**
 * What it takes to read a file piece by piece: memory that is used again, and reads that do without
 * the thread pool.
 */

const fs = require('node:fs');
const { setImmediate } = require('node:timers');
const native = require('./native.js');

/** Octets of a buffer: what is read at a time. */
const CHUNK_SIZE = 128 * 1024;
/**
 * Buffers that are kept for later. New memory for each read costs more, in page faults and
 * collections, than the reading.
 */
const MAX_FREE = 4;
/**
 * Octets that are read on the event loop in one turn of it, some 0.1 ms: sockets and timers are not
 * to wait until all of a file is through.
 */
const SHARE = 1024 * 1024;

const { read } = fs;
const free = [];
/** What is left of this turn's share; it may be overdrawn by one read. */
let share = SHARE;

/**
 * @param {number} size Octets that it takes, `CHUNK_SIZE` at most. Where it is much less, so is what
 *   is allocated: many slow readers may each ask for a little.
 * @returns {Buffer}
 */
function takeBuffer(size) {
  return free.pop() ?? Buffer.allocUnsafeSlow(size > CHUNK_SIZE / 2 ? CHUNK_SIZE : size);
}

/** @param {Buffer} buffer One that was taken, and that nobody reads or writes any more. */
function giveBuffer(buffer) {
  if (free.length < MAX_FREE && buffer.length === CHUNK_SIZE) free.push(buffer);
}

function renewShare() {
  share = SHARE;
}

/** Whether enough was read in this turn of the event loop: the next read is the next turn's. */
function isTurnOver() {
  return share <= 0;
}

/**
 * Reads into the start of a buffer what the system has in memory, which takes no waiting.
 * @param {number} length In octets.
 * @param {number | null} position Null: where the descriptor stands.
 * @returns {number} How many octets; 0: it takes an `fs.read` to know more.
 */
function readHeld(fd, buffer, length, position) {
  // The descriptors of another fs are its own.
  if (fs.read !== read) return 0;
  const count = native.readHeld(fd, buffer, length, position ?? -1);
  // Ahead of those that wait for the next turn from now on.
  if (count > 0 && share === SHARE) setImmediate(renewShare);
  share -= count;
  return count;
}

module.exports = { CHUNK_SIZE, giveBuffer, isTurnOver, readHeld, takeBuffer };
