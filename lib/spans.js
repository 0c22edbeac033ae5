'use strict';

/**
 * Octets to be encrypted, in order, where they lie: `buffers`, and in `words` for each stretch the
 * buffer, its place in it and its length. No view is made of a stretch.
 */

/** Words in front: how many stretches there are, octets of them to pass over, where output begins. */
const HEADER = 3;
const STRETCH = 3;
const INITIAL = 1024;

class Spans {
  #count = 0;

  constructor() {
    this.buffers = [];
    this.words = new Int32Array(HEADER + STRETCH * INITIAL);
    /** Octets in all. */
    this.length = 0;
  }

  /** Adds a stretch of a buffer. */
  add(buffer, start, length) {
    if (length === 0) return;
    let at = HEADER + STRETCH * this.#count;
    if (at === this.words.length) this.#grow();
    this.words[at++] = this.#indexOf(buffer);
    this.words[at++] = start;
    this.words[at] = length;
    this.#count += 1;
    this.length += length;
  }

  /** Mostly it is one of the latest: heads and bodies take turns. */
  #indexOf(buffer) {
    const { buffers } = this;
    const last = buffers.length - 1;
    if (last >= 0 && buffers[last] === buffer) return last;
    if (last >= 1 && buffers[last - 1] === buffer) return last - 1;
    return buffers.push(buffer) - 1;
  }

  #grow() {
    const { words } = this;
    const stretches = (words.length - HEADER) * 2;
    this.words = new Int32Array(HEADER + stretches);
    this.words.set(words);
  }

  /** Tells what to pass over and where the output begins; `words` are then complete. */
  prepare(skip, start) {
    this.words[0] = this.#count;
    this.words[1] = skip;
    this.words[2] = start;
  }

  /** A copy of the octets in one piece. */
  copy() {
    const { words, buffers } = this;
    const views = [];
    for (let i = 0, at = HEADER; i < this.#count; i++, at += STRETCH) {
      views.push(buffers[words[at]].subarray(words[at + 1], words[at + 1] + words[at + 2]));
    }
    return Buffer.concat(views, this.length);
  }

  clear() {
    this.buffers.length = 0;
    this.#count = 0;
    this.length = 0;
  }
}

module.exports = { Spans };
