'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { inspect } = require('node:util');
const {
  codes,
  NghttpError,
  AbortError,
  nghttp2ErrorString,
  nameForErrorCode,
} = require('../../lib/errors.js');
const { builtin } = require('../../lib/builtin.js');

function thrownBy(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}

/** What a user can see of an error, the frames of its stack aside. */
function portrait(error) {
  const properties = {};
  for (const key of Reflect.ownKeys(error)) {
    if (key === 'stack') continue;
    properties[key] = Object.getOwnPropertyDescriptor(error, key);
  }
  return {
    properties,
    name: error.name,
    constructor: error.constructor,
    text: String(error),
    head: error.stack.split('\n')[0],
    json: JSON.stringify(error),
    inspected: inspect(error).split('\n')[0],
  };
}

test('an error looks as that of the builtin: Error', () => {
  const theirs = thrownBy(() => builtin.connect('gopher://x'));
  const ours = new codes.ERR_HTTP2_UNSUPPORTED_PROTOCOL('gopher:');
  assert.deepStrictEqual(portrait(ours), portrait(theirs));
  assert.ok(ours instanceof Error);
});

test('an error looks as that of the builtin: RangeError', () => {
  const theirs = thrownBy(() => builtin.getUnpackedSettings(Buffer.alloc(5)));
  const ours = new codes.ERR_HTTP2_INVALID_PACKED_SETTINGS_LENGTH();
  assert.deepStrictEqual(portrait(ours), portrait(theirs));
  assert.ok(ours instanceof RangeError);
});

test('setting values come as TypeError and as RangeError, with their limits', () => {
  const Invalid = codes.ERR_HTTP2_INVALID_SETTING_VALUE;
  assert.deepStrictEqual(
    portrait(new Invalid('enablePush', 1)),
    portrait(thrownBy(() => builtin.getPackedSettings({ enablePush: 1 }))),
  );
  assert.deepStrictEqual(
    portrait(new Invalid.RangeError('maxFrameSize', 1, 16384, 16777215)),
    portrait(thrownBy(() => builtin.getPackedSettings({ maxFrameSize: 1 }))),
  );
});

test('the stack begins where the error was made', () => {
  const error = new codes.ERR_HTTP2_INVALID_SESSION();
  const [head, first] = error.stack.split('\n');
  assert.strictEqual(head, 'Error [ERR_HTTP2_INVALID_SESSION]: The session has been destroyed');
  assert.ok(first.includes(__filename), first);
});

test('received values are described as Node does', () => {
  class Custom {}
  const values = [
    undefined,
    null,
    true,
    5n,
    Symbol('s'),
    () => {},
    function named() {},
    Custom,
    {},
    [],
    Object.create(null),
    new Custom(),
    "it's",
    'a'.repeat(28),
    'a'.repeat(29),
  ];
  for (const value of values) {
    const theirs = thrownBy(() => Buffer.alloc(value));
    const ours = new codes.ERR_INVALID_ARG_TYPE('size', 'number', value);
    assert.deepStrictEqual(portrait(ours), portrait(theirs));
  }
  const theirs = thrownBy(() => process.chdir(-0));
  assert.strictEqual(
    new codes.ERR_INVALID_ARG_TYPE('directory', 'string', -0).message,
    theirs.message,
  );
});

test('expected types are listed as Node does', () => {
  const text = (name, expected) => {
    const { message } = new codes.ERR_INVALID_ARG_TYPE(name, expected, 1);
    return message.replace('. Received type number (1)', '');
  };
  assert.strictEqual(text('a', 'Object'), 'The "a" argument must be of type object');
  assert.strictEqual(text('a', 'Array'), 'The "a" argument must be an instance of Array');
  assert.strictEqual(
    text('o.a', ['string', 'number']),
    'The "o.a" property must be one of type string or number',
  );
  assert.strictEqual(
    text('a', ['Array', 'Object']),
    'The "a" argument must be an instance of Array or Object',
  );
  assert.strictEqual(
    text('first argument', ['string', 'URL', 'Object']),
    'The first argument must be of type string or an instance of URL or Object',
  );
  assert.strictEqual(
    text('a', ['Buffer', 'TypedArray', 'DataView']),
    'The "a" argument must be an instance of Buffer, TypedArray, or DataView',
  );
});

test('out-of-range and invalid values are shown as Node shows them', () => {
  for (const value of [-1, 256, 2 ** 32, 2 ** 32 + 1, -(2 ** 33), 1e21, -Infinity]) {
    const theirs = thrownBy(() => Buffer.alloc(1).writeUInt8(value));
    const ours = new codes.ERR_OUT_OF_RANGE('value', '>= 0 and <= 255', value);
    assert.deepStrictEqual(portrait(ours), portrait(theirs));
  }
  const theirs = thrownBy(() => Buffer.alloc(8).writeBigUInt64LE(2n ** 64n));
  const ours = new codes.ERR_OUT_OF_RANGE('value', '>= 0n and < 2n ** 64n', 2n ** 64n);
  assert.strictEqual(ours.message, theirs.message);
  assert.strictEqual(
    new codes.ERR_INVALID_ARG_VALUE('options.offset', 'x'.repeat(200)).message,
    `The property 'options.offset' is invalid. Received '${'x'.repeat(127)}...`,
  );
});

test('a cancelled pending stream names its cause', () => {
  const cause = new Error('no route');
  const error = new codes.ERR_HTTP2_STREAM_CANCEL(cause);
  assert.strictEqual(error.message, 'The pending stream has been canceled (caused by: no route)');
  assert.strictEqual(error.cause, cause);
  assert.ok(!('cause' in new codes.ERR_HTTP2_STREAM_CANCEL()));
});

test('engine failures carry the library code', () => {
  const error = new NghttpError(-505);
  assert.strictEqual(error.constructor.name, 'NghttpError');
  assert.strictEqual(error.name, 'Error');
  assert.strictEqual(error.code, 'ERR_HTTP2_ERROR');
  assert.strictEqual(error.errno, -505);
  assert.strictEqual(error.stack.split('\n')[0], 'Error [ERR_HTTP2_ERROR]: Protocol error');
  assert.strictEqual(String(error), 'Error [ERR_HTTP2_ERROR]: Protocol error');
  const custom = new NghttpError(-902, 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES');
  assert.strictEqual(custom.code, 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES');
  assert.strictEqual(custom.message, 'Too many invalid HTTP/2 frames');
  assert.strictEqual(nghttp2ErrorString(-1), 'Unknown error code');
});

test('an abort keeps its cause', () => {
  const error = new AbortError(undefined, { cause: 'why' });
  assert.strictEqual(error.name, 'AbortError');
  assert.strictEqual(error.code, 'ABORT_ERR');
  assert.strictEqual(error.message, 'The operation was aborted');
  assert.strictEqual(error.cause, 'why');
});

test('wire codes are named by the constants', () => {
  nameForErrorCode.forEach((name, code) => assert.strictEqual(builtin.constants[name], code));
  assert.strictEqual(nameForErrorCode.length, 14);
});
