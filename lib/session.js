'use strict';

/**
 * Http2Session: what client and server sessions share. The protocol's state lives in the engine;
 * here are the events, the settings and pings that wait for their acknowledgement, and the two ways
 * a session ends: gracefully (`close`) and at once (`destroy`).
 */

const { EventEmitter } = require('node:events');
const { inspect } = require('node:util');
const { setImmediate } = require('node:timers');
const behavior = require('./behavior.js');
const commands = require('./commands.js');
const timeouts = require('./timeouts.js');
const transport = require('./transport.js');
const { Context } = require('./async-context.js');
const { LINGER, closeTransport } = require('./closing.js');
const { engine, register, unregister } = require('./bridge.js');
const { sessionFigures, streamFigures } = require('./figures.js');
const { SettingsState, toEntries, validateSettings } = require('./settings.js');
const { configOf } = require('./session-config.js');
const { OpenStreams } = require('./open-streams.js');
const { observeSession } = require('./performance-entries.js');
const { SessionAcks, pingOctets, validatePingPayload } = require('./session-acks.js');
const { installEngineEvents, maybeDestroy } = require('./session-events.js');
const { sessionSocket } = require('./socket-proxy.js');
const { NghttpError, codes } = require('./errors.js');
const {
  validateFunction,
  validateInt32,
  validateNumber,
  validateObject,
} = require('./validators.js');
const {
  kAcks,
  kAlpnProtocol,
  kBlocked,
  kBody,
  kCloseEngine,
  kContext,
  kCutter,
  kDirty,
  kEncrypted,
  kEndSession,
  kGoawayCode,
  kGoawayLastStreamID,
  kHandle,
  kLocalSettings,
  kLoseTransport,
  kMaybeDestroy,
  kOnSessionOver,
  kOpen,
  kOptions,
  kOwnOrigin,
  kPendingRequests,
  kProxySocket,
  kRemoteSettings,
  kReplaced,
  kSayGoodbye,
  kSessionCode,
  kSlot,
  kSmallReads,
  kSocket,
  kState,
  kStreamDestroyed,
  kStreamState,
  kStreams,
  kStrictSingle,
  kTimeout,
  kType,
  kUpdateTimer,
  kWhenConnected,
} = require('./symbols.js');
const {
  NGHTTP2_CANCEL,
  NGHTTP2_INTERNAL_ERROR,
  NGHTTP2_NO_ERROR,
  NGHTTP2_SESSION_CLIENT,
  NGHTTP2_SESSION_SERVER,
} = require('./constants.js');

/** Marks a transport that has, or had, a session. */
const kSocketBound = Symbol('socketBound');

/** What servers request. */
const NO_REQUESTS = new Set();

/** An HTTP/2 session over a socket or any other Duplex. */
class Http2Session extends EventEmitter {
  #closed = false;
  #destroyed = false;
  /** Whether it ends for want of a transport: what streams have received whole may still be read. */
  #lost = false;
  #destroyCode = NGHTTP2_NO_ERROR;
  #progress = 0;
  /** What waits for the connection. */
  #early;

