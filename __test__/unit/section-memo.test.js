'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { SectionMemo } = require('../../lib/section-memo.js');

/** A ring with the words of a section in the middle, and where they begin. */
const ring = (...words) => [Int32Array.of(90, ...words, 91), 1];

test('a section is known by its ids, as long as no string is defined', () => {
  const memo = new SectionMemo();
  const [words, at] = ring(1, 2, 3, 4);
  assert.equal(memo.is(words, at, 2, 7), false);
  memo.note(words, at, at + 4, 2, 7);
  assert.equal(memo.is(words, at, 2, 7), true);
  assert.equal(memo.is(words, at, 1, 7), false);
  assert.equal(memo.is(...ring(1, 2, 3, 5), 2, 7), false);
  // The ids may mean other strings.
  assert.equal(memo.is(words, at, 2, 8), false);
});

test('a section with strings of its own, or a very large one, is not known again', () => {
  const memo = new SectionMemo();
  const [words, at] = ring(1, -4, 2);
  memo.note(words, at, at + 3, 1, 0);
  assert.equal(memo.is(words, at, 1, 0), false);
  const large = ring(...Array.from({ length: 1000 }, (_, i) => i));
  memo.note(...large, large[1] + 1000, 500, 0);
  assert.equal(memo.is(...large, 500, 0), false);
});

test('what is kept is given each time anew', () => {
  const memo = new SectionMemo();
  const [words, at] = ring(1, 2, 3, 4);
  const rawHeaders = [':status', '200', 'a', 'b'];
  memo.note(words, at, at + 4, 2, 0);
  memo.keep({ ':status': 200, a: 'b' }, rawHeaders);
  assert.equal(memo.kept, true);
  rawHeaders.fill('spoilt');
  const [one, two] = [{}, {}];
  memo.repeat(one).push('spoilt');
  assert.deepEqual(memo.repeat(two), [':status', '200', 'a', 'b']);
  assert.deepEqual(two, { ':status': 200, a: 'b' });
  memo.note(words, at, at + 4, 2, 0);
  assert.equal(memo.kept, false);
});

test('names with several values are not kept', () => {
  for (const headers of [{ a: 'b, c' }, { a: 'b', 'set-cookie': ['c'] }]) {
    const memo = new SectionMemo();
    const [words, at] = ring(1, 2, 3, 4);
    memo.note(words, at, at + 4, 2, 0);
    memo.keep(headers, ['a', 'b', 'a', 'c']);
    assert.equal(memo.kept, false);
  }
});
