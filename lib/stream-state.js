'use strict';

/**
 * What an Http2Stream knows of itself besides the state of its Duplex. An object of its own with
 * named fields: as symbols on the stream they would each cost an allocation.
 */
class StreamState {
  // Life
  /** Place in the session's list of open streams. */
  place = -1;
  closed = false;
  rstCode = 0;
  /** Whether RST_STREAM was asked for. */
  resetGiven = false;
  aborted = false;
  /** Whether the server promised the stream. */
  pushed = false;

  // Headers
  headersSent = false;
  headRequest = false;
  /** Whether the peer's header block ended its half. */
  endAfterHeaders = false;
  /** An object; or, of a response, a function of none that makes it (see sent-headers). */
  sentHeaders = undefined;
  sentInfoHeaders = undefined;
  sentTrailers = undefined;
  waitForTrailers = false;
  trailersReady = false;

  // The readable side
  /** Whether anybody ever asked for data. */
  didRead = false;
  /** Whether data is passed on as it arrives. */
  reading = false;
  /** Whether the peer has ended its half. */
  ended = false;
  /** Client: whether some of the response's content has come. */
  contentBegun = false;
  /** Whether the peer's body lacks its end: no 'end' may tell otherwise. */
  cut = false;
  /** Octets passed on and not given back to the peer's window. */
  unread = 0;
  /** Chunks that arrived while nobody was reading. */
  held = undefined;

  // The writable side
  /** Whether the body does not come through the Duplex: it is a file's. */
  piped = false;
  /** Whether the engine knows of the end. */
  endQueued = false;
  /** Whether the end was made past the Duplex (see stream-shortcuts.js). */
  endsDirectly = false;
  /** Where 'finish' is heard then, if anybody listened. */
  endContext = undefined;
  /** Octets of the body that were left when the idle timer went off last. */
  leftAtTimeout = 0;

  /** What waits for the stream's id. */
  waiting = undefined;

  /** Nothing more comes from the peer. */
  noteLoss() {
    if (this.contentBegun && !this.ended) this.cut = true;
  }

  /** This side gave the transport up: a body that is not complete is no surprise. */
  forgiveLoss() {
    this.contentBegun = false;
  }

  /** Puts an operation off until the stream has its id. */
  whenReady(operation) {
    this.waiting ??= [];
    this.waiting.push(operation);
  }

  runReady() {
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting !== undefined) for (const operation of waiting) operation();
  }
}

module.exports = { StreamState };
