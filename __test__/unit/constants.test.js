'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const constants = require('../../lib/constants.js');
const { builtin } = require('../../lib/builtin.js');

test('the table equals the builtin in keys, values and order', () => {
  assert.deepStrictEqual(constants, builtin.constants);
  assert.deepStrictEqual(Reflect.ownKeys(constants), Reflect.ownKeys(builtin.constants));
});

test('entries are described as those of the builtin', () => {
  assert.deepStrictEqual(
    Object.getOwnPropertyDescriptors(constants),
    Object.getOwnPropertyDescriptors(builtin.constants),
  );
  assert.strictEqual(Object.isExtensible(constants), Object.isExtensible(builtin.constants));
});
