'use strict';

/**
 * A field section that comes again, as that of who asks for the same again does: its header object
 * and flat array are made of what they were made of before.
 */

/** Fields of the largest section that is known again. */
const MAX_FIELDS = 64;

class SectionMemo {
  constructor() {
    /** The ids that it was read by, as many as that. */
    this.words = new Int32Array(2 * MAX_FIELDS);
    this.length = 0;
    /** How many strings were defined when it was read. */
    this.definitions = 0;
    /** Whether what follows is known: from the second time on, as most sections come once. */
    this.kept = false;
    /** Whether it cannot be. */
    this.refused = false;
    this.names = [];
    this.values = [];
    this.rawHeaders = [];
  }

  /** Whether the section is that of the ids at `at`, which mean what they meant. */
  is(ring, at, count, definitions) {
    if (2 * count !== this.length || definitions !== this.definitions) return false;
    const { words, length } = this;
    for (let i = 0; i < length; i++) if (words[i] !== ring[at + i]) return false;
    return true;
  }

  /** Takes note of a section by the words between `start` and `end`, if they are ids alone. */
  note(ring, start, end, count, definitions) {
    this.kept = false;
    this.refused = false;
    this.definitions = definitions;
    this.length = end - start === 2 * count && count <= MAX_FIELDS ? 2 * count : 0;
    for (let i = 0; i < this.length; i++) this.words[i] = ring[start + i];
  }

  /** Keeps what the section noted was read to, if each field has a name of its own. */
  keep(headers, rawHeaders) {
    if (this.refused) return;
    this.names = Object.keys(headers);
    this.values = Object.values(headers);
    // Whoever gets an array may change it.
    this.refused = this.names.length !== this.length / 2 || this.values.some(Array.isArray);
    if (this.refused) return;
    this.rawHeaders = rawHeaders.slice();
    this.kept = true;
  }

  /**
   * Puts the fields kept into a header object that has none.
   * @returns {string[]} the flat array
   */
  repeat(headers) {
    const { names, values } = this;
    for (let i = 0; i < names.length; i++) headers[names[i]] = values[i];
    return this.rawHeaders.slice();
  }
}

module.exports = { SectionMemo };