  /**
   * @param {object} options Normalised (options.js).
   * @param {number} type NGHTTP2_SESSION_SERVER or NGHTTP2_SESSION_CLIENT.
   * @param {import('node:stream').Duplex} socket
   */
  constructor(options, type, socket) {
    super();
    if (socket[kSocketBound]) throw new codes.ERR_HTTP2_SOCKET_BOUND();
    socket[kSocketBound] = true;
    this[kType] = type;
    this[kOptions] = options;
    this[kSocket] = socket;
    this[kProxySocket] = undefined;
    this[kHandle] = undefined;
    /** Where its events run; from the connection on. */
    this[kContext] = undefined;
    /** Streams the engine knows, by slot. */
    this[kStreams] = [];
    /** Streams by id that another has the slot of before all their events were heard. */
    this[kReplaced] = undefined;
    this[kOpen] = new OpenStreams();
    /** Requests made before the session was connected. */
    this[kPendingRequests] = type === NGHTTP2_SESSION_CLIENT ? new Set() : NO_REQUESTS;
    this[kAcks] = new SessionAcks();
    this[kGoawayCode] = null;
    this[kGoawayLastStreamID] = null;
    this[kDirty] = false;
    this[kCutter] = undefined;
    this[kBlocked] = false;
    this[kSmallReads] = 0;
    this[kTimeout] = undefined;
    this[kLocalSettings] = undefined;
    this[kRemoteSettings] = undefined;
    this[kStrictSingle] = options.strictSingleValueFields !== false;
    this[kAlpnProtocol] = undefined;
    this[kEncrypted] = undefined;

    transport.attach(this, socket);
    if (typeof socket.disableRenegotiation === 'function') socket.disableRenegotiation();
    if (typeof socket.setNoDelay === 'function') socket.setNoDelay();

    if (socket.connecting || socket.secureConnecting) {
      const event = 'secureConnecting' in socket ? 'secureConnect' : 'connect';
      socket.once(event, () => this.#start());
    } else {
      this.#start();
    }
  }

  #start() {
    const socket = this[kSocket];
    if (this.destroyed) return;
    this[kEncrypted] = !!socket.encrypted;
    this[kAlpnProtocol] = socket.encrypted ? socket.alpnProtocol : 'h2c';
    this[kContext] = new Context('HTTP2SESSION');
    const config = configOf(this[kType], this[kOptions]);
    const handle = register(this);
    engine.open(handle, config.native);
    this[kHandle] = handle;
    observeSession(this);
    if (this[kType] === NGHTTP2_SESSION_CLIENT) {
      transport.holdRequests(this, socket, config.peerStreams);
    }
    this[kLocalSettings] = new SettingsState();
    this[kRemoteSettings] = new SettingsState();
    // The engine begins with SETTINGS of its own accord.
    this.#expectAck(config.settings);
    transport.start(this, socket);
    process.nextTick(() => this.#emitConnect(socket));
  }

  // Properties ---------------------------------------------------------------------------------

  /** Whether the transport is TLS; undefined before it is connected. */
  get encrypted() {
    return this[kEncrypted];
  }

  /** 'h2c' on plain transports, else what ALPN chose; undefined before it is connected. */
  get alpnProtocol() {
    return this[kAlpnProtocol];
  }

  /** Origins the session may be used for (RFC 8336), on TLS. */
  get originSet() {
    if (!this[kEncrypted] || this.destroyed) return undefined;
    return [this[kOwnOrigin]()];
  }

  /** The origin that the transport leads to (RFC 8336 §2.3). */
  [kOwnOrigin]() {
    const { servername, remoteFamily, remoteAddress, remotePort } = this[kSocket];
    const host = servername || (remoteFamily === 'IPv6' ? `[${remoteAddress}]` : remoteAddress);
    return new URL(`https://${host}${remotePort == null ? '' : `:${remotePort}`}`).origin;
  }

  get connecting() {
    const socket = this[kSocket];
    return this[kHandle] === undefined && !this.destroyed && socket !== undefined;
  }

  /** Whether the session ends gracefully: no new streams are made, by either side. */
  get closed() {
    return this.#closed;
  }

  get destroyed() {
    return this.#destroyed;
  }

  /** The transport, behind a proxy that refuses what would break the session. */
  get socket() {
    if (this[kSocket] === undefined) return undefined;
    this[kProxySocket] ??= sessionSocket(this);
    return this[kProxySocket];
  }

  /** NGHTTP2_SESSION_SERVER or NGHTTP2_SESSION_CLIENT. */
  get type() {
    return this[kType];
  }

  /** Code of the GOAWAY received; 0 before. */
  get goawayCode() {
    return this[kGoawayCode] ?? NGHTTP2_NO_ERROR;
  }

  get goawayLastStreamID() {
    return this[kGoawayLastStreamID] ?? 0;
  }

  /** Whether the peer has settings to acknowledge. */
  get pendingSettingsAck() {
    return this[kAcks].settingsPending;
  }

  /** Figures of the protocol, in octets and stream ids; empty before connect and after destroy. */
  get state() {
    if (this.connecting || this.destroyed || this[kHandle] === undefined) return {};
    return sessionFigures(this);
  }

  [kStreamState](stream) {
    return streamFigures(this, stream);
  }

  /** The settings of this side that the peer has acknowledged. */
  get localSettings() {
    if (this[kHandle] === undefined) return {};
    return this[kLocalSettings].toObject();
  }

  /** The settings of the peer. */
  get remoteSettings() {
    if (this[kHandle] === undefined) return {};
    return this[kRemoteSettings].toObject();
  }

  // Methods ------------------------------------------------------------------------------------

  /** Puts an operation off until the session is connected, in turn with 'connect' listeners. */
  [kWhenConnected](operation) {
    if (this.#early === undefined) {
      this.#early = [];
      this.once('connect', () => this.#runEarly());
    }
    this.#early.push(operation);
  }

  #emitConnect(socket) {
    try {
      this.emit('connect', this, socket);
    } finally {
      this.#runEarly();
    }
  }

  /** Runs what waited. A listener of the user's that throws keeps none from its turn. */
  #runEarly() {
    const operations = this.#early;
    if (operations === undefined) return;
    let completed = false;
    try {
      while (operations.length > 0 && !this.destroyed) operations.shift()();
      completed = true;
      this.#early = undefined;
    } finally {
      if (!completed) process.nextTick(() => this.#runEarly());
    }
  }

  #assertAlive() {
    if (this.destroyed) throw new codes.ERR_HTTP2_INVALID_SESSION();
  }

