'use strict';

/**
 * Writes to transports that are under way, and the write callbacks of streams, which are called when
 * the last octets of a body are out.
 */

const { Queue } = require('./queue.js');
const { kAfterFinish } = require('./symbols.js');

// It is not to stand still while a user's tests have replaced this.
const { nextTick } = process;

const MAX_FREE = 64;

/** Bodies that were taken whole; the callbacks of their writes are due. */
const taken = new Queue();
/** Streams that are about to emit 'finish', of the writes that are being called back. */
const finished = new Queue();

let finishing = false;
let callingBack = false;

/**
 * One write to a transport, and the bodies whose last octets are in it: their writers may use the
 * memory again, and write on, when the transport is done with it.
 */
class Flight {
  constructor() {
    this.slab = undefined;
    this.bodies = new Queue();
    this.done = () => {
      const due = this.bodies.length > 0;
      this.arrive();
      if (due) finishWrites();
    };
  }

  /** The write is over. */
  arrive() {
    this.slab?.done();
    this.slab = undefined;
    this.land();
    if (free.length < MAX_FREE) free.push(this);
  }

  /** The transport has the octets: the callbacks are due. */
  land() {
    const { bodies } = this;
    while (bodies.length > 0) taken.push(bodies.shift());
  }
}

const free = [];
/** The next write's. */
let flight = new Flight();

/** A body ends in the write that comes now. */
function board(body) {
  flight.bodies.push(body);
}

/**
 * The flight of the write that comes now, if a body ends in it.
 * @param {Slab} [from] What the write is out of.
 * @returns {Flight | undefined}
 */
function depart(from) {
  if (flight.bodies.length === 0) return undefined;
  const departing = flight;
  departing.slab = from;
  flight = free.pop() ?? new Flight();
  return departing;
}

/** There is no write to wait for: the callbacks are due. */
function arrive() {
  flight.land();
}

/**
 * Calls the write callbacks of streams, on a tick of its own: what the engine had to say of the
 * same frames (that a stream is closed, say) is heard first, as with Node's http2.
 */
function finishWrites() {
  finishing = false;
  callingBack = true;
  let completed = false;
  try {
    while (taken.length > 0) taken.shift().finish();
    completed = true;
  } finally {
    callingBack = false;
    if (!completed) finishSoon();
    // Streams emit 'finish' on the ticks that the callbacks have queued; this one is behind them.
    if (finished.length > 0) nextTick(checkFinished);
  }
}

function checkFinished() {
  while (finished.length > 0) checkOne(finished.shift());
}

function checkOne(stream) {
  stream[kAfterFinish]();
}

/** Has a stream look, once it has emitted 'finish', whether it can be destroyed. */
function afterFinish(stream) {
  if (callingBack) finished.push(stream);
  // A tick of its own: other streams' 'finish' is on later ones.
  else nextTick(checkOne, stream);
}

/** Has the callbacks that are due called on the next tick. */
function finishSoon() {
  if (finishing || taken.length === 0) return;
  finishing = true;
  nextTick(finishWrites);
}

module.exports = { afterFinish, arrive, board, depart, finishSoon, finishWrites };
