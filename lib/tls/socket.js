'use strict';

/**
 * A TLS connection whose records are rustls's: to its user it is a tls.TLSSocket.
 *
 * What the transport reads is decrypted in the memory that it was read into. What is written is
 * encrypted into buffers of a pool. A session writes past the Duplex (kSeal): what it draws goes
 * into records at once, and from there to the transport.
 */

const net = require('node:net');
const { Duplex } = require('node:stream');
const { TLSSocket } = require('node:tls');
const native = require('../native.js');
const { readDirectly } = require('../reading.js');
const { SlabPool } = require('../slabs.js');
const { Spans } = require('../spans.js');
const { faultOf } = require('./errors.js');
const { defineMembers, defineTransportMembers } = require('./members.js');
const { kReadDirectly, kSeal } = require('../symbols.js');

/**
 * 22 full records, with what the pipe wants free beside the last: 1 MiB in three writes, within a
 * cache of 1 MiB. A peer pays for short ones: a tenth of its CPU time more with 7.
 */
const SLAB_SIZE = 22 * 16_640;
const slabs = new SlabPool({ size: SLAB_SIZE, most: 16 });

/** Octets that are certainly enough to encrypt so many. */
const roomFor = (octets) => octets + (octets >> 8) + 512;

/** Flags of `open`. */
const ESTABLISHED = 1;
const PEER_CLOSED = 2;

/** What is written by the Duplex. */
const spans = new Spans();
/** What a native call tells beside its result. */
const figures = new Float64Array(3);

/** Events of the transport that are the socket's too. */
const FORWARDED = [
  'lookup',
  'connect',
  'ready',
  'timeout',
  'connectionAttempt',
  'connectionAttemptFailed',
  'connectionAttemptTimeout',
];

class RustlsSocket extends Duplex {
  #raw;
  /** Whether the memory of what the transport reads is nobody else's. */
  #own;
  #pipe;
  /** The native configuration, which keys are logged by. */
  #config;
  #established = false;
  #failed = false;
  #readEnded = false;
  /** Whether a session's write was asked to wait. */
  #blocked = false;
  /** What was written before the handshake was done. */
  #early = [];