  /**
   * Id that the next stream made here gets.
   * @param {number} id 1 to 2^32-1
   */
  setNextStreamID(id) {
    this.#assertAlive();
    validateNumber(id, 'id');
    if (id <= 0 || id > 2 ** 32 - 1) {
      throw new codes.ERR_OUT_OF_RANGE('id', '> 0 and <= 4294967295', id);
    }
    commands.nextStreamId(this, id);
  }

  /**
   * Receive window of the session.
   * @param {number} windowSize octets, 0 to 2^31-1
   */
  setLocalWindowSize(windowSize) {
    this.#assertAlive();
    validateInt32(windowSize, 'windowSize', 0);
    if (this[kHandle] === undefined) {
      throw new TypeError("Cannot read properties of undefined (reading 'setLocalWindowSize')");
    }
    const result = commands.localWindow(this, windowSize);
    if (result < 0) this.destroy(new NghttpError(result));
    transport.schedule(this);
  }

  /**
   * Sends a PING.
   * @param {ArrayBufferView} [payload] 8 octets
   * @param {(err: Error | null, duration: number, payload: Buffer) => void} callback duration in ms
   * @returns {boolean | undefined} whether it was sent; undefined before the session is connected
   */
  ping(payload, callback) {
    this.#assertAlive();
    if (typeof payload === 'function') {
      callback = payload;
      payload = undefined;
    }
    if (payload) validatePingPayload(payload);
    validateFunction(callback, 'callback');
    if (this.connecting) {
      this[kWhenConnected](() => this.ping(payload, callback));
      return undefined;
    }
    const octets = pingOctets(payload);
    const sent = this[kAcks].ping(() => commands.ping(this, octets) >= 0, callback);
    transport.schedule(this);
    return sent;
  }

  /**
   * Sends SETTINGS.
   * @param {object} [settings]
   * @param {(err: Error | null, settings: object, duration: number) => void} [callback] On the ACK;
   *   duration in ms.
   */
  settings(settings, callback) {
    this.#assertAlive();
    if (settings !== undefined) validateObject(settings, 'settings');
    validateSettings(settings);
    if (callback) validateFunction(callback, 'callback');
    const entries = toEntries(settings);
    if (this.connecting) {
      this[kAcks].expectLater();
      this[kWhenConnected](() => {
        this[kAcks].expectNow();
        this.#sendSettings(entries, callback);
      });
    } else {
      this.#sendSettings(entries, callback);
    }
  }

