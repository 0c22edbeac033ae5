'use strict';

/** The PINGs and SETTINGS of a session that wait for their acknowledgement. */

const { AsyncResource } = require('node:async_hooks');
const { randomFillSync } = require('node:crypto');
const { pingAcceptsViews } = require('./behavior.js');
const { codes } = require('./errors.js');

/** Octets that a PING carries (RFC 9113 §6.7). */
const PING_LENGTH = 8;

/** One frame that waits. */
class Awaited extends AsyncResource {
  #callback;
  #start = performance.now();

  /**
   * @param {string} type Of the async resource.
   * @param {Function} [callback] Called on the ACK.
   * @param {number[]} [entries] The settings sent.
   */
  constructor(type, callback, entries) {
    super(type, { requireManualDestroy: true });
    this.#callback = callback;
    this.entries = entries;
  }

  /** Milliseconds since it was sent. */
  elapsed() {
    return performance.now() - this.#start;
  }

  /** Whether somebody wants to hear of it. */
  get isHeard() {
    return this.#callback !== undefined;
  }

  settle(...args) {
    if (this.#callback) this.runInAsyncScope(this.#callback, undefined, ...args);
    this.emitDestroy();
  }
}

/**
 * The octets that a PING is to carry.
 * @param {ArrayBufferView} [payload] Random if absent.
 * @returns {Buffer}
 */
function pingOctets(payload) {
  const octets = Buffer.alloc(PING_LENGTH);
  if (!payload) return randomFillSync(octets);
  octets.set(new Uint8Array(payload.buffer, payload.byteOffset, PING_LENGTH));
  return octets;
}

/** Checks what a user gave as payload of a PING. */
function validatePingPayload(payload) {
  if (!ArrayBuffer.isView(payload)) {
    throw new codes.ERR_INVALID_ARG_TYPE('payload', ['Buffer', 'TypedArray', 'DataView'], payload);
  }
  const length = pingAcceptsViews ? payload.byteLength : payload.length;
  if (length !== PING_LENGTH) throw new codes.ERR_HTTP2_PING_LENGTH();
}

class SessionAcks {
  /** Sent and not acknowledged, oldest first; `undefined` stands for none. */
  #settings;
  #pings;
  /** Settings that wait for the connection before they can be sent. */
  #early = 0;
  /** Milliseconds that the latest PING took to be acknowledged; 0: none was. */
  pingRTT = 0;

  /** Whether the peer has settings to acknowledge, or will have. */
  get settingsPending() {
    return this.#settings !== undefined || this.#early > 0;
  }

  /** Settings are to be sent once the session is connected. */
  expectLater() {
    this.#early += 1;
  }

  /** Their turn has come. */
  expectNow() {
    this.#early -= 1;
  }

  /**
   * SETTINGS were sent.
   * @param {number[]} entries id, value, id, value …
   * @param {Function} [callback]
   */
  settingsSent(entries, callback) {
    const settings = new Awaited('HTTP2SETTINGS', callback, entries);
    if (this.#settings === undefined) this.#settings = [settings];
    else this.#settings.push(settings);
  }

  /** SETTINGS were not sent, as too many wait for their acknowledgement. */
  refuseSettings(callback) {
    new Awaited('HTTP2SETTINGS', callback).settle(new codes.ERR_HTTP2_SETTINGS_CANCEL());
  }

  /** Whether somebody waits for the oldest SETTINGS to be acknowledged. */
  get areSettingsHeard() {
    return this.#settings !== undefined && this.#settings[0].isHeard;
  }

  /** The oldest SETTINGS were acknowledged. @returns {Awaited | undefined} */
  takeSettings() {
    const oldest = this.#settings?.shift();
    if (this.#settings?.length === 0) this.#settings = undefined;
    return oldest;
  }

  /**
   * Sends a PING.
   * @param {() => boolean} send Whether it went out.
   * @param {Function} callback
   * @returns {boolean}
   */
  ping(send, callback) {
    const ping = new Awaited('HTTP2PING', callback);
    if (!send()) {
      ping.settle(new codes.ERR_HTTP2_PING_CANCEL());
      return false;
    }
    this.#pings ??= [];
    this.#pings.push(ping);
    return true;
  }

  /** The oldest PING was acknowledged. @returns {Awaited | undefined} */
  takePing() {
    const oldest = this.#pings?.shift();
    if (oldest !== undefined) this.pingRTT = oldest.elapsed();
    return oldest;
  }

  /** The session ends: no PING will be acknowledged. */
  cancelPings() {
    const pings = this.#pings ?? [];
    this.#pings = undefined;
    for (const ping of pings) ping.settle(new codes.ERR_HTTP2_PING_CANCEL());
  }
}

module.exports = { SessionAcks, pingOctets, validatePingPayload };
