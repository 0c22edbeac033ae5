'use strict';

// An application that calls anything at any time: what it does is drawn from a seed. Whatever that
// is, its calls throw errors of Node's or none, its streams close, and its peer finds no fault with
// the frames.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { constants } = require('node:http2');
const { SESSION_CALLS, STREAM_CALLS } = require('./calls');
const { sequence } = require('./random');

const { NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_NO_ERROR } = constants;
/** Codes that the application gives; others are the engine's. */
const CODES = [NGHTTP2_NO_ERROR, NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM];
/** What the peer's engine says of frames that it cannot accept (RFC 9113 §7). */
const FAULTS = new Set([
  constants.NGHTTP2_PROTOCOL_ERROR,
  constants.NGHTTP2_FLOW_CONTROL_ERROR,
  constants.NGHTTP2_FRAME_SIZE_ERROR,
  constants.NGHTTP2_COMPRESSION_ERROR,
]);
const SIZES = [0, 1, 100, 5000, 16_384, 40_000, 200_000];
const EVENTS = ['data', 'end', 'aborted', 'finish', 'close', 'wantTrailers', 'ready', 'response'];
const OPTIONS = [
  {},
  { settings: { maxConcurrentStreams: 1 } },
  { settings: { initialWindowSize: 10 } },
  { settings: { enablePush: false } },
  { maxSessionMemory: 1 },
];
const REQUESTS = [
  [{ ':path': '/' }],
  [{ ':path': '/', ':method': 'POST' }],
  [{ ':path': '/', ':method': 'POST' }, { waitForTrailers: true }],
  [{ ':path': '/', ':method': 'POST', expect: '100-continue' }],
  [{ ':path': '/', ':method': 'HEAD' }],
  [{ ':method': 'CONNECT', ':authority': 'example.org:1' }],
];
/** When what an event calls for is done. */
const WHEN = [
  (act) => act(),
  (act) => act(),
  process.nextTick,
  setImmediate,
  (act) => setTimeout(act, 3),
];

const closed = (emitter) => new Promise((resolve) => emitter.once('close', resolve));

class RandomApp {
  #random;
  #pick;
  #streams = [];
  /** Resolve as what was opened closes. */
  #ends = [];
  #findings = [];

  constructor(seed) {
    const { random, pick } = sequence(seed);
    this.#random = random;
    this.#pick = pick;
  }

  /**
   * Runs it over an http2 module; rejects when something is wrong.
   * @param {{key: string, cert: string, tlsEngine?: string}} [secure] With TLS, and this.
   */
  async run(http2, secure) {
    const options = { ...this.#pick(OPTIONS), ...secure };
    const server = secure ? http2.createSecureServer(options) : http2.createServer(options);
    server.on('session', (session) => this.#watchSession(session));
    server.on('sessionError', () => {});
    server.on('stream', (stream) => this.#use(stream));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http${secure ? 's' : ''}://127.0.0.1:${server.address().port}`;
    const { tlsEngine } = secure ?? {};
    const session = this.#watchSession(
      http2.connect(url, { ...this.#pick(OPTIONS), tlsEngine, rejectUnauthorized: false }),
    );
    session.on('stream', (stream) => this.#use(stream));
    for (let left = 1 + this.#random(3); left > 0; left--) {
      this.#attempt(() => this.#use(session.request(...this.#pick(REQUESTS))));
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
    session.destroy();
    // What has arrived may be read after the connection is gone; unread, the stream stays open.
    for (const stream of this.#streams) stream.resume();
    await Promise.all(this.#ends);
    await new Promise((resolve) => server.close(resolve));
    assert.deepEqual(this.#findings, []);
  }

  /** What throws has to throw as Node does; before there is a connection it has no handle to ask. */
  #attempt(call) {
    try {
      call();
    } catch (error) {
      if (!/^ERR_/.test(error.code)) this.#findings.push(error.stack);
    }
  }

  #watchSession(session) {
    this.#ends.push(closed(session));
    session.on('error', () => {});
    session.on('goaway', (code) => {
      if (FAULTS.has(code)) this.#findings.push(`the peer's GOAWAY has code ${code}`);
    });
    return session;
  }

  /** Has a stream do something now, and when one event or another of its comes. */
  #use(stream) {
    this.#streams.push(stream);
    this.#ends.push(closed(stream));
    stream.on('error', () => {});
    if (this.#random(6) > 0) stream.resume();
    this.#act(stream);
    for (let left = this.#random(4); left > 0; left--) {
      const when = this.#pick(WHEN);
      stream.once(this.#pick(EVENTS), () => when(() => this.#act(stream)));
    }
  }

  #act(stream) {
    for (let left = 1 + this.#random(3); left > 0; left--) {
      this.#attempt(() => this.#call(stream));
    }
  }

  #call(stream) {
    const code = this.#pick(CODES);
    switch (this.#random(12)) {
      case 0:
        if (stream.session !== undefined && !stream.session.connecting) {
          this.#pick(Object.values(SESSION_CALLS))(stream.session);
        }
        break;
      case 1:
        stream.session?.goaway(code);
        break;
      case 2:
        stream.close(code);
        break;
      case 3:
        stream.destroy(this.#pick([undefined, new Error('of its own')]));
        break;
      case 4:
        stream.pushStream?.({ ':path': '/pushed' }, (error, pushed) => {
          if (error === null) this.#use(pushed);
        });
        break;
      case 5:
      case 6:
        stream.write(Buffer.alloc(this.#pick(SIZES)));
        break;
      case 7:
        stream.end(Buffer.alloc(this.#pick(SIZES)));
        break;
      default:
        this.#pick(Object.values(STREAM_CALLS))(stream);
    }
  }
}

module.exports = { RandomApp };
