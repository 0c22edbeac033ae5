'use strict';

/**
 * The one normaliser of what createServer, createSecureServer, connect and performServerHandshake
 * are given. Each function copies the caller's object, checks what Node checks, and fills in
 * defaults; what it does not know goes through to net, tls or http untouched.
 */

const http = require('node:http');
const net = require('node:net');
const behavior = require('./behavior.js');
const constants = require('./constants.js');
const { codes } = require('./errors.js');
const { MAX_CUSTOM_SETTINGS, toEntries, validateSettings } = require('./settings.js');
const {
  validateBoolean,
  validateNumber,
  validateObject,
  validateUint32,
} = require('./validators.js');

const { ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS, ERR_INVALID_ARG_TYPE } = codes;

const MAX_UINT32 = 2 ** 32 - 1;
/** How long a socket may stay after it turned out not to speak HTTP/2, in ms. */
const UNKNOWN_PROTOCOL_TIMEOUT = 10_000;

/** Numeric options of a session that the engine knows by the same name; others are no concern. */
const engineNumbers = [
  'maxDeflateDynamicTableSize',
  'maxSettings',
  'maxSessionMemory',
  'maxHeaderListPairs',
  'maxOutstandingPings',
  'maxOutstandingSettings',
  'maxReservedRemoteStreams',
  'maxSendHeaderBlockLength',
  'peerMaxConcurrentStreams',
  'maxSessionInvalidFrames',
  'maxSessionRejectedStreams',
  'maxAutoWindowSize',
  'maxContinuations',
  'maxUnsentAcks',
];

function optionName(name) {
  return behavior.optionErrorsNameProperty ? `options.${name}` : name;
}

/** Checks and copies what servers and clients have in common. */
function sessionOptions(options) {
  validateObject(options, 'options');
  const copy = { ...options };
  if (behavior.customSettings && copy.remoteCustomSettings !== undefined) {
    copy.remoteCustomSettings = customSettingIds(copy.remoteCustomSettings);
  }
  if (behavior.strictSingleValueFields && copy.strictSingleValueFields !== undefined) {
    validateBoolean(copy.strictSingleValueFields, 'options.strictSingleValueFields');
  }
  return copy;
}

function customSettingIds(ids) {
  if (!Array.isArray(ids)) {
    throw new ERR_INVALID_ARG_TYPE('options.remoteCustomSettings', 'Array', ids);
  }
  if (ids.length > MAX_CUSTOM_SETTINGS) throw new ERR_HTTP2_TOO_MANY_CUSTOM_SETTINGS();
  return ids.slice();
}

/**
 * Options of a plain server.
 * @param {object} options
 * @param {{Http2ServerRequest?: Function, Http2ServerResponse?: Function}} [classes] What serves
 *   'request' events unless the caller has classes of his own.
 * @returns {object} A copy with `settings`, `unknownProtocolTimeout` and the classes filled in.
 */
function serverOptions(options, classes = {}) {
  const copy = sessionOptions(options);
  if (copy.settings !== undefined) validateObject(copy.settings, 'options.settings');
  copy.settings = { ...copy.settings };
  for (const name of ['maxSessionInvalidFrames', 'maxSessionRejectedStreams']) {
    if (copy[name] !== undefined) validateUint32(copy[name], optionName(name));
  }
  if (copy.unknownProtocolTimeout === undefined) {
    copy.unknownProtocolTimeout = UNKNOWN_PROTOCOL_TIMEOUT;
  } else {
    validateUint32(copy.unknownProtocolTimeout, optionName('unknownProtocolTimeout'));
  }
  fillClasses(copy, classes);
  return copy;
}

function fillClasses(options, { Http2ServerRequest, Http2ServerResponse }) {
  options.Http2ServerRequest ||= Http2ServerRequest;
  options.Http2ServerResponse ||= Http2ServerResponse;
  const http1 = (behavior.http1Options && options.http1Options) || {};
  options.Http1IncomingMessage = http1.IncomingMessage || options.Http1IncomingMessage;
  options.Http1IncomingMessage ||= http.IncomingMessage;
  options.Http1ServerResponse = http1.ServerResponse || options.Http1ServerResponse;
  options.Http1ServerResponse ||= http.ServerResponse;
}

/**
 * Options of a TLS server, ready for tls.Server: what ALPN offers is settled.
 * @param {object} options
 * @param {object} [classes] As for `serverOptions`.
 * @returns {object}
 */
