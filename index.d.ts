/// <reference types="node" />

/**
 * The types are those of node:http2: the package answers in its place, member for member.
 *
 * One property more tells which http2 answers: `Symbol.for('rust-http2')`, the package's version
 * string, absent on the builtin. TypeScript has no name for a registered symbol on a module, so it is
 * read as `Reflect.get(http2, Symbol.for('rust-http2'))`.
 */
export * from 'node:http2';

/** What sessions can be told beside the builtin's options, by connect, createServer and others. */
export interface WindowOptions {
  /**
   * Octets that a receive window may grow to by itself; 0 leaves windows as they are.
   * @default 16777216
   */
  maxAutoWindowSize?: number;
}

/** Limits against abuse that the builtin has as constants; for the same functions. */
export interface LimitOptions {
  /**
   * CONTINUATION frames that may follow one HEADERS or PUSH_PROMISE frame.
   * @default 8
   */
  maxContinuations?: number;
  /**
   * Acknowledgements of PING and SETTINGS that may wait to be sent.
   * @default 1000
   */
  maxUnsentAcks?: number;
}