  #sendSettings(entries, callback) {
    if (this.destroyed) return;
    if (commands.settings(this, entries) < 0) {
      this[kAcks].refuseSettings(callback);
      this.destroy(new codes.ERR_HTTP2_MAX_PENDING_SETTINGS_ACK());
      return;
    }
    this.#expectAck(entries, callback);
    transport.schedule(this);
  }

  #expectAck(entries, callback) {
    this[kLocalSettings].announce(entries);
    this[kAcks].settingsSent(entries, callback);
  }

  /**
   * Sends GOAWAY (RFC 9113 §6.8).
   * @param {number} [code] Error code
   * @param {number} [lastStreamID] 0: the last stream processed
   * @param {ArrayBufferView} [opaqueData]
   */
  goaway(code = NGHTTP2_NO_ERROR, lastStreamID = 0, opaqueData) {
    this.#assertAlive();
    if (opaqueData !== undefined && !ArrayBuffer.isView(opaqueData)) {
      throw new codes.ERR_INVALID_ARG_TYPE(
        'opaqueData',
        ['Buffer', 'TypedArray', 'DataView'],
        opaqueData,
      );
    }
    validateNumber(code, 'code');
    validateNumber(lastStreamID, 'lastStreamID');
    if (this.connecting) {
      this[kWhenConnected](() => this.goaway(code, lastStreamID, opaqueData));
      return;
    }
    let bytes;
    if (opaqueData !== undefined) {
      bytes = new Uint8Array(opaqueData.buffer, opaqueData.byteOffset, opaqueData.byteLength);
    }
    commands.goaway(this, code, lastStreamID > 0 ? lastStreamID : -1, bytes);
    transport.schedule(this);
  }

  /**
   * Ends the session and its streams at once; the peer gets a GOAWAY.
   * @param {Error | number} [error] An error, or the code for the GOAWAY.
   * @param {number} [code]
   */
  destroy(error = NGHTTP2_NO_ERROR, code) {
    if (this.destroyed) return;
    if (typeof error === 'number') {
      code = error;
      error = code !== NGHTTP2_NO_ERROR ? new codes.ERR_HTTP2_SESSION_ERROR(code) : undefined;
    }
    if (code === undefined && error != null) code = NGHTTP2_INTERNAL_ERROR;
    this[kEndSession](code ?? NGHTTP2_NO_ERROR, error, 0);
  }

  /**
   * The one way a session ends.
   * @param {number | undefined} code For the GOAWAY, if the engine has not sent one for an offence;
   *   undefined: nothing more is said.
   * @param {Error | undefined} error
   * @param {number} linger How long a peer that broke the protocol has to close, in ms.
   */
  [kEndSession](code, error, linger) {
    const graceful = this.#closed;
    const socket = this[kSocket];
    this.#destroyed = true;
    this.#destroyCode = code ?? NGHTTP2_NO_ERROR;
    timeouts.clear(this);
    this.removeAllListeners('timeout');

    this[kAcks].cancelPings();
    if (this[kPendingRequests].size > 0) {
      const cancel = new codes.ERR_HTTP2_STREAM_CANCEL(error);
      for (const stream of this[kPendingRequests]) stream.destroy(cancel);
    }
    for (const stream of this[kOpen].toArray()) {
      if (!this.#lost || stream[kSlot] >= 0) stream.destroy(error);
    }

    if (this[kHandle] !== undefined) {
      if (code !== undefined) commands.terminate(this, code);
      if (socket.destroyed) commands.applyFor(this);
      else transport.flushLast(this);
      this[kCloseEngine]();
    }
    transport.detach(socket);
    this[kSocket] = undefined;
    this[kProxySocket] = null;
    this[kStreams] = [];
    closeTransport(this, socket, error, { graceful, linger });
  }

  /** The engine's part of the session is over. */
  [kCloseEngine]() {
    engine.close(this[kHandle]);
    unregister(this[kHandle]);
    this[kHandle] = undefined;
  }

  /**
   * Ends the session when its streams have ended; no new ones are made.
   * @param {Function} [callback] Listens once to 'close'.
   */
  close(callback) {
    if (this.closed || this.destroyed) return;
    if (typeof callback === 'function') this.once('close', callback);
    this[kSayGoodbye]();
    // A GOAWAY goes out first, on a tick that it has asked for.
    if (behavior.closeSendsGoaway && !this.connecting) process.nextTick(maybeDestroy, this);
    else this[kMaybeDestroy]();
  }

  /** The first half of `close`. */
  [kSayGoodbye]() {
    this.#closed = true;
    if (behavior.closeSendsGoaway || this[kType] === NGHTTP2_SESSION_SERVER) this.goaway();
  }

  /** Destroys the session if it was closed and nothing of it is left. */
  [kMaybeDestroy](error) {
    if (this.destroyed) return;
    if (error == null) {
      if (!this.closed || this[kOpen].size > 0 || this[kPendingRequests].size > 0) return;
      if (this[kBlocked]) return;
    }
    this.destroy(error);
  }

  /** Nothing more comes or goes; streams whose readers have not finished go on. */
  [kOnSessionOver]() {
    if (this.destroyed) return;
    this.#closed = true;
    if (this[kOpen].size > 0 || this[kPendingRequests].size > 0) return;
    this[kEndSession](undefined, undefined, 0);
  }

  /**
   * The transport is gone, or nothing can be read from it any more.
   * @param {boolean} byUs Whether this side closed it: it knows of what is missing.
   */
  [kLoseTransport](byUs) {
    if (this.destroyed) return;
    this.#closed = true;
    this.#lost = true;
    for (const stream of this[kOpen].toArray()) {
      if (byUs) stream[kState].forgiveLoss();
      else stream[kState].noteLoss();
      stream.close(NGHTTP2_CANCEL);
    }
    for (const stream of this[kPendingRequests]) stream.close(NGHTTP2_CANCEL);
    // The streams emit 'finish' first.
    process.nextTick(() => {
      if (!this.destroyed) this[kEndSession](undefined, undefined, LINGER);
    });
  }

  _onTimeout() {
    if (this.destroyed) return;
    // Output that waits for a slow peer and still moves is activity.
    const { bytesWritten = 0, writableLength = 0 } = this[kSocket];
    const progress = bytesWritten - writableLength;
    const waits = writableLength > 0 || this[kOpen].some((stream) => stream[kBody]?.left > 0);
    if (waits && progress !== this.#progress) {
      this.#progress = progress;
      this[kUpdateTimer]();
      return;
    }
    this.emit('timeout');
  }

  [kUpdateTimer]() {
    if (this[kTimeout] !== undefined) this[kTimeout].refresh();
  }

  /** Keeps the process alive for the transport. */
  ref() {
    const socket = this[kSocket];
    if (typeof socket?.ref === 'function') socket.ref();
  }

  unref() {
    const socket = this[kSocket];
    if (typeof socket?.unref === 'function') socket.unref();
  }

  /**
   * Emits 'timeout' after so long without activity.
   * @param {number} msecs 0 turns it off.
   * @param {Function} [callback] Listens to 'timeout'.
   */
  setTimeout(msecs, callback) {
    return timeouts.set(this, msecs, callback);
  }

  // Streams ------------------------------------------------------------------------------------

  /** Code that streams close with when the session ends under them. */
  [kSessionCode]() {
    return this[kGoawayCode] || this.#destroyCode;
  }

  [kStreamDestroyed](stream) {
    if (stream.pending) this[kPendingRequests].delete(stream);
    else this[kOpen].delete(stream);
    // Not at once: what the user does in the stream's 'close' comes first.
    if (this.closed) setImmediate(maybeDestroy, this);
  }

  [inspect.custom](depth, options) {
    if (depth !== null && depth < 0) return this;
    const { type, closed, destroyed, state, localSettings, remoteSettings } = this;
    const shown = { type, closed, destroyed, state, localSettings, remoteSettings };
    return `Http2Session ${inspect(shown, options)}`;
  }

  [EventEmitter.captureRejectionSymbol](error, event, ...args) {
    if (event === 'stream') args[0].destroy(error);
    else this.destroy(error);
  }
}

installEngineEvents(Http2Session);

module.exports = { Http2Session };
