'use strict';

const net = require('node:net');
const tls = require('node:tls');
const { once } = require('node:events');
const { PREFACE, frame, goawayCode, parseFrames } = require('./frames');

/** A field block of `GET http://a/`, from the static table but for the authority. */
const GET = Buffer.from([0x82, 0x86, 0x84, 0x41, 0x01, 0x61]);
const POST = Buffer.from([0x83, 0x86, 0x84, 0x41, 0x01, 0x61]);

const END_STREAM = 0x1;
const END_HEADERS = 0x4;

/** A number as four octets. */
function uint32(number) {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(number >>> 0);
  return octets;
}

/** Entries of SETTINGS (RFC 9113 §6.5.1). */
function settings(entries) {
  const payload = Buffer.alloc(6 * entries.length);
  entries.forEach(([id, value], i) => {
    payload.writeUInt16BE(id, 6 * i);
    payload.writeUInt32BE(value, 6 * i + 2);
  });
  return frame('SETTINGS', { payload });
}

const headers = (stream, block, flags = END_STREAM | END_HEADERS) =>
  frame('HEADERS', { flags, stream, payload: block });
const request = (stream, { block = GET, flags } = {}) => headers(stream, block, flags);
const reset = (stream, code) => frame('RST_STREAM', { stream, payload: uint32(code) });
const windowUpdate = (stream, increment) =>
  frame('WINDOW_UPDATE', { stream, payload: uint32(increment) });

/** A client that writes what it is told and reads what it is told to, by a socket of its own. */
class RawClient {
  #received = [];

  constructor(socket, raw) {
    /** What is written to: the TLS socket, if there is one. */
    this.socket = socket;
    /** The TCP socket. */
    this.raw = raw;
    /** Resolves when the connection is gone, with an error or without. */
    this.closed = new Promise((resolve) => socket.on('close', resolve));
    for (const each of new Set([socket, raw])) each.on('error', () => {});
    socket.on('data', (chunk) => this.#received.push(chunk));
  }

  /** Connects; the server's end of it may not be accepted yet. */
  static async connect(port, { secure = false } = {}) {
    const raw = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(raw, 'connect');
    if (!secure) return new RawClient(raw, raw);
    const socket = tls.connect({
      socket: raw,
      ALPNProtocols: ['h2'],
      rejectUnauthorized: false,
      allowHalfOpen: true,
    });
    await once(socket, 'secureConnect');
    return new RawClient(socket, raw);
  }

  write(...octets) {
    return this.socket.write(Buffer.concat(octets));
  }

  /** The preface and SETTINGS, then `octets`. */
  open(...octets) {
    return this.write(PREFACE, frame('SETTINGS'), ...octets);
  }

  frames() {
    return parseFrames(Buffer.concat(this.#received));
  }

  /** Forgets what was received: for what reads much. */
  forget() {
    this.#received.length = 0;
  }

  /** Error code of the GOAWAY received; undefined if there was none. */
  goawayCode() {
    return goawayCode(this.frames());
  }

  /** Resolves when a frame of that type (and stream, if given) has come; undefined: the end. */
  async received(type, stream) {
    const find = () =>
      this.frames().find(
        (each) => each.type === type && (stream === undefined || each.stream === stream),
      );
    while (find() === undefined) {
      if (this.socket.destroyed || this.socket.readableEnded) return undefined;
      await new Promise((resolve) => {
        this.socket.once('data', resolve).once('end', resolve).once('close', resolve);
      });
    }
    return find();
  }

  destroy() {
    this.socket.destroy();
    this.raw.destroy();
  }
}

module.exports = {
  END_HEADERS,
  END_STREAM,
  GET,
  POST,
  RawClient,
  headers,
  request,
  reset,
  settings,
  uint32,
  windowUpdate,
};
