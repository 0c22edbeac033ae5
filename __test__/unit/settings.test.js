'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const ours = require('../../lib/settings.js');
const { builtin } = require('../../lib/builtin.js');
const behavior = require('../../lib/behavior.js');

/** What a call gives: its value, or the error as users tell it apart. */
function outcome(call) {
  try {
    return { value: call() };
  } catch (error) {
    const { name, code, message, actual, min, max } = error;
    return { name, code, message, actual, min, max };
  }
}

function assertSame(name, ...args) {
  assert.deepStrictEqual(
    outcome(() => ours[name](...args)),
    outcome(() => builtin[name](...args)),
  );
}

/** A packed list of entries with the ids first, first + 1, … */
function packedRange(first, count) {
  const packed = Buffer.alloc(count * 6);
  for (let i = 0; i < count; i++) {
    packed.writeUInt16BE(first + i, i * 6);
    packed.writeUInt32BE(i + 1, i * 6 + 2);
  }
  return packed;
}

test('getDefaultSettings gives a fresh object, as the builtin', () => {
  const settings = ours.getDefaultSettings();
  assert.deepStrictEqual(settings, builtin.getDefaultSettings());
  assert.deepStrictEqual(Object.keys(settings), Object.keys(builtin.getDefaultSettings()));
  assert.notStrictEqual(settings, ours.getDefaultSettings());
});

test('getPackedSettings agrees with the builtin on every kind of value', () => {
  const values = [
    undefined,
    null,
    true,
    false,
    '5',
    5n,
    NaN,
    -1,
    0,
    1,
    1.9,
    16383.9,
    16384,
    16384.5,
    16777215,
    16777216,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32 - 0.5,
    2 ** 32,
    Infinity,
    {},
    [7],
  ];
  for (const name of Object.keys(builtin.getDefaultSettings())) {
    for (const value of values) assertSame('getPackedSettings', { [name]: value });
  }
});

test('getPackedSettings checks in the order of the builtin', () => {
  const bad = { enableConnectProtocol: 1, enablePush: 1 };
  for (const name of [
    'maxHeaderSize',
    'maxHeaderListSize',
    'maxConcurrentStreams',
    'maxFrameSize',
    'initialWindowSize',
    'headerTableSize',
  ]) {
    assertSame('getPackedSettings', { ...bad });
    bad[name] = -1;
  }
  assertSame('getPackedSettings', bad);
});

test('getPackedSettings writes in wire order', () => {
  assertSame('getPackedSettings', {
    enableConnectProtocol: true,
    maxHeaderListSize: 6,
    maxFrameSize: 20000,
    initialWindowSize: 4,
    maxConcurrentStreams: 3,
    enablePush: false,
    headerTableSize: 1,
    unknown: 9,
  });
});

test('getPackedSettings wants an object', () => {
  for (const value of [undefined, null, 5, 'a', [], () => {}, true]) {
    assertSame('getPackedSettings', value);
  }
  assertSame('getPackedSettings');
  assertSame('getPackedSettings', Object.create({ maxFrameSize: 20000 }));
});

test('custom settings agree with the builtin', () => {
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [i + 20, 1]));
  for (const customSettings of [
    undefined,
    null,
    5,
    [1, 2],
    () => {},
    {},
    { a: 1 },
    { 0: 1 },
    { '-1': 1 },
    { '0x20': 1 },
    { 65535: 1 },
    { 65536: 1 },
    { 30: 0 },
    { 30: NaN },
    { 30: 0.5 },
    { 30: 1.7 },
    { 30: -1 },
    { 30: 2 ** 32 - 1, 29: 5 },
    { 30: 2 ** 32 },
    { 30: '5' },
    { 30: null },
    many,
  ]) {
    assertSame('getPackedSettings', { customSettings, maxFrameSize: 20000 });
  }
});

test('both names of the header list size: the older wins, with a warning', async () => {
  // Those of the other tests come first.
  await new Promise(setImmediate);
  const warnings = [];
  const onWarning = (warning) => warnings.push(`${warning.name}: ${warning.message}`);
  process.on('warning', onWarning);
  const packed = ours.getPackedSettings({ maxHeaderSize: 1, maxHeaderListSize: 2 });
  ours.getPackedSettings({ maxHeaderSize: 1, maxHeaderListSize: 1 });
  await new Promise(setImmediate);
  process.off('warning', onWarning);
  assert.strictEqual(packed.toString('hex'), '000600000001');
  assert.deepStrictEqual(warnings, [
    'Warning: settings.maxHeaderSize overwrite settings.maxHeaderListSize',
  ]);
});

test('getUnpackedSettings agrees with the builtin', () => {
  const all = Buffer.from(
    '000100001000000200000002000300000005000400000006000500000007000600000008000800000009',
    'hex',
  );
  for (const input of [
    all,
    Buffer.alloc(0),
    Buffer.alloc(5),
    Buffer.from('0007000000020009000000010000000000ff', 'hex'),
    packedRange(20, 11),
    new Uint8Array(all),
    new Uint16Array(all),
    new Uint16Array(5),
    new DataView(new ArrayBuffer(6)),
    new ArrayBuffer(6),
    'abcdef',
    5,
    null,
    undefined,
    {},
  ]) {
    assertSame('getUnpackedSettings', input);
  }
});

test('getUnpackedSettings validates only when asked to', () => {
  for (const hex of ['000500000001', '000480000000', '000200000002', '000800000002']) {
    const input = Buffer.from(hex, 'hex');
    for (const options of [undefined, null, {}, 'x', { validate: 1 }, { validate: false }]) {
      assertSame('getUnpackedSettings', input, options);
    }
  }
  for (const count of [10, 11]) {
    assertSame('getUnpackedSettings', packedRange(20, count), { validate: true });
  }
});

test('the state of a session starts with the initial values', () => {
  const state = new ours.SettingsState();
  assert.deepStrictEqual(state.toObject(), {
    headerTableSize: 4096,
    enablePush: true,
    initialWindowSize: 65535,
    maxFrameSize: 16384,
    maxConcurrentStreams: 4294967295,
    maxHeaderListSize: 4294967295,
    maxHeaderSize: 4294967295,
    enableConnectProtocol: false,
  });
});

test('the state of a session learns from entries, and states do not share', () => {
  const state = new ours.SettingsState();
  const other = new ours.SettingsState();
  state.apply([2, 0, 3, 7, 6, -1, 8, 1, 999, 4, 1000, 5], [999]);
  const settings = state.toObject();
  assert.strictEqual(settings.enablePush, false);
  assert.strictEqual(settings.maxConcurrentStreams, 7);
  assert.strictEqual(settings.maxHeaderListSize, 4294967295);
  assert.strictEqual(settings.enableConnectProtocol, true);
  assert.deepStrictEqual(settings.customSettings, behavior.customSettings ? { 999: 4 } : undefined);
  assert.strictEqual(other.toObject().maxConcurrentStreams, 4294967295);
  assert.strictEqual(state.get(3), 7);
});

test('toEntries lists only what is given', () => {
  assert.deepStrictEqual(ours.toEntries(undefined), []);
  assert.deepStrictEqual(
    ours.toEntries({ maxFrameSize: 20000, enablePush: false }),
    [2, 0, 5, 20000],
  );
});
