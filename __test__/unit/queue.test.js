'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { Queue } = require('../../lib/queue.js');

test('items come out in the order in which they went in', () => {
  const queue = new Queue();
  const out = [];
  for (let i = 0; i < 5; i++) queue.push(i);
  out.push(queue.shift(), queue.shift());
  assert.strictEqual(queue.length, 3);
  queue.push(5);
  while (queue.length > 0) out.push(queue.shift());
  assert.deepStrictEqual(out, [0, 1, 2, 3, 4, 5]);
  queue.push(6);
  assert.strictEqual(queue.length, 1);
  assert.strictEqual(queue.shift(), 6);
  assert.strictEqual(queue.length, 0);
});
