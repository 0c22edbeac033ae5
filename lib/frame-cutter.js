'use strict';

/**
 * The pieces in which output is handed to a transport that is no socket, as with Node's http2: each
 * frame by itself, of DATA the head, the pad length, the body and the padding by themselves. Such a
 * transport may be somebody's own Duplex that looks at what it is given.
 */

/** RFC 9113 §3.4: what a client begins with. */
const PREFACE_LENGTH = 24;
const HEAD_LENGTH = 9;
const DATA = 0;
const FLAG_PADDED = 8;

class FrameCutter {
  /** Octets that are left of the piece under way. */
  #left;
  /** Lengths of the pieces behind it, as far as they are known. */
  #ahead = [];
  /** The beginning of a head whose rest is not drawn yet. */
  #partial;

  /** @param {boolean} isClient */
  constructor(isClient) {
    this.#left = isClient ? PREFACE_LENGTH : 0;
  }

  /**
   * @param {Buffer[]} output What comes next on the wire.
   * @returns {Buffer[]}
   */
  cut(output) {
    const pieces = [];
    for (let octets of output) {
      if (this.#partial !== undefined) {
        octets = Buffer.concat([this.#partial, octets]);
        this.#partial = undefined;
      }
      this.#cutOne(octets, pieces);
    }
    return pieces;
  }

  #cutOne(octets, pieces) {
    let at = 0;
    while (at < octets.length) {
      if (this.#left === 0 && !this.#advance(octets, at)) {
        this.#partial = Buffer.from(octets.subarray(at));
        return;
      }
      const end = Math.min(at + this.#left, octets.length);
      pieces.push(octets.subarray(at, end));
      this.#left -= end - at;
      at = end;
    }
  }

  /** Finds out how long the next piece is; false if its head is not complete. */
  #advance(octets, at) {
    if (this.#ahead.length > 0) {
      this.#left = this.#ahead.shift();
      return true;
    }
    if (octets.length - at < HEAD_LENGTH) return false;
    const length = octets.readUIntBE(at, 3);
    const isData = octets[at + 3] === DATA;
    this.#left = isData ? HEAD_LENGTH : HEAD_LENGTH + length;
    if (!isData) return true;
    if ((octets[at + 4] & FLAG_PADDED) === 0) {
      if (length > 0) this.#ahead.push(length);
      return true;
    }
    // The engine never parts a pad length from its head.
    const padding = octets[at + HEAD_LENGTH];
    this.#ahead.push(...[1, length - 1 - padding, padding].filter((n) => n > 0));
    return true;
  }
}

module.exports = { FrameCutter };