  /**
   * @param {import('node:stream').Duplex} raw
   * @param {{isServer: boolean, allowHalfOpen?: boolean, highWaterMark?: number}} options
   */
  constructor(raw, { isServer, allowHalfOpen = false, highWaterMark }) {
    super({ allowHalfOpen, highWaterMark });
    this.#raw = raw;
    this.#own = raw instanceof net.Socket;
    this._parent = raw;
    this.isServer = isServer;
    this.encrypted = true;
    this.authorized = false;
    this.authorizationError = null;
    /** What ALPN chose; false: nothing, null: not yet. */
    this.alpnProtocol = null;
    this.servername = null;
    this.secureConnecting = true;
    raw.on('data', (octets) => this._onCiphertext(this.#own ? octets : Buffer.from(octets)));
    raw.on('end', () => this.#onRawEnd());
    raw.on('error', (error) => this.destroy(error));
    raw.on('close', () => this.#onRawClose());
    raw.on('drain', () => this.#onRawDrain());
    for (const event of FORWARDED) raw.on(event, (...args) => this.emit(event, ...args));
  }

  /** The native pipe; undefined before the handshake begins, and when the socket is destroyed. */
  get _pipe() {
    return this.#pipe;
  }

  get _raw() {
    return this.#raw;
  }

  /**
   * Begins the handshake.
   * @param {object} config Native.
   * @param {string} [name] The server's, from a client.
   * @param {object} [sessions] Native: what a client may resume.
   */
  _begin(config, name, sessions) {
    this.#config = config;
    if (this.listenerCount('keylog') > 0) config.logKeys(true);
    this.#pipe = new native.TlsPipe(config, name, sessions);
    this.#send();
  }

  /** The handshake is done; the two sides have their own to say to it. */
  _onSecure() {}

  /** TLS failed before the handshake was done. */
  _onHandshakeFault(error) {
    this.destroy(error);
  }

  /** Called behind everything that was read. */
  _onRead() {}

  _onCiphertext(octets) {
    this.#open(octets, octets.length);
  }

  /**
   * Has a session's function given what is read, past the streams, as soon as nothing waits there.
   * @param {(this: RustlsSocket, length: number, memory: Buffer) => void} callback As `readDirectly`
   *   calls it.
   */
  [kReadDirectly](callback) {
    const raw = this.#raw;
    if (!this.#own || raw.encrypted) return;
    readDirectly(raw, (length, memory) => this.#open(memory, length, callback));
  }

  /**
   * Decrypts what the transport has read.
   * @param {Buffer} octets It begins there.
   * @param {number} read How much it is.
   * @param {Function} [reader] Is given the plaintext, in memory that is used again.
   */
  #open(octets, read, reader) {
    const pipe = this.#pipe;
    if (this.#failed || this.destroyed || pipe === undefined) return;
    const length = pipe.open(octets, read, figures);
    const [rest, outgoing, flags] = figures;
    const establishes = length >= 0 && !this.#established && (flags & ESTABLISHED) !== 0;
    // What is said first goes out with the end of the handshake.
    if (establishes) this.#raw.cork();
    if (outgoing > 0) this.#send();
    if (this.listenerCount('keylog') > 0) this.#logKeys();
    if (length < 0) {
      this.#fail(faultOf(pipe, octets));
      return;
    }
    if (establishes) this.#establish();
    if (this.destroyed) return;
    if (length > 0) this.#lend(octets, length, reader);
    if (rest > 0 && !this.destroyed) this.#deliver(pipe.takeRest());
    this._onRead();
    if ((flags & PEER_CLOSED) !== 0) this.#endRead();
  }

  #establish() {
    this.#established = true;
    this.alpnProtocol = this.#pipe.alpn() ?? false;
    this._onSecure();
    const early = this.#early;
    this.#early = [];
    for (const write of early) write();
    process.nextTick(uncork, this.#raw);
  }

  #fail(error) {
    this.#failed = true;
    if (this.#established) this.destroy(error);
    else this._onHandshakeFault(error);
  }

  #logKeys() {
    // The last lines may have been asked for after the first had gone by.
    this.#config.logKeys(true);
    const lines = this.#pipe.keyLines().match(/.+\n/g) ?? [];
    for (const line of lines) this.emit('keylog', Buffer.from(line));
  }

  /** Hands on the beginning of what was read, to a reader if nothing waits to be read before. */
  #lend(octets, length, reader) {
    if (reader === undefined) {
      this.#deliver(length === octets.length ? octets : octets.subarray(0, length));
    } else if (this.#isFlowing() && !this.#readEnded) {
      reader.call(this, length, octets);
    } else {
      this.#deliver(Buffer.from(octets.subarray(0, length)));
    }
  }

  #deliver(octets) {
    if (this.destroyed || this.#readEnded) return;
    // What a flowing stream does itself, without the detour.
    if (this.#isFlowing()) this.emit('data', octets);
    else if (!this.push(octets)) this.#raw.pause();
  }

  #isFlowing() {
    return (
      this.readableFlowing === true && this.readableLength === 0 && this.readableEncoding === null
    );
  }

  /** Sends records of the protocol's own. */
  #send() {
    const octets = this.#pipe.takeOutgoing();
    if (octets.length > 0 && this.#raw.writable) this.#raw.write(octets);
  }

  #endRead() {
    if (this.#readEnded || this.destroyed) return;
    this.#readEnded = true;
    this.push(null);
    // Somebody has to read for the end to be seen, as with any socket.
    if (this.readableLength === 0) this.read(0);
  }

  /**
   * An end without a close_notify. HTTP tells by itself whether something is missing: frames and
   * streams, lengths and chunks have their own ends, so that it is taken for one here too.
   */
  #onRawEnd() {
    if (this.#established) this.#endRead();
    else this._onLost();
  }

  #onRawClose() {
    if (this.destroyed) return;
    if (!this.#established) this._onLost();
    if (!this.#readEnded) this.destroy();
  }

  /** The transport ended before the handshake was done. */
  _onLost() {
    this.destroy();
  }

  #onRawDrain() {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.emit('drain');
  }

  // Stream -------------------------------------------------------------------------------------

  _read() {
    this.#raw.resume();
  }

  _write(chunk, encoding, callback) {
    this.#writeAll([chunk], callback);
  }

  _writev(entries, callback) {
    const pieces = entries.map(({ chunk }) => chunk);
    this.#writeAll(pieces, callback);
  }

  #writeAll(pieces, callback) {
    if (!this.#established) {
      this.#early.push(() => this.#writeAll(pieces, callback));
      return;
    }
    for (const piece of pieces) spans.add(piece, 0, piece.length);
    this.#seal(spans, callback);
    spans.clear();
  }

  _final(callback) {
    if (!this.#established && !this.#failed && !this.#raw.destroyed) {
      this.#early.push(() => this._final(callback));
      return;
    }
    const raw = this.#raw;
    if (this.#pipe !== undefined && !this.#failed && raw.writable) {
      this.#pipe.close();
      this.#send();
    }
    raw.end(() => callback());
  }

  _destroy(error, callback) {
    const raw = this.#raw;
    this.#early = [];
    // Now, not when the collector comes round: it does not see how large it is.
    this.#pipe?.free();
    this.#pipe = undefined;
    if (raw.closed) {
      callback(error);
      return;
    }
    raw.once('close', () => callback(error));
    // An alert may be on its way.
    if (this.#failed && typeof raw.destroySoon === 'function') raw.destroySoon();
    else raw.destroy();
  }

  /**
   * Writes without queueing: for a session, which waits when it is told to.
   * @param {Spans} spans Not needed any more when it returns, nor what they are of.
   * @param {() => void} [done] Called when the transport has taken it all.
   * @returns {boolean} whether the transport takes more
   */
  [kSeal](spans, done) {
    if (super.writableLength === 0 && this.#established) return this.#seal(spans, done);
    return this.write(spans.copy(), done);
  }

  /** Encrypts and writes. */
  #seal(spans, done) {
    const raw = this.#raw;
    let left = spans.length;
    if (this.#failed || !raw.writable || left === 0) {
      if (done !== undefined) process.nextTick(done);
      return true;
    }
    let flowing = true;
    while (left > 0) {
      // Not the rest of a slab that others' writes wait in: it would be filled again and again.
      const slab = slabs.current(roomFor(left));
      spans.prepare(spans.length - left, slab.used);
      const length = this.#pipe.seal(spans.buffers, spans.words, slab.buffer, figures);
      if (length < 0) {
        this.#fail(faultOf(this.#pipe, Buffer.alloc(0)));
        break;
      }
      left -= figures[0];
      flowing = this.#writeFrom(slab, length, left === 0 ? done : undefined);
    }
    this.#blocked = !flowing;
    return flowing;
  }

  /** Writes the next octets of a slab. */
  #writeFrom(slab, length, done) {
    const raw = this.#raw;
    const start = slab.used;
    // A Duplex of somebody else's may keep what it is given: it gets memory of its own.
    if (!this.#own)
      return raw.write(Buffer.from(slab.buffer.subarray(start, start + length)), done);
    slab.used += length;
    slab.pending += 1;
    const octets = slab.buffer.subarray(start, slab.used);
    const flowing = raw.write(octets, done === undefined ? slab.done : doneWith(slab, done));
    // The system has taken it all within the call: what comes next finds the memory in the cache.
    if (raw.writableLength === 0) slab.used = start;
    return flowing;
  }

  /** Octets that wait for the transport. */
  get writableLength() {
    return super.writableLength + this.#raw.writableLength;
  }
}

function uncork(stream) {
  stream.uncork();
}

/** Gives a slab back, and goes on. */
function doneWith(slab, done) {
  return (error) => {
    slab.done();
    done(error);
  };
}

defineTransportMembers(RustlsSocket.prototype);
defineMembers(RustlsSocket.prototype);

// `socket instanceof tls.TLSSocket` is how libraries tell secure connections from others. Whatever
// TLSSocket does with a handle of its own is replaced; what both inherit of net.Socket holds.
Object.setPrototypeOf(RustlsSocket.prototype, TLSSocket.prototype);

module.exports = { RustlsSocket };
