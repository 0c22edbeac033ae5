'use strict';

/**
 * What a session does when the engine or the transport tells it something. The methods become part
 * of Http2Session; client and server sessions add what is theirs.
 */

const { setImmediate } = require('node:timers');
const behavior = require('./behavior.js');
const transport = require('./transport.js');
const { debugSession } = require('./diagnostics.js');
const { remoteCustomIds } = require('./options.js');
const { LINGER } = require('./closing.js');
const { NghttpError, codes } = require('./errors.js');
const {
  kAcks,
  kAddOwnStream,
  kAddPeerStream,
  kEndSession,
  kFindStream,
  kGoawayCode,
  kGoawayLastStreamID,
  kId,
  kLocalSettings,
  kLoseTransport,
  kMaybeDestroy,
  kOnAltsvc,
  kOnClosed,
  kOnData,
  kOnEnd,
  kOnGoaway,
  kOnHeaders,
  kOnNewStream,
  kOnNotSent,
  kOnOrigin,
  kOnPing,
  kOnPingAck,
  kOnPriority,
  kOnSessionError,
  kOnSettings,
  kOnSettingsAck,
  kOnStreamClosed,
  kOnStreamData,
  kOnStreamEnd,
  kOnStreamHeaders,
  kOnTransportClose,
  kOnTransportEnd,
  kOnTransportError,
  kOpen,
  kOptions,
  kPendingRequests,
  kRemoteSettings,
  kReplaced,
  kSayGoodbye,
  kSocket,
  kStreams,
  kUnsentCode,
  kUpdateTimer,
} = require('./symbols.js');
const {
  NGHTTP2_FRAME_SIZE_ERROR,
  NGHTTP2_INTERNAL_ERROR,
  NGHTTP2_NO_ERROR,
} = require('./constants.js');

/** The engine's codes for what ended its session beyond repair (nghttp2's fatal band). */
const FATAL_BAND = -900;
const ERR_FRAME_SIZE = -522;
const ERR_PROTOCOL = -505;
/** nghttp2's for a callback that gave up: here, on too many invalid frames. */
const ERR_CALLBACK_FAILURE = -902;
const ERR_FLOODED = -904;

/** How a failure of the engine's session is told; 0: by its GOAWAY only. */
const GENERAL = 1;
const SPECIFIC = 2;
const ALWAYS = 3;
const INTERNAL = 4;

/** Who closed a stream, as the engine tells: we asked for it. */
const BY_APPLICATION = 3;

/** Destroys a session that was closed, if nothing of it is left. */
function maybeDestroy(session) {
  session[kMaybeDestroy]();
}

/** Keeps a stream whose slot another has, until its last event is heard. */
function keepReplaced(session, stream) {
  session[kReplaced] ??= new Map();
  session[kReplaced].set(stream[kId], stream);
}

/** Closes a session whose peer says goodbye; not before what else the peer has sent is heard. */
function leave(session) {
  if (session.closed) return;
  session[kSayGoodbye]();
  setImmediate(maybeDestroy, session);
}

/** A peer that said goodbye may drop the connection; so may one that we want nothing more of. */
function mayBeDropped(session) {
  const isIdle = session[kOpen].size === 0 && session[kPendingRequests].size === 0;
  return session[kGoawayCode] === NGHTTP2_NO_ERROR || (session.closed && isIdle);
}

