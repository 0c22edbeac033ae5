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
export * from 'node:http2';

declare module 'node:http2' {
  interface SessionOptions extends WindowOptions, LimitOptions {}
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
