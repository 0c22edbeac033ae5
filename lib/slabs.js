'use strict';

/** Buffers that output is written into, used again when the sockets are done with them. */

/** A buffer of a pool. */
class Slab {
  #pool;

  /** @param {SlabPool} pool */
  constructor(pool, size) {
    this.#pool = pool;
    this.buffer = Buffer.allocUnsafeSlow(size);
    /** Octets that are given away. */
    this.used = 0;
    /** Writes that are not done. */
    this.pending = 0;
    this.done = () => {
      this.pending -= 1;
      if (this.pending === 0) this.#pool.release(this);
    };
  }
}

class SlabPool {
  #size;
  #reserve;
  #most;
  #free = [];
  #current;

  /**
   * @param {{size: number, reserve?: number, most: number}} bounds In octets: of a slab, and what
   *   has to be free in one to go on with it unless `current` is told; and how many slabs are kept
   *   for later.
   */
  constructor({ size, reserve = 0, most }) {
    this.#size = size;
    this.#reserve = reserve;
    this.#most = most;
    this.#current = new Slab(this, size);
  }

  /**
   * The slab to go on with.
   * @param {number} [wanted] Octets that are to be free in it, unless it is empty.
   */
  current(wanted = this.#reserve) {
    const { used } = this.#current;
    if (used > 0 && used + wanted > this.#size) {
      this.#current = this.#free.pop() ?? new Slab(this, this.#size);
    }
    return this.#current;
  }

  release(slab) {
    slab.used = 0;
    if (slab !== this.#current && this.#free.length < this.#most) this.#free.push(slab);
  }
}

module.exports = { SlabPool };
