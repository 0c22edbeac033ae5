'use strict';

/**
 * A sequence that its seed repeats.
 * @param {number} seed An integer.
 */
function sequence(seed) {
  let state = seed >>> 0;
  /** The next integer below `limit`. */
  function random(limit) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  }
  const pick = (list) => list[random(list.length)];
  return { random, pick };
}

module.exports = { sequence };
