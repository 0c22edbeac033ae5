'use strict';

/**
 * First in, first out. `Array.prototype.shift` moves what is left, which shows from some hundred
 * items on.
 */
class Queue {
  constructor() {
    this.items = [];
    /** Place of the first item. */
    this.first = 0;
  }

  get length() {
    return this.items.length - this.first;
  }

  push(item) {
    this.items.push(item);
  }

  /** Takes the first item out; there must be one. */
  shift() {
    const { items, first } = this;
    const item = items[first];
    if (first + 1 === items.length) {
      this.items = [];
      this.first = 0;
    } else {
      items[first] = undefined;
      this.first = first + 1;
    }
    return item;
  }
}

module.exports = { Queue };
