'use strict';

/** Octets to be written, in order, each stretch as a buffer of its own: a view, not a copy. */
class Pieces {
  constructor() {
    /** @type {Buffer[]} */
    this.buffers = [];
  }

  /** Adds a stretch of a buffer. */
  add(buffer, start, length) {
    if (length === 0) return;
    const whole = length === buffer.length;
    this.buffers.push(whole ? buffer : buffer.subarray(start, start + length));
  }

  /** Takes out what was added. */
  take() {
    const { buffers } = this;
    this.buffers = [];
    return buffers;
  }
}

module.exports = { Pieces };
