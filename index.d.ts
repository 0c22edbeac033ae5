/// <reference types="node" />

/**
 * The types are those of `node:http2` as `@types/node` has them: the package answers in its place,
 * member for member, and what one makes can be handed to code that was written for the other.
 *
 * What the package adds to the builtin are options. They are declared on the builtin's own interfaces,
 * so that they are known wherever options pass through: in a framework's types, and in a program that
 * imports `node:http2` and runs with the preload. The builtin ignores them.
 *
 * Which http2 answers is told by a property that TypeScript has no name for, as it is keyed by a
 * registered symbol: `Reflect.get(http2, Symbol.for('rust-http2'))` is this package's version, and
 * `undefined` on the builtin.
 *
 * @see https://nodejs.org/api/http2.html
 */
import type { Http2Session, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';

export * from 'node:http2';

declare module 'node:http2' {
  interface SessionOptions extends WindowOptions, LimitOptions, TlsEngineOptions {}
  interface ClientSessionOptions extends OriginOptions {}
}

/** How the receive windows of a session grow. */
export interface WindowOptions {
  /**
   * Octets that a receive window, of a stream or of the connection, may grow to by itself where the
   * window is what limits and the reader keeps up; 0 leaves windows as they are. What the windows of
   * all streams of a session grow by stays within `maxSessionMemory`.
   *
   * Windows that the application sets stay as they were set: those of streams with
   * `settings.initialWindowSize`, the connection's with `session.setLocalWindowSize()`.
   *
   * An unsigned integer of 32 bits; other numbers are clamped to it, other types ignored.
   * @default 16777216
   */
  maxAutoWindowSize?: number | undefined;
}

/** Limits against abuse that are constants in the builtin. */
export interface LimitOptions {
  /**
   * CONTINUATION frames that may follow one HEADERS or PUSH_PROMISE frame. A peer that sends more is
   * sent GOAWAY, and the session ends with an error.
   *
   * An unsigned integer of 32 bits; other numbers are clamped to it, other types ignored.
   * @default 8
   */
  maxContinuations?: number | undefined;
  /**
   * Acknowledgements of PING and SETTINGS frames that may wait to be sent. A peer that asks for more
   * without reading them is sent GOAWAY, and the session ends with an error.
   *
   * An unsigned integer of 32 bits; other numbers are clamped to it, other types ignored.
   * @default 1000
   */
  maxUnsentAcks?: number | undefined;
}

/** What a client session takes from ORIGIN frames. */
export interface OriginOptions {
  /**
   * Origins that ORIGIN frames (RFC 8336) may add to `session.originSet` before the session ends.
   * Node's own option since 26.3.1, here on every Node.
   *
   * A number from 0 on, `Infinity` too; others throw `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`.
   * @default 128
   */
  maxOriginSetSize?: number | undefined;
}

/** Who encrypts: of `createSecureServer`, and of `connect` to `https:`. */
export interface TlsEngineOptions {
  /**
   * `'node'` is node:tls with all its options; `'rustls'` is rustls, in the same addon. An option that
   * rustls has nothing for throws `ERR_TLS_ENGINE_OPTION`, whose message says what to use instead.
   * @default 'node', or what the environment variable RUST_HTTP2_TLS says where rustls has all that
   * the other options ask for
   */
  tlsEngine?: 'node' | 'rustls' | undefined;
}

/** What the diagnostics channel `rust-http2.frame` tells of each frame. */
export interface FrameMessage {
  session: Http2Session;
  direction: 'sent' | 'received';
  /** As RFC 9113 §6 numbers them. */
  type: number;
  /** `'DATA'`, `'HEADERS'` and so on; undefined for a type that the engine does not know. */
  name: string | undefined;
  /** The stream's id; 0 for the connection. */
  stream: number;
  flags: number;
  /** Octets of payload. */
  length: number;
  /** The fields that a block says, with the frame that ends it. Values are not masked. */
  headers?: IncomingHttpHeaders & IncomingHttpStatusHeader;
  /** The same as names and values in turn. */
  rawHeaders?: string[];
  /** Of PRIORITY, and of HEADERS that have it. */
  priority?: { parent: number; weight: number; exclusive: boolean };
  /** Of RST_STREAM and GOAWAY: a code of RFC 9113 §7. */
  errorCode?: number;
  /** Of SETTINGS: pairs of identifier and value, in the order of the wire. */
  settings?: [id: number, value: number][];
  /** Of PUSH_PROMISE. */
  promisedStream?: number;
  /** Of PING: eight octets. */
  payload?: Buffer;
  /** Of GOAWAY. */
  lastStream?: number;
  /** Of GOAWAY. */
  debugData?: Buffer;
  /** Of WINDOW_UPDATE, in octets. */
  increment?: number;
  /** Of ALTSVC; empty where the stream says it. */
  origin?: string;
  /** Of ALTSVC and PRIORITY_UPDATE. */
  value?: string;
  /** Of ORIGIN. */
  origins?: string[];
  /** Of PRIORITY_UPDATE: the stream whose priority it tells. */
  prioritizedStream?: number;
}
