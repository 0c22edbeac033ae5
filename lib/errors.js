'use strict';

/**
 * The errors that the module throws and emits. Every class is reached by its code, for instance
 * `new codes.ERR_HTTP2_INVALID_SESSION()`; the code is what users match on.
 *
 * An error looks as one of Node's does: an own, enumerable `code`; the `name` and `constructor` of
 * the native class; text and stack that begin `Class [CODE]: message`.
 */

const {
  formatInvalidArgType,
  formatInvalidArgValue,
  formatOutOfRange,
} = require('./error-messages.js');

/**
 * What each code says. A value is a message, or a function that makes it from the arguments and may
 * put further properties on the error (`this`).
 */
const plainErrors = {
  ERR_HTTP2_CONNECT_AUTHORITY: ':authority header is required for CONNECT requests',
  ERR_HTTP2_CONNECT_PATH: 'The :path header is forbidden for CONNECT requests',
  ERR_HTTP2_CONNECT_SCHEME: 'The :scheme header is forbidden for CONNECT requests',
  ERR_HTTP2_GOAWAY_SESSION: 'New streams cannot be created after receiving a GOAWAY',
  ERR_HTTP2_HEADERS_AFTER_RESPOND: 'Cannot specify additional headers after response initiated',
  ERR_HTTP2_HEADERS_SENT: 'Response has already been initiated.',
  ERR_HTTP2_INVALID_SESSION: 'The session has been destroyed',
  ERR_HTTP2_INVALID_STREAM: 'The stream has been destroyed',
  ERR_HTTP2_MAX_PENDING_SETTINGS_ACK: 'Maximum number of pending settings acknowledgements',
  ERR_HTTP2_NESTED_PUSH: 'A push stream cannot initiate another push stream.',
  ERR_HTTP2_NO_MEM: 'Out of memory',
  ERR_HTTP2_NO_SOCKET_MANIPULATION:
    'HTTP/2 sockets should not be directly manipulated (e.g. read and written)',
  ERR_HTTP2_OUT_OF_STREAMS: 'No stream ID is available because maximum stream ID has been reached',
  ERR_HTTP2_PAYLOAD_FORBIDDEN: (status) =>
    `Responses with ${status} status must not have a payload`,
  ERR_HTTP2_PING_CANCEL: 'HTTP2 ping cancelled',
  ERR_HTTP2_PUSH_DISABLED: 'HTTP/2 client has disabled push streams',
  ERR_HTTP2_SEND_FILE: 'Directories cannot be sent',
  ERR_HTTP2_SEND_FILE_NOSEEK: 'Offset or length can only be specified for regular files',
  ERR_HTTP2_SESSION_ERROR: (code) => `Session closed with error code ${code}`,
  ERR_HTTP2_SETTINGS_CANCEL: 'HTTP2 session settings canceled',
  ERR_HTTP2_SOCKET_BOUND: 'The socket is already bound to an Http2Session',
  ERR_HTTP2_SOCKET_UNBOUND: 'The socket has been disconnected from the Http2Session',
  ERR_HTTP2_STATUS_101: 'HTTP status code 101 (Switching Protocols) is forbidden in HTTP/2',
  ERR_HTTP2_STREAM_CANCEL(cause) {
    const text = 'The pending stream has been canceled';
    if (!cause) return text;
    this.cause = cause;
    return typeof cause.message === 'string' ? `${text} (caused by: ${cause.message})` : text;
  },
  ERR_HTTP2_STREAM_ERROR: (code) => `Stream closed with error code ${code}`,
  ERR_HTTP2_STREAM_SELF_DEPENDENCY: 'A stream cannot depend on itself',
  ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS: 'Number of custom settings exceeds MAX_ADDITIONAL_SETTINGS',
  ERR_HTTP2_TOO_MANY_INVALID_FRAMES: 'Too many invalid HTTP/2 frames',
  ERR_HTTP2_TOO_MANY_ORIGINS: (limit) =>
    `The server sent more ORIGIN frames than the allowed number of ${limit}`,
  ERR_HTTP2_TRAILERS_ALREADY_SENT: 'Trailing headers have already been sent',
  ERR_HTTP2_TRAILERS_NOT_READY:
    'Trailing headers cannot be sent until after the wantTrailers event is emitted',
  ERR_HTTP2_UNSUPPORTED_PROTOCOL: (protocol) => `protocol "${protocol}" is unsupported.`,
  ERR_STREAM_WRITE_AFTER_END: 'write after end',
  ERR_TLS_REQUIRED_SERVER_NAME: '"servername" is required parameter for Server.addContext',
  ERR_TLS_ENGINE_OPTION(name, instead, cause) {
    if (cause !== undefined) this.cause = cause;
    return `The option "${name}" is not supported by tlsEngine 'rustls'. Use ${instead}.`;
  },
};

