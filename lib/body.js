'use strict';

/**
 * The part of a stream's body that was announced to the engine and not yet handed to the transport:
 * one write of the Duplex, a chunk or several. The engine schedules lengths; the bytes stay here
 * until output is drawn, and large ones are passed on without a copy.
 */

const { Buffer } = require('node:buffer');
const { afterFinish } = require('./flights.js');

/** Longest string that is kept as it is, to be encoded straight into the output. */
const MAX_STRING = 2048;

/** A loop over the characters beats a call into native code up to about this length. */
const SHORT_STRING = 32;

/** Writes a string that is `length` octets long in UTF-8. */
function writeString(target, string, position, length) {
  if (length > SHORT_STRING || length !== string.length) {
    target.utf8Write(string, position, length);
    return;
  }
  // As many octets as characters: it is ASCII.
  for (let i = 0; i < length; i++) target[position + i] = string.charCodeAt(i);
}

class OutgoingBody {
  constructor() {
    /** A chunk, or an array of chunks. */
    this.chunks = undefined;
    /** Place in `chunks`, and in that chunk. */
    this.index = 0;
    this.at = 0;
    /** Whether anything was ever sent. */
    this.begun = false;
    /** Octets the engine has not asked for. */
    this.left = 0;
    /** What the write counts in the Duplex's writableLength: characters of strings. */
    this.weight = 0;
    this.callback = undefined;
    /** Where the callback runs. @type {import('./async-context.js').Context | undefined} */
    this.context = undefined;
    /** The stream that ends with this write, if it has no callback (see stream-shortcuts.js). */
    this.last = undefined;
  }

  /**
   * Takes a chunk.
   * @returns {number} its octets
   */
  setChunk(chunk, encoding, callback) {
    this.weight = chunk.length;
    if (typeof chunk !== 'string') {
      this.left = chunk.length;
      this.chunks = chunk;
    } else if (chunk.length <= MAX_STRING && (encoding === 'utf8' || encoding === 'utf-8')) {
      this.left = Buffer.byteLength(chunk);
      this.chunks = chunk;
    } else {
      this.chunks = Buffer.from(chunk, encoding);
      this.left = this.chunks.length;
    }
    this.index = 0;
    this.at = 0;
    this.callback = callback;
    return this.left;
  }

  /**
   * Takes a chunk that is the whole rest of a stream's body and was not written by the Duplex.
   * @returns {number} its octets
   */
  setLast(chunk, stream) {
    this.last = stream;
    return this.setChunk(chunk, 'utf8', undefined);
  }

  /**
   * Takes what _writev was given.
   * @returns {number} octets in all
   */
  setChunks(entries, callback) {
    const chunks = [];
    let weight = 0;
    let left = 0;
    for (const { chunk, encoding } of entries) {
      weight += chunk.length;
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
      if (bytes.length === 0) continue;
      chunks.push(bytes);
      left += bytes.length;
    }
    this.weight = weight;
    this.left = left;
    this.chunks = chunks;
    this.index = 0;
    this.at = 0;
    this.callback = callback;
    return left;
  }

  /** Copies the next `length` octets into `target`. */
  copy(target, position, length) {
    this.begun = true;
    this.left -= length;
    if (typeof this.chunks === 'string') {
      if (this.left === 0 && this.at === 0) {
        writeString(target, this.chunks, position, length);
        return;
      }
      this.chunks = Buffer.from(this.chunks);
    }
    while (length > 0) {
      const piece = this.next(length);
      target.set(piece, position);
      position += piece.length;
      length -= piece.length;
    }
  }

  /**
   * Lists the next `length` octets, where they lie.
   * @param {{add: (chunk: Buffer, start: number, length: number) => void}} into
   */
  list(into, length) {
    this.begun = true;
    this.left -= length;
    if (typeof this.chunks === 'string') this.chunks = Buffer.from(this.chunks);
    while (length > 0) {
      const chunk = this.chunk();
      const start = this.at;
      const taken = this.pass(chunk, length);
      into.add(chunk, start, taken);
      length -= taken;
    }
  }

  /** The next octets, `limit` at most and not beyond the end of a chunk. */
  next(limit) {
    const chunk = this.chunk();
    const start = this.at;
    const length = this.pass(chunk, limit);
    return length === chunk.length ? chunk : chunk.subarray(start, start + length);
  }

  /** The chunk that the next octets are in. */
  chunk() {
    return Array.isArray(this.chunks) ? this.chunks[this.index] : this.chunks;
  }

  /** Passes over the next octets of the chunk; answers how many there are, `limit` at most. */
  pass(chunk, limit) {
    const length = Math.min(limit, chunk.length - this.at);
    this.at += length;
    if (this.at === chunk.length) {
      this.index += 1;
      this.at = 0;
    }
    return length;
  }

  /**
   * Ends the write: its callback is called.
   * @param {Error} [error]
   */
  finish(error) {
    const { callback, context, last } = this;
    this.chunks = undefined;
    this.callback = undefined;
    this.context = undefined;
    this.last = undefined;
    this.left = 0;
    this.weight = 0;
    if (last !== undefined) afterFinish(last);
    else if (callback !== undefined) context.runInAsyncScope(callback, undefined, error);
  }

  /**
   * Ends the write because its stream ends.
   * @param {() => Error | undefined} makeError What octets that did not go out are a reason for;
   *   called only then.
   */
  cancel(makeError) {
    this.finish(this.left > 0 ? makeError() : undefined);
  }
}

module.exports = { OutgoingBody };
