'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { FrameCutter } = require('../../lib/frame-cutter.js');
const { PREFACE, frame } = require('../support/frames');

const PADDED = 8;
const lengths = (pieces) => pieces.map(({ length }) => length);
const padded = frame('DATA', {
  flags: PADDED,
  stream: 1,
  payload: Buffer.concat([Buffer.from([2]), Buffer.from('body'), Buffer.alloc(2)]),
});

test('frames come by themselves, DATA in its parts', () => {
  const cutter = new FrameCutter(false);
  const output = Buffer.concat([
    frame('SETTINGS'),
    frame('HEADERS', { stream: 1, payload: Buffer.alloc(20) }),
    frame('DATA', { stream: 1, payload: Buffer.from('hello') }),
    padded,
    frame('DATA', { stream: 1 }),
    frame('PING', { payload: Buffer.alloc(8) }),
  ]);
  const pieces = cutter.cut([output]);
  assert.deepEqual(lengths(pieces), [9, 29, 9, 5, 9, 1, 4, 2, 9, 17]);
  assert.deepEqual(Buffer.concat(pieces), output);
});

test('a client begins with its preface', () => {
  const pieces = new FrameCutter(true).cut([PREFACE, frame('SETTINGS')]);
  assert.deepEqual(lengths(pieces), [24, 9]);
});

test('bodies that are buffers of their own stay whole', () => {
  const head = frame('DATA', { stream: 1, length: 10 });
  const [first, second] = [Buffer.alloc(6), Buffer.alloc(4)];
  const pieces = new FrameCutter(false).cut([head, first, second, frame('SETTINGS')]);
  assert.deepEqual(lengths(pieces), [9, 6, 4, 9]);
  assert.equal(pieces[1].buffer, first.buffer);
});

test('output is cut in the same places wherever it is interrupted, but within a frame', () => {
  const frames = [
    frame('SETTINGS'),
    frame('PING', { payload: Buffer.alloc(8) }),
    frame('SETTINGS'),
  ];
  const output = Buffer.concat(frames);
  for (let at = 0; at <= output.length; at++) {
    const cutter = new FrameCutter(false);
    const pieces = [...cutter.cut([output.subarray(0, at)]), ...cutter.cut([output.subarray(at)])];
    assert.deepEqual(Buffer.concat(pieces), output, `at ${at}`);
    const starts = new Set();
    let start = 0;
    for (const { length } of pieces) {
      starts.add(start);
      start += length;
    }
    assert.ok(starts.has(0) && starts.has(9) && starts.has(26), `at ${at}`);
  }
});