const typeErrors = {
  ERR_HTTP2_ALTSVC_INVALID_ORIGIN: 'HTTP/2 ALTSVC frames require a valid origin',
  ERR_HTTP2_ALTSVC_LENGTH: 'HTTP/2 ALTSVC frames are limited to 16382 bytes',
  ERR_HTTP2_HEADER_SINGLE_VALUE: (name) => `Header field "${name}" must only have a single value`,
  ERR_HTTP2_INVALID_CONNECTION_HEADERS: (name) =>
    `HTTP/1 Connection specific headers are forbidden: "${name}"`,
  ERR_HTTP2_INVALID_HEADER_VALUE: (value, name) => `Invalid value "${value}" for header "${name}"`,
  ERR_HTTP2_INVALID_ORIGIN: 'HTTP/2 ORIGIN frames require a valid origin',
  ERR_HTTP2_INVALID_PSEUDOHEADER: (name) =>
    `"${name}" is an invalid pseudoheader or is used incorrectly`,
  ERR_HTTP2_INVALID_SETTING_VALUE: invalidSettingValue,
  ERR_HTTP2_ORIGIN_LENGTH: 'HTTP/2 ORIGIN frames are limited to 16382 bytes',
  ERR_HTTP2_PSEUDOHEADER_NOT_ALLOWED: 'Cannot set HTTP/2 pseudo-headers',
  ERR_INVALID_ARG_TYPE: formatInvalidArgType,
  ERR_INVALID_ARG_VALUE: formatInvalidArgValue,
  ERR_INVALID_CHAR: (what, name) =>
    name === undefined
      ? `Invalid character in ${what}`
      : `Invalid character in ${what} ["${name}"]`,
  ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS:
    'The ALPNCallback and ALPNProtocols TLS options are mutually exclusive',
  ERR_TLS_ALPN_CALLBACK_INVALID_RESULT: (value, protocols) =>
    `ALPN callback returned a value (${value}) that did not match any of the client's offered ` +
    `protocols (${protocols.join(', ')})`,
  ERR_INVALID_HTTP_TOKEN: (what, value) => `${what} must be a valid HTTP token ["${value}"]`,
};

const rangeErrors = {
  ERR_HTTP2_INFO_STATUS_NOT_ALLOWED: 'Informational status codes cannot be used',
  ERR_HTTP2_INVALID_INFO_STATUS: (status) => `Invalid informational status code: ${status}`,
  ERR_HTTP2_INVALID_PACKED_SETTINGS_LENGTH: 'Packed settings length must be a multiple of six',
  ERR_HTTP2_PING_LENGTH: 'HTTP2 ping payload must be 8 bytes',
  ERR_HTTP2_STATUS_INVALID: (status) => `Invalid status code: ${status}`,
  ERR_OUT_OF_RANGE: formatOutOfRange,
};

function invalidSettingValue(name, actual, min, max) {
  this.actual = actual;
  if (min !== undefined) {
    this.min = min;
    this.max = max;
  }
  return `Invalid value for setting "${name}": ${actual}`;
}

/** Text of a coded error; shared by all classes. */
function codedToString() {
  return `${this.name} [${this.code}]: ${this.message}`;
}

function hidden(value) {
  return { value, writable: true, enumerable: false, configurable: true };
}

/**
 * Makes errors without frames in their stacks: a peer can have many made, and what a stack costs
 * is more than what it cost the peer.
 * @template T
 * @param {() => T} make
 * @returns {T}
 */
