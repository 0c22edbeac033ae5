'use strict';

/** Which headers a response takes, by Node's rules for the compatibility API. */

const behavior = require('../behavior.js');
const { codes } = require('../errors.js');
const { isHttpToken, validateLinkHeaderValue, validateObject } = require('../validators.js');

const REQUEST_AND_STATUS = new Set([':status', ':method', ':path', ':authority', ':scheme']);

/** Bounds the memory of applications that make names up. */
const MAX_KEYS = 1024;
const keys = new Map();

/**
 * The key that a header of this name is kept under.
 * @param {string} name
 * @returns {string}
 */
function headerKey(name) {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = name.trim().toLowerCase();
  if (keys.size < MAX_KEYS && name.length <= 64) keys.set(name, key);
  return key;
}

/**
 * Refuses names and values that no header can have.
 * @param {string} key
 * @param {any} value
 */
function checkHeader(key, value) {
  if (key === '' || key.includes(' ')) {
    throw new codes.ERR_INVALID_HTTP_TOKEN('Header name', key);
  }
  if (REQUEST_AND_STATUS.has(key)) throw new codes.ERR_HTTP2_PSEUDOHEADER_NOT_ALLOWED();
  if (value === undefined || value === null) {
    throw new codes.ERR_HTTP2_INVALID_HEADER_VALUE(value, key);
  }
}

/**
 * Whether a header is dropped with a warning. RFC 9113 §8.2.2: `connection` has no meaning here,
 * but code written for HTTP/1 sets it. Others of its kind are refused when they are to be sent.
 * @param {string} key
 * @returns {boolean}
 */
function isDropped(key) {
  if (key !== 'connection') return false;
  warnOnce(
    'The provided connection header is not valid, ' +
      'the value will be dropped from the header and will never be in use.',
  );
  return true;
}

/** RFC 9113 §8.3.2: a response has no reason phrase. */
function warnOfStatusMessage() {
  warnOnce('Status message is not supported by HTTP/2 (RFC7540 8.1.2.4)');
}

const warned = new Set();

function warnOnce(text) {
  if (warned.has(text)) return;
  warned.add(text);
  process.emitWarning(text, 'UnsupportedWarning');
}

/**
 * [name, value] pairs of a flat array or of an array of pairs.
 * @param {any[]} headers
 * @returns {Array<[string, any]>}
 */
function toPairs(headers) {
  if (Array.isArray(headers[0])) return headers;
  if (headers.length % 2 !== 0) throw new codes.ERR_INVALID_ARG_VALUE('headers', headers);
  const pairs = [];
  for (let i = 0; i < headers.length; i += 2) pairs.push([headers[i], headers[i + 1]]);
  return pairs;
}

/**
 * The headers of a 103 response (RFC 8297).
 * @param {{link: string | string[]}} hints
 * @returns {object | undefined} undefined if there are no links.
 */
function earlyHintHeaders(hints) {
  validateObject(hints, 'hints');
  const link = validateLinkHeaderValue(hints.link);
  const headers = { __proto__: null };
  for (const name of Object.keys(hints)) {
    if (name === 'link') continue;
    if (behavior.earlyHintsChecked) {
      const key = headerKey(name);
      checkHeader(key, hints[name]);
      if (!isHttpToken(key)) throw new codes.ERR_INVALID_HTTP_TOKEN('Header name', key);
    }
    headers[name] = hints[name];
  }
  if (link === '') return undefined;
  headers[':status'] = 103;
  headers.link = link;
  return headers;
}

/**
 * The headers of an informational response.
 * @param {number} statusCode 100 to 199; not 101, which HTTP/2 lacks (RFC 9113 §8.6).
 * @param {object} [headers]
 * @returns {object}
 */
function informationHeaders(statusCode, headers) {
  const valid = typeof statusCode === 'number' && statusCode >= 100 && statusCode <= 199;
  if (!valid || statusCode === 101) throw new codes.ERR_HTTP2_STATUS_INVALID(statusCode);
  if (headers !== undefined && headers !== null) validateObject(headers, 'headers');
  return { ...headers, ':status': statusCode };
}

module.exports = {
  checkHeader,
  earlyHintHeaders,
  headerKey,
  informationHeaders,
  isDropped,
  toPairs,
  warnOfStatusMessage,
};
