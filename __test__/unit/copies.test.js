'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { copyOf } = require('../../lib/copies.js');

test('a copy has what the object itself has, enumerable, in the same order', () => {
  const symbol = Symbol('kept');
  const object = Object.create({ inherited: 1 }, { hidden: { value: 2 } });
  Object.assign(object, { b: 3, a: 4, [symbol]: 5 });
  const copy = copyOf(object);
  assert.deepEqual(Reflect.ownKeys(copy), ['b', 'a', symbol]);
  assert.deepEqual([copy.b, copy.a, copy[symbol]], [3, 4, 5]);
  copy.b = 6;
  assert.equal(object.b, 3);
});

test('a key named __proto__ is a key', () => {
  const object = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}');
  const copy = copyOf(object);
  assert.deepEqual(Object.keys(copy), ['__proto__', 'a']);
  assert.equal(copy.polluted, undefined);
});

test('a copy of nothing is empty', () => {
  for (const nothing of [undefined, null]) assert.deepEqual(copyOf(nothing), {});
});
