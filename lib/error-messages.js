'use strict';

/** Texts of the general argument errors, composed as Node composes them. */

const { inspect } = require('node:util');

/** Names of types, as typeof says them; the capitalised two mean the same. */
const typeNames = new Set([
  'string',
  'function',
  'number',
  'object',
  'Function',
  'Object',
  'boolean',
  'bigint',
  'symbol',
]);

const className = /^(?:[A-Z][a-z0-9]*)+$/;

function listOf(words) {
  if (words.length < 3) return words.join(' or ');
  return `${words.slice(0, -1).join(', ')}, or ${words.at(-1)}`;
}

/** 'The "x" argument' or 'The "x.y" property'. */
function subject(name) {
  if (name.endsWith(' argument')) return `The ${name}`;
  return `The "${name}" ${name.includes('.') ? 'property' : 'argument'}`;
}

function shorten(text, limit, kept) {
  return text.length > limit ? `${text.slice(0, kept)}...` : text;
}

function describePrimitive(value) {
  if (typeof value !== 'string') return inspect(value, { colors: false });
  const text = shorten(value, 28, 25);
  return text.includes("'") ? JSON.stringify(text) : `'${text}'`;
}

/** What was received, as the end of an ERR_INVALID_ARG_TYPE message says it. */
function describe(value) {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') {
    const name = value.constructor?.name;
    return name ? `an instance of ${name}` : inspect(value, { depth: -1 });
  }
  return `type ${typeof value} (${describePrimitive(value)})`;
}

/**
 * @param {string} name Name of the argument, with a dot if it is a property.
 * @param {string | string[]} expected Types (`string`), classes (`Buffer`) or other words.
 * @param {any} actual
 * @returns {string}
 */
function formatInvalidArgType(name, expected, actual) {
  const wanted = [expected].flat();
  const types = wanted.filter((word) => typeNames.has(word)).map((word) => word.toLowerCase());
  const classes = wanted.filter((word) => !typeNames.has(word) && className.test(word));
  const others = wanted.filter((word) => !typeNames.has(word) && !className.test(word));
  if (classes.length > 0 && types.includes('object')) {
    types.splice(types.indexOf('object'), 1);
    classes.push('Object');
  }
  const phrases = [];
  if (types.length > 0) phrases.push(`${types.length > 1 ? 'one of' : 'of'} type ${listOf(types)}`);
  if (classes.length > 0) phrases.push(`an instance of ${listOf(classes)}`);
  if (others.length > 1) phrases.push(`one of ${listOf(others)}`);
  else if (others.length === 1) {
    phrases.push(/^[a-z]/.test(others[0]) ? others[0] : `an ${others[0]}`);
  }
  return `${subject(name)} must be ${phrases.join(' or ')}. Received ${describe(actual)}`;
}

/**
 * @param {string} name
 * @param {any} value
 * @param {string} [reason]
 * @returns {string}
 */
function formatInvalidArgValue(name, value, reason = 'is invalid') {
  const kind = name.includes('.') ? 'property' : 'argument';
  return `The ${kind} '${name}' ${reason}. Received ${shorten(inspect(value), 128, 128)}`;
}

/** 4294967297 as 4_294_967_297; anything in groups of three, so 1e+21 as 1e_+21. */
function separateThousands(text) {
  return text.replace(/(?<=[^-])(?=(?:...)+$)/g, '_');
}

/**
 * @param {string} name
 * @param {string} range What is allowed, as the words after 'It must be'.
 * @param {any} value
 * @returns {string}
 */
function formatOutOfRange(name, range, value) {
  let received;
  if (Number.isInteger(value) && Math.abs(value) > 2 ** 32) {
    received = separateThousands(String(value));
  } else if (typeof value === 'bigint') {
    const far = value > 2n ** 32n || value < -(2n ** 32n);
    received = `${far ? separateThousands(String(value)) : value}n`;
  } else {
    received = inspect(value);
  }
  return `The value of "${name}" is out of range. It must be ${range}. Received ${received}`;
}

module.exports = { formatInvalidArgType, formatInvalidArgValue, formatOutOfRange };