function withoutStack(make) {
  const { stackTraceLimit } = Error;
  const descriptor = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
  // A user may have frozen or deleted it.
  if (descriptor?.writable !== true) return make();
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * Makes the class of one code.
 * @param {string} code
 * @param {ErrorConstructor} Base The native class that the errors belong to.
 * @param {string | function(this: Error, ...any): string} message
 * @returns {new (...args: any[]) => Error}
 */
function defineCode(code, Base, message) {
  const label = `${Base.name} [${code}]`;
  function CodedError(...args) {
    const error = withoutStack(() => Reflect.construct(Base, [], CodedError));
    error.code = code;
    const text = typeof message === 'string' ? message : message.apply(error, args);
    Object.defineProperties(error, { message: hidden(text), name: hidden(label) });
    Error.captureStackTrace(error, CodedError);
    // Reading it composes the first line, with the label in it; afterwards `name` is inherited.
    void error.stack;
    delete error.name;
    return error;
  }
  CodedError.prototype = Object.create(Base.prototype, {
    constructor: hidden(Base),
    toString: hidden(codedToString),
  });
  Object.setPrototypeOf(CodedError, Base);
  return CodedError;
}

/**
 * Error classes by code. Those that come in a second native class carry it as a property:
 * `codes.ERR_HTTP2_INVALID_SETTING_VALUE.RangeError`.
 * @type {Record<string, new (...args: any[]) => Error>}
 */
const codes = {};
for (const [table, Base] of [
  [plainErrors, Error],
  [typeErrors, TypeError],
  [rangeErrors, RangeError],
]) {
  for (const [code, message] of Object.entries(table))
    codes[code] = defineCode(code, Base, message);
}
codes.ERR_HTTP2_INVALID_SETTING_VALUE.RangeError = defineCode(
  'ERR_HTTP2_INVALID_SETTING_VALUE',
  RangeError,
  invalidSettingValue,
);

/** Texts of the engine's library codes, as Node users know them. */
const libraryTexts = {
  0: 'Success',
  '-501': 'Invalid argument',
  '-502': 'Out of buffer space',
  '-503': 'Unsupported SPDY version',
  '-504': 'Operation would block',
  '-505': 'Protocol error',
  '-506': 'Invalid frame octets',
  '-507': 'EOF',
  '-508': 'Data transfer deferred',
  '-509': 'No more Stream ID available',
  '-510': 'Stream was already closed or invalid',
  '-511': 'Stream is closing',
  '-512': 'The transmission is not allowed for this stream',
  '-513': 'Stream ID is invalid',
  '-514': 'Invalid stream state',
  '-515': 'Another DATA frame has already been deferred',
  '-516': 'request HEADERS is not allowed',
  '-517': 'GOAWAY has already been sent',
  '-518': 'Invalid header block',
  '-519': 'Invalid state',
  '-521': 'The user callback function failed due to the temporal error',
  '-522': 'The length of the frame is invalid',
  '-523': 'Header compression/decompression error',
  '-524': 'Flow control error',
  '-525': 'Insufficient buffer size given to function',
  '-526': 'Callback was paused by the application',
  '-527': 'Too many inflight SETTINGS',
  '-528': 'Server push is disabled by peer',
  '-529': 'DATA or HEADERS frame has already been submitted for the stream',
  '-530': 'The current session is closing',
  '-531': 'Invalid HTTP header field was received',
  '-532': 'Violation in HTTP messaging rule',
  '-533': 'Stream was refused',
  '-534': 'Internal error',
  '-535': 'Cancel',
  '-536':
    'When a local endpoint expects to receive SETTINGS frame, it receives an other type of frame',
  '-537': 'SETTINGS frame contained more than the maximum allowed entries',
  '-901': 'Out of memory',
  '-902': 'The user callback function failed',
  '-903': 'Received bad client magic byte string',
  '-904': 'Flooding was detected in this HTTP/2 session, and it must be closed',
  '-905': 'Too many CONTINUATION frames following a HEADER frame',
};

/**
 * The text of a library code.
 * @param {number} code Zero or negative.
 * @returns {string}
 */
function nghttp2ErrorString(code) {
  return libraryTexts[code] ?? 'Unknown error code';
}

/**
 * A failure of the protocol engine: `code` is 'ERR_HTTP2_ERROR' (or the more telling code given),
 * `errno` the negative library code.
 */
class NghttpError extends Error {
  /**
   * @param {number} libraryCode
   * @param {string} [customCode] One of `codes`: its text is used instead of the library's.
   */
  constructor(libraryCode, customCode) {
    const text = customCode && plainErrors[customCode];
    super(text ?? nghttp2ErrorString(libraryCode));
    this.code = customCode ?? 'ERR_HTTP2_ERROR';
    this.errno = libraryCode;
    Object.defineProperty(this, 'name', hidden(`Error [${this.code}]`));
    Error.captureStackTrace(this, NghttpError);
    void this.stack;
    delete this.name;
  }

  toString() {
    return codedToString.call(this);
  }
}

/** An operation was given up because its AbortSignal said so. */
class AbortError extends Error {
  /**
   * @param {string} [message]
   * @param {{cause?: any}} [options]
   */
  constructor(message = 'The operation was aborted', options = undefined) {
    super(message, options);
    this.code = 'ABORT_ERR';
    this.name = 'AbortError';
  }
}

/**
 * Names of the wire's error codes (RFC 9113 §7) by number: `nameForErrorCode[8]` is
 * 'NGHTTP2_CANCEL'.
 * @type {string[]}
 */
const nameForErrorCode = [
  'NGHTTP2_NO_ERROR',
  'NGHTTP2_PROTOCOL_ERROR',
  'NGHTTP2_INTERNAL_ERROR',
  'NGHTTP2_FLOW_CONTROL_ERROR',
  'NGHTTP2_SETTINGS_TIMEOUT',
  'NGHTTP2_STREAM_CLOSED',
  'NGHTTP2_FRAME_SIZE_ERROR',
  'NGHTTP2_REFUSED_STREAM',
  'NGHTTP2_CANCEL',
  'NGHTTP2_COMPRESSION_ERROR',
  'NGHTTP2_CONNECT_ERROR',
  'NGHTTP2_ENHANCE_YOUR_CALM',
  'NGHTTP2_INADEQUATE_SECURITY',
  'NGHTTP2_HTTP_1_1_REQUIRED',
];

module.exports = {
  codes,
  NghttpError,
  AbortError,
  nghttp2ErrorString,
  nameForErrorCode,
  withoutStack,
};
