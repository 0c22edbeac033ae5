'use strict';

/** Reads DER (X.690): values of a definite length, each with a tag of one octet. */

/** A length that is told by the octets behind it, so many. */
const LONG = 0x80;
/** No file is longer than four octets can tell. */
const MAX_LENGTH_OCTETS = 4;
/** More than any count of iterations. */
const MAX_INTEGER_OCTETS = 6;

/** @returns {{length: number, at: number}} The length that is told at `at`, and where it ends. */
function readLength(octets, at) {
  if (at >= octets.length) throw new Error('not enough data');
  const first = octets[at];
  if (first < LONG) return { length: first, at: at + 1 };
  const count = first - LONG;
  if (count === 0 || count > MAX_LENGTH_OCTETS) throw new Error('bad object header');
  const end = at + 1 + count;
  if (end > octets.length) throw new Error('not enough data');
  return { length: octets.readUIntBE(at + 1, count), at: end };
}

/**
 * The values that lie one behind the other.
 * @param {Buffer} octets
 * @returns {{tag: number, content: Buffer}[]}
 */
function valuesOf(octets) {
  const values = [];
  let next = 0;
  while (next < octets.length) {
    const tag = octets[next];
    const { length, at } = readLength(octets, next + 1);
    next = at + length;
    if (next > octets.length) throw new Error('not enough data');
    values.push({ tag, content: octets.subarray(at, next) });
  }
  return values;
}

/** The octets of a value; throws where it is absent. */
function contentOf(value) {
  if (value === undefined) throw new Error('field missing');
  return value.content;
}

/** The values in a value. */
function inside(value) {
  return valuesOf(contentOf(value));
}

/** A number from 0 on. */
function integerOf(value) {
  const octets = contentOf(value);
  if (octets.length === 0 || octets.length > MAX_INTEGER_OCTETS) throw new Error('bad integer');
  return octets.readUIntBE(0, octets.length);
}

/** An object identifier, as numbers with dots in between. */
function oidOf(value) {
  const numbers = [0];
  for (const octet of contentOf(value)) {
    numbers[numbers.length - 1] = numbers.at(-1) * 0x80 + (octet & 0x7f);
    if (octet < 0x80) numbers.push(0);
  }
  numbers.pop();
  // The first two are one.
  const first = Math.min(Math.floor(numbers[0] / 40), 2);
  return [first, numbers[0] - first * 40, ...numbers.slice(1)].join('.');
}

module.exports = { contentOf, inside, integerOf, oidOf, valuesOf };
