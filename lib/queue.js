'use strict';

/** Room that is kept by a queue that has run empty. */
const MAX_KEPT = 64;

/**
 * First in, first out. `Array.prototype.shift` moves what is left, which shows from some hundred
 * items on; and an array that is new, or shortened, costs more than a queue's item.
 */
class Queue {
  #items = [];
  /** Places of the first item, and behind the last. */
  #first = 0;
  #end = 0;

  get length() {
    return this.#end - this.#first;
  }

  push(item) {
    this.#items[this.#end++] = item;
  }

  /** Takes the first item out; there must be one. */
  shift() {
    const item = this.#items[this.#first];
    this.#items[this.#first++] = undefined;
    if (this.#first === this.#end) {
      this.#first = 0;
      this.#end = 0;
      if (this.#items.length > MAX_KEPT) this.#items = [];
    }
    return item;
  }
}

module.exports = { Queue };