const engineEvents = {
  [kFindStream](slot, id) {
    const stream = this[kStreams][slot];
    return stream !== undefined && stream[kId] === id ? stream : this[kReplaced]?.get(id);
  },

  /**
   * Takes in a stream that we opened. If an older one has its slot, the engine is done with that
   * one, and its last events are still to be heard.
   */
  [kAddOwnStream](stream, slot) {
    const older = this[kStreams][slot];
    this[kStreams][slot] = stream;
    if (older !== undefined) keepReplaced(this, older);
    this[kOpen].add(stream);
  },

  /**
   * Takes in a stream that the peer opened. If one has its slot, that was opened in the meantime,
   * and the engine is done with this one.
   */
  [kAddPeerStream](stream, slot) {
    if (this[kStreams][slot] === undefined) this[kStreams][slot] = stream;
    else keepReplaced(this, stream);
    this[kOpen].add(stream);
  },

  [kOnHeaders](slot, id, kind, flags, parent, headers, rawHeaders) {
    this[kUpdateTimer]();
    const stream = this[kFindStream](slot, id);
    if (stream === undefined)
      this[kOnNewStream](slot, id, kind, flags, parent, headers, rawHeaders);
    else if (!stream.destroyed) this[kOnStreamHeaders](stream, kind, flags, headers, rawHeaders);
  },

  [kOnData](slot, id, chunk) {
    this[kFindStream](slot, id)?.[kOnStreamData](chunk);
  },

  [kOnEnd](slot, id) {
    const stream = this[kFindStream](slot, id);
    if (stream !== undefined && !stream.destroyed) stream[kOnStreamEnd]();
  },

  [kOnClosed](slot, id, code, by) {
    const stream = this[kFindStream](slot, id);
    if (stream === undefined) return;
    if (this[kStreams][slot] === stream) this[kStreams][slot] = undefined;
    else this[kReplaced].delete(id);
    stream[kOnStreamClosed](code, by !== BY_APPLICATION);
  },

  [kOnSettings](entries) {
    debugSession(this, 'settings received');
    this[kUpdateTimer]();
    this[kRemoteSettings].apply(entries, remoteCustomIds(this[kOptions]));
    if (this.listenerCount('remoteSettings') > 0) this.emit('remoteSettings', this.remoteSettings);
  },

  [kOnSettingsAck]() {
    debugSession(this, 'settings acknowledged');
    this[kUpdateTimer]();
    const acknowledged = this[kAcks].takeSettings();
    if (acknowledged === undefined) return;
    this[kLocalSettings].apply(acknowledged.entries);
    if (acknowledged.isHeard) {
      acknowledged.settle(null, this.localSettings, acknowledged.elapsed());
    } else {
      acknowledged.settle();
    }
    if (this.listenerCount('localSettings') > 0) this.emit('localSettings', this.localSettings);
  },

  [kOnPing](payload) {
    this[kUpdateTimer]();
    this.emit('ping', payload);
  },

  [kOnPingAck](payload) {
    this[kUpdateTimer]();
    const ping = this[kAcks].takePing();
    if (ping === undefined) {
      // Node answers an ACK that nobody asked for like any other breach of the protocol.
      this[kOnSessionError](ERR_PROTOCOL, NGHTTP2_INTERNAL_ERROR, INTERNAL);
      return;
    }
    ping.settle(null, this[kAcks].pingRTT, payload);
  },

  [kOnGoaway](code, lastStreamID, opaqueData) {
    if (this.destroyed) return;
    debugSession(this, 'goaway received, code %d, last stream %d', code, lastStreamID);
    this[kGoawayCode] = code;
    this[kGoawayLastStreamID] = lastStreamID;
    this.emit('goaway', code, lastStreamID, opaqueData);
    if (this.destroyed) return;
    if (code === NGHTTP2_NO_ERROR) leave(this);
    // The peer may still be writing: it is heard out, so that its own end is no reset.
    else this[kEndSession](NGHTTP2_NO_ERROR, new codes.ERR_HTTP2_SESSION_ERROR(code), LINGER);
  },

  [kOnAltsvc]() {},

  [kOnOrigin]() {},

  [kOnPriority](id, parent, weight, exclusive) {
    if (this.destroyed || behavior.prioritySignalsRemoved) return;
    this[kUpdateTimer]();
    // The signal may come before its stream.
    const stream = this[kStreams].find((each) => each?.[kId] === id);
    if (stream === undefined || !stream.emit('priority', id, parent, weight, exclusive)) {
      this.emit('priority', id, parent, weight, exclusive);
    }
  },

  /** A frame that could not be sent. */
  [kOnNotSent](frameType, id, slot, libraryCode) {
    debugSession(this, 'frame of type %d not sent on stream %d', frameType, id);
    const code = libraryCode === ERR_FRAME_SIZE ? NGHTTP2_FRAME_SIZE_ERROR : NGHTTP2_INTERNAL_ERROR;
    const stream = slot >= 0 ? this[kFindStream](slot, id) : undefined;
    const emitter = stream ?? this;
    emitter[kUpdateTimer]();
    emitter.emit('frameError', frameType, code, id);
    stream?.close(this[kUnsentCode](code));
    this.close();
  },

  /** What a stream closes with whose frame could not be sent. */
  [kUnsentCode](code) {
    return code;
  },

  /**
   * The engine ended its session: the peer broke the protocol, or it failed.
   * @param {number} libraryCode Negative; NghttpError knows the texts.
   * @param {number} code For the GOAWAY, which the engine has queued.
   * @param {number} reporting Silent (0), GENERAL, SPECIFIC, ALWAYS or INTERNAL: how Node's users
   *   learn of it; the releases that report next to nothing still report what is ALWAYS, and those
   *   that say what it was do not of what is INTERNAL.
   */
  [kOnSessionError](libraryCode, code, reporting) {
    if (this.destroyed) return;
    debugSession(this, 'protocol error, code %d', code);
    if (libraryCode === ERR_CALLBACK_FAILURE) {
      const error = new NghttpError(libraryCode, 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES');
      // Without lingering: Node has the peer's writes fail soon (test-http2-max-invalid-frames).
      this.destroy(error);
      return;
    }
    const { violations } = behavior;
    const told =
      libraryCode < FATAL_BAND ||
      reporting >= ALWAYS ||
      (reporting === GENERAL && violations === 'internal-reported');
    const isSpecific = violations === 'specific-reported' && libraryCode > FATAL_BAND;
    if (isSpecific && reporting !== INTERNAL) {
      // With the engine's debug text.
      transport.flushLast(this);
      this[kEndSession](code, new NghttpError(libraryCode), LINGER);
    } else if (reporting === SPECIFIC) {
      this[kEndSession](code, new NghttpError(libraryCode), LINGER);
    } else if (told) {
      const error = new NghttpError(libraryCode);
      // Who floods is not read any further.
      const linger = libraryCode === ERR_FLOODED ? 0 : LINGER;
      this[kEndSession](NGHTTP2_INTERNAL_ERROR, error, linger);
    } else {
      // The GOAWAY says why; nothing more is read, and the streams end as on a lost connection.
      transport.flushLast(this);
      this[kLoseTransport](false);
    }
  },

  [kOnTransportError](error) {
    if (this.destroyed) return;
    // A write found the peer gone; what it sent before may still be read, and is the better news.
    if (error.code === 'EPIPE') this[kLoseTransport](false);
    else if (error.code === 'ECONNRESET' && mayBeDropped(this)) this.destroy();
    else this.destroy(error);
  },

  [kOnTransportEnd]() {},

  [kOnTransportClose]() {
    this[kLoseTransport](!this[kSocket]?.readableEnded);
  },
};

/** Makes the methods part of a class. @param {Function} Session */
function installEngineEvents(Session) {
  const descriptors = Object.getOwnPropertyDescriptors(engineEvents);
  for (const key of Reflect.ownKeys(descriptors)) descriptors[key].enumerable = false;
  Object.defineProperties(Session.prototype, descriptors);
}

module.exports = { installEngineEvents, maybeDestroy };
