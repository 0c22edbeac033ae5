'use strict';

/** Argument checks. Each throws what Node throws for the same value, and returns nothing else. */

const { codes } = require('./errors.js');

const { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE } = codes;

// RFC 9110 §5.6.2: token.
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// RFC 8288 §3, as far as Node looks: <target> and parameters; a quoted value has no blanks.
const linkFormat = /^<[^>]*>(?:\s*;\s*[^;"\s]+(?:(?<=[^;"\s]=)"[^;"\s]*")?)*$/;

/** @param {any} value @param {string} name */
function validateFunction(value, name) {
  if (typeof value !== 'function') throw new ERR_INVALID_ARG_TYPE(name, 'Function', value);
}

/** @param {any} value @param {string} name */
function validateString(value, name) {
  if (typeof value !== 'string') throw new ERR_INVALID_ARG_TYPE(name, 'string', value);
}

/** @param {any} value @param {string} name */
function validateBoolean(value, name) {
  if (typeof value !== 'boolean') throw new ERR_INVALID_ARG_TYPE(name, 'boolean', value);
}

/**
 * A number, NaN excluded if there is a bound.
 * @param {any} value
 * @param {string} name
 * @param {number} [min]
 * @param {number} [max]
 */
function validateNumber(value, name, min, max) {
  if (typeof value !== 'number') throw new ERR_INVALID_ARG_TYPE(name, 'number', value);
  const bounded = min !== undefined || max !== undefined;
  if (value < min || value > max || (bounded && Number.isNaN(value))) {
    const bounds = [];
    if (min !== undefined) bounds.push(`>= ${min}`);
    if (max !== undefined) bounds.push(`<= ${max}`);
    throw new ERR_OUT_OF_RANGE(name, bounds.join(' && '), value);
  }
}

/**
 * An integer in a range.
 * @param {any} value
 * @param {string} name
 * @param {number} [min]
 * @param {number} [max]
 */
function validateInteger(
  value,
  name,
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
) {
  if (typeof value !== 'number') throw new ERR_INVALID_ARG_TYPE(name, 'number', value);
  if (!Number.isInteger(value)) throw new ERR_OUT_OF_RANGE(name, 'an integer', value);
  if (value < min || value > max) {
    throw new ERR_OUT_OF_RANGE(name, `>= ${min} && <= ${max}`, value);
  }
}

/**
 * An integer of 32 bits with sign.
 * @param {any} value
 * @param {string} name
 * @param {number} [min]
 * @param {number} [max]
 */
function validateInt32(value, name, min = -(2 ** 31), max = 2 ** 31 - 1) {
  validateInteger(value, name, min, max);
}

/**
 * An integer of 32 bits without sign.
 * @param {any} value
 * @param {string} name
 * @param {boolean} [positive] Zero is refused.
 */
function validateUint32(value, name, positive = false) {
  validateInteger(value, name, positive ? 1 : 0, 2 ** 32 - 1);
}

/**
 * An object that is neither an array nor a function.
 * @param {any} value
 * @param {string} name
 */
function validateObject(value, name) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new ERR_INVALID_ARG_TYPE(name, 'Object', value);
  }
}

/**
 * Headers, as an object or, where the running Node takes that, a flat array.
 * @param {any} headers
 * @param {boolean} orArray
 */
function validateHeaders(headers, orArray) {
  if (!orArray) validateObject(headers, 'headers');
  else if (headers === null || typeof headers !== 'object') {
    throw new ERR_INVALID_ARG_TYPE('headers', ['Array', 'Object'], headers);
  }
}

/** An AbortSignal or undefined. @param {any} signal @param {string} name */
function validateAbortSignal(signal, name) {
  if (signal === undefined) return;
  if (signal === null || typeof signal !== 'object' || !('aborted' in signal)) {
    throw new ERR_INVALID_ARG_TYPE(name, 'AbortSignal', signal);
  }
}

/**
 * The `link` hint of early hints.
 * @param {any} hints A link or an array of links.
 * @returns {string} The field value; empty for an empty array.
 */
function validateLinkHeaderValue(hints) {
  if (typeof hints === 'string') {
    validateLink(hints);
    return hints;
  }
  if (!Array.isArray(hints)) throw linkError(hints);
  hints.forEach(validateLink);
  return hints.join(', ');
}

function validateLink(link) {
  if (typeof link !== 'string' || !linkFormat.test(link)) throw linkError(link);
}

function linkError(value) {
  return new ERR_INVALID_ARG_VALUE(
    'hints',
    value,
    'must be an array or string of format "</styles.css>; rel=preload; as=style"',
  );
}

/** Whether a string is a token of HTTP, as field names and methods are. @param {any} value */
function isHttpToken(value) {
  return typeof value === 'string' && token.test(value);
}

module.exports = {
  validateAbortSignal,
  validateBoolean,
  validateFunction,
  validateInt32,
  validateInteger,
  validateLinkHeaderValue,
  validateNumber,
  validateHeaders,
  validateObject,
  validateString,
  validateUint32,
  isHttpToken,
};
