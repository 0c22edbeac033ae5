'use strict';

const { kState } = require('./symbols.js');

/** The streams of a session that are not destroyed. Each knows its place, so that nothing is hashed. */
class OpenStreams {
  #streams = [];

  get size() {
    return this.#streams.length;
  }

  add(stream) {
    stream[kState].place = this.#streams.push(stream) - 1;
  }

  /** Takes a stream out; the last takes its place. */
  delete(stream) {
    const { place } = stream[kState];
    const last = this.#streams.pop();
    if (last === stream) return;
    this.#streams[place] = last;
    last[kState].place = place;
  }

  /** A copy, since what is done to a stream may take it out. */
  toArray() {
    return this.#streams.slice();
  }

  some(test) {
    return this.#streams.some(test);
  }
}

module.exports = { OpenStreams };
