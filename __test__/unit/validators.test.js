'use strict';

const assert = require('node:assert');
const http = require('node:http');
const { test } = require('node:test');
const validators = require('../../lib/validators.js');

const invalid = (call, code, message) => assert.throws(call, { code, ...(message && { message }) });

const kinds = {
  validateFunction: { good: [() => {}, class {}], bad: [undefined, null, 5, 'f', {}] },
  validateString: { good: ['', 'a'], bad: [undefined, 5, null, new String('a')] },
  validateBoolean: { good: [true, false], bad: [undefined, 0, 'true', null] },
  validateObject: { good: [{}, Object.create(null), new Date()], bad: [null, [], () => {}, 'a'] },
  validateAbortSignal: {
    good: [undefined, new AbortController().signal, { aborted: true }],
    bad: [null, {}, 5, () => {}],
  },
};

for (const [name, { good, bad }] of Object.entries(kinds)) {
  test(`${name} tells its kind`, () => {
    for (const value of good) validators[name](value, 'x');
    for (const value of bad) {
      assert.throws(() => validators[name](value, 'x'), {
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_TYPE',
        message: /^The "x" argument must be .+\. Received /,
      });
    }
  });
}

test('integers have bounds', () => {
  const { validateInt32, validateInteger, validateUint32 } = validators;
  validateUint32(2 ** 32 - 1, 'x');
  validateUint32(0, 'x');
  validateInt32(-(2 ** 31), 'x');
  validateInteger(2 ** 53 - 1, 'x');
  invalid(() => validateUint32('1', 'x'), 'ERR_INVALID_ARG_TYPE');
  invalid(
    () => validateUint32(1.5, 'x'),
    'ERR_OUT_OF_RANGE',
    'The value of "x" is out of range. It must be an integer. Received 1.5',
  );
  invalid(
    () => validateUint32(-1, 'x'),
    'ERR_OUT_OF_RANGE',
    'The value of "x" is out of range. It must be >= 0 && <= 4294967295. Received -1',
  );
  invalid(
    () => validateUint32(0, 'x', true),
    'ERR_OUT_OF_RANGE',
    'The value of "x" is out of range. It must be >= 1 && <= 4294967295. Received 0',
  );
  invalid(() => validateUint32(2 ** 32, 'x'), 'ERR_OUT_OF_RANGE');
  invalid(() => validateInt32(2 ** 31, 'x'), 'ERR_OUT_OF_RANGE');
  invalid(() => validateInteger(2 ** 53, 'x'), 'ERR_OUT_OF_RANGE');
  invalid(() => validateInteger(NaN, 'x'), 'ERR_OUT_OF_RANGE');
});

test('numbers may have bounds', () => {
  const { validateNumber } = validators;
  validateNumber(NaN, 'x');
  validateNumber(1.5, 'x', 0);
  validateNumber(Infinity, 'x', 0);
  invalid(() => validateNumber('1', 'x'), 'ERR_INVALID_ARG_TYPE');
  for (const [value, min, max, range] of [
    [-1, 0, undefined, '>= 0'],
    [3, undefined, 2, '<= 2'],
    [3, 0, 2, '>= 0 && <= 2'],
    [NaN, 0, undefined, '>= 0'],
  ]) {
    invalid(
      () => validateNumber(value, 'x', min, max),
      'ERR_OUT_OF_RANGE',
      `The value of "x" is out of range. It must be ${range}. Received ${value}`,
    );
  }
});

test('links are joined or refused', () => {
  const { validateLinkHeaderValue } = validators;
  assert.strictEqual(validateLinkHeaderValue('</a>'), '</a>');
  assert.strictEqual(
    validateLinkHeaderValue('</a>; rel=preload; as="x"'),
    '</a>; rel=preload; as="x"',
  );
  assert.strictEqual(validateLinkHeaderValue(['</a>;x', '</b> ; y=']), '</a>;x, </b> ; y=');
  assert.strictEqual(validateLinkHeaderValue([]), '');
  for (const bad of [
    5,
    undefined,
    null,
    {},
    '',
    'a',
    '<a',
    '<a>;',
    '<a>; x="y z"',
    '<a> b',
    ['a'],
  ]) {
    invalid(() => validateLinkHeaderValue(bad), 'ERR_INVALID_ARG_VALUE');
  }
  // As many ways to read it as there are parameters: the answer must not take exponential time.
  invalid(() => validateLinkHeaderValue(`<a>${';a=b'.repeat(5000)}"`), 'ERR_INVALID_ARG_VALUE');
});

test('field names are told apart as node:http does', () => {
  for (let code = 0; code < 0x180; code++) {
    const char = String.fromCharCode(code);
    const accepts = (call) => {
      try {
        call();
        return true;
      } catch {
        return false;
      }
    };
    const name = `a${char}`;
    assert.strictEqual(
      validators.isHttpToken(name),
      accepts(() => http.validateHeaderName(name)),
    );
  }
  for (const value of ['', undefined, 5]) assert.strictEqual(validators.isHttpToken(value), false);
});