function secureServerOptions(options, classes) {
  return withAlpn(serverOptions(options, classes));
}

function withAlpn(options) {
  // A callback decides by itself. Where it is not supported, tls refuses it beside the list.
  if (options.ALPNCallback && behavior.alpnCallback) return options;
  options.ALPNProtocols = options.allowHTTP1 === true ? ['h2', 'http/1.1'] : ['h2'];
  return options;
}

/**
 * Options of a client session.
 * @param {object} [options]
 * @returns {object} A copy.
 */
function connectOptions(options = {}) {
  const copy = sessionOptions(options);
  if (copy.maxOriginSetSize != null) {
    validateNumber(copy.maxOriginSetSize, 'options.maxOriginSetSize', 0);
  }
  return copy;
}

/**
 * Options for tls.connect, checked as a server's are. What tls itself knows, it checks itself.
 * @param {object} options Of `connectOptions`.
 * @param {string} host Of the authority.
 * @returns {object} A copy that offers h2 and names the server.
 */
function secureConnectOptions(options, host) {
  const copy = withAlpn(serverOptions(options));
  const named = !behavior.noServernameForIp || net.isIP(host) === 0;
  if (named && !copy.servername) copy.servername = host;
  return copy;
}

/**
 * Options of the http.Server that serves HTTP/1 clients of a TLS server.
 * @param {object} options Of `secureServerOptions`.
 * @returns {object}
 */
function http1ServerOptions(options) {
  const { Http1IncomingMessage: IncomingMessage, Http1ServerResponse: ServerResponse } = options;
  if (behavior.http1TakesOptions) {
    return { ...options, ...options.http1Options, IncomingMessage, ServerResponse };
  }
  const timeouts = behavior.http1Timeouts
    ? { headersTimeout: 60_000, requestTimeout: 300_000 }
    : { headersTimeout: 0, requestTimeout: 0 };
  return { ...timeouts, keepAliveTimeout: 0, IncomingMessage, ServerResponse };
}

/** As in the engine: an unsigned number of 32 bits, whatever was given. */
function toUint32(number) {
  return Math.min(Math.max(Math.trunc(number) || 0, 0), MAX_UINT32);
}

/**
 * The initial SETTINGS, as a flat list: id, value, id, value …
 * @param {{settings?: object}} options A value that is no object counts as none.
 * @returns {number[]}
 */
function initialEntries({ settings }) {
  if (settings === undefined || typeof settings !== 'object') return [];
  validateObject(settings, 'settings');
  validateSettings(settings);
  return toEntries(settings);
}

/**
 * What the engine has to know of a session's options; absent members keep its defaults. Values of
 * other types than the documented are ignored, as Node does, but for `settings`, whose values are
 * only checked here, when a session begins.
 *
 * @param {object} options Of `serverOptions` or `connectOptions`.
 * @param {number[]} [settings] The initial SETTINGS, as `initialEntries` has them.
 * @returns {object}
 */
function engineConfig(options, settings = initialEntries(options)) {
  const config = { settings };
  for (const name of engineNumbers) {
    if (typeof options[name] === 'number') config[name] = toUint32(options[name]);
  }
  const { paddingStrategy, streamResetBurst, streamResetRate } = options;
  if (
    paddingStrategy === constants.PADDING_STRATEGY_ALIGNED ||
    paddingStrategy === constants.PADDING_STRATEGY_MAX
  ) {
    config.paddingStrategy = paddingStrategy;
  }
  if (
    behavior.streamResetOptions &&
    typeof streamResetBurst === 'number' &&
    typeof streamResetRate === 'number'
  ) {
    config.streamResetBurst = toUint32(streamResetBurst);
    config.streamResetRate = toUint32(streamResetRate);
  }
  if (behavior.surplusDataFailsSession) config.surplusDataEndsSession = true;
  if (behavior.strictFieldWhitespace && options.strictFieldWhitespaceValidation === false) {
    config.strictFieldWhitespaceValidation = false;
  }
  return config;
}

/**
 * Ids of unknown settings whose received values a session keeps.
 * @param {object} options
 * @returns {number[]}
 */
function remoteCustomIds(options) {
  return (options.remoteCustomSettings ?? []).filter((id) => typeof id === 'number');
}

module.exports = {
  connectOptions,
  engineConfig,
  http1ServerOptions,
  initialEntries,
  remoteCustomIds,
  secureConnectOptions,
  secureServerOptions,
  serverOptions,
};
