'use strict';

/**
 * What PerformanceObserver is told of sessions and streams when they have ended. A session that
 * begins while nobody observes is as it was; one that is observed has its figures taken by methods
 * of its own in front of those of its class.
 */

const { OutgoingBody } = require('./body.js');
const { sessionStats } = require('./figures.js');
const { isObserved, noticeObservers, queueEntry } = require('./performance-queue.js');
const { NGHTTP2_SESSION_SERVER } = require('./constants.js');
const {
  kAcks,
  kAddOwnStream,
  kAddPeerStream,
  kBody,
  kCloseEngine,
  kFindStream,
  kOnData,
  kOnHeaders,
  kStreamDestroyed,
  kType,
} = require('./symbols.js');

const kRecord = Symbol('performanceRecord');

noticeObservers();

/** Has a function called, with the arguments, before a method of an object. */
function before(object, key, listener) {
  const method = object[key];
  Object.defineProperty(object, key, {
    value(...args) {
      listener(...args);
      return Reflect.apply(method, this, args);
    },
    configurable: true,
    writable: true,
  });
}

/** The figures of a stream: octets of bodies, and ms from its beginning. */
class StreamRecord {
  startTime = performance.now();
  detail = {
    bytesRead: 0,
    bytesWritten: 0,
    id: 0,
    timeToFirstByte: 0,
    timeToFirstByteSent: 0,
    timeToFirstHeader: 0,
  };

  /** Milliseconds since the stream began. */
  get elapsed() {
    return performance.now() - this.startTime;
  }

  /** Something happens that only its first time counts of. */
  note(name) {
    if (this.detail[name] === 0) this.detail[name] = this.elapsed;
  }

  /** The body that counts what is sent of it. */
  body() {
    const body = new OutgoingBody();
    const count = (length) => {
      this.note('timeToFirstByteSent');
      this.detail.bytesWritten += length;
    };
    before(body, 'copy', (target, position, length) => count(length));
    before(body, 'list', (into, length) => count(length));
    return body;
  }
}

/** Takes the figures of a session and its streams. */
class SessionRecord {
  #startTime = performance.now();
  #session;
  #ended = 0;
  #durations = 0;

  constructor(session) {
    this.#session = session;
    before(session, kAddOwnStream, (stream) => this.#begin(stream));
    before(session, kAddPeerStream, (stream) => this.#begin(stream).note('timeToFirstHeader'));
    before(session, kOnHeaders, (slot, id) => this.#find(slot, id)?.note('timeToFirstHeader'));
    before(session, kOnData, (slot, id, chunk) => this.#read(slot, id, chunk));
    before(session, kStreamDestroyed, (stream) => this.#endStream(stream));
    before(session, kCloseEngine, () => this.#end());
  }

  #begin(stream) {
    const record = new StreamRecord();
    stream[kRecord] = record;
    stream[kBody] ??= record.body();
    return record;
  }

  #find(slot, id) {
    return this.#session[kFindStream](slot, id)?.[kRecord];
  }

  #read(slot, id, chunk) {
    const record = this.#find(slot, id);
    if (record === undefined) return;
    record.note('timeToFirstByte');
    record.detail.bytesRead += chunk.length;
  }

  #endStream(stream) {
    const record = stream[kRecord];
    if (record === undefined) return;
    const { elapsed, startTime, detail } = record;
    this.#ended += 1;
    this.#durations += elapsed;
    detail.id = stream.id;
    queueEntry('Http2Stream', startTime, elapsed, detail);
  }

  #end() {
    const session = this.#session;
    const { bytesWritten, bytesRead, streamCount, ...counted } = sessionStats(session);
    queueEntry('Http2Session', this.#startTime, performance.now() - this.#startTime, {
      bytesWritten,
      bytesRead,
      ...counted,
      pingRTT: session[kAcks].pingRTT,
      streamAverageDuration: this.#ended === 0 ? 0 : this.#durations / this.#ended,
      streamCount,
      type: session[kType] === NGHTTP2_SESSION_SERVER ? 'server' : 'client',
    });
  }
}

/** Takes the figures of a session that begins, if somebody observes. */
function observeSession(session) {
  if (isObserved()) new SessionRecord(session);
}

module.exports = { observeSession };
