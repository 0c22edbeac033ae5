'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { describe, test } = require('node:test');
const {
  CHUNK_SIZE,
  giveBuffer,
  isTurnOver,
  readHeld,
  takeBuffer,
} = require('../../lib/file-reads.js');

const CONTENT = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 7) % 251));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http2-reads-'));
const file = path.join(folder, 'file');
fs.writeFileSync(file, CONTENT);
const fd = fs.openSync(file, 'r');
const buffer = takeBuffer(CHUNK_SIZE);

process.on('exit', () => {
  fs.closeSync(fd);
  fs.rmSync(folder, { recursive: true });
});

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Linux tells what it holds of most file systems' files, of a tmpfs's or overlay's it does not. */
const tells = readHeld(fd, buffer, 1, 0) === 1;

describe('what the system holds', { skip: !tells && 'this file system does not tell' }, () => {
  test('is read, as far as the file goes', async () => {
    await nextTurn();
    assert.equal(readHeld(fd, buffer, CHUNK_SIZE, 0), CONTENT.length);
    assert.ok(buffer.subarray(0, CONTENT.length).equals(CONTENT));
    assert.equal(readHeld(fd, buffer, 10, 600), 10);
    assert.ok(buffer.subarray(0, 10).equals(CONTENT.subarray(600, 610)));
    assert.equal(readHeld(fd, buffer, CHUNK_SIZE, 990), 10);
  });

  test('is read from where the descriptor stands, which moves on', () => {
    const own = fs.openSync(file, 'r');
    assert.equal(readHeld(own, buffer, 100, null), 100);
    assert.equal(readHeld(own, buffer, 100, null), 100);
    assert.ok(buffer.subarray(0, 100).equals(CONTENT.subarray(100, 200)));
    assert.equal(fs.readSync(own, buffer), 800);
    fs.closeSync(own);
  });

  test('is read for so long in a turn of the event loop', async () => {
    await nextTurn();
    let octets = 0;
    while (!isTurnOver()) octets += readHeld(fd, buffer, CHUNK_SIZE, 0);
    assert.ok(octets >= CHUNK_SIZE && octets < 2 ** 21, `${octets} octets`);
    await nextTurn();
    assert.ok(!isTurnOver());
  });

  test('is left to an fs that was replaced', (t) => {
    t.mock.method(fs, 'read');
    assert.equal(readHeld(fd, buffer, 1, 0), 0);
    t.mock.restoreAll();
    assert.equal(readHeld(fd, buffer, 1, 0), 1);
  });
});

test('at the end of a file, and of none, nothing is known', () => {
  assert.equal(readHeld(fd, buffer, CHUNK_SIZE, CONTENT.length), 0);
  for (const none of [-1, 2 ** 31 - 1]) assert.equal(readHeld(none, buffer, 1, 0), 0);
});

test('no more is asked for than fits', () => {
  assert.throws(() => readHeld(fd, Buffer.alloc(1), 2, 0));
});

describe('buffers', () => {
  const takeAll = (size) => Array.from({ length: 20 }, () => takeBuffer(size));

  test('are kept, but not many', () => {
    const taken = takeAll(CHUNK_SIZE - 1);
    assert.equal(new Set(taken).size, taken.length);
    for (const { length } of taken) assert.equal(length, CHUNK_SIZE);
    taken.forEach(giveBuffer);
    const again = takeAll(CHUNK_SIZE).filter((one) => taken.includes(one));
    assert.ok(again.length > 0 && again.length < 10, `${again.length} buffers`);
  });

  test('are small where little is read, and not kept then', () => {
    const taken = takeAll(100);
    for (const { length } of taken) assert.equal(length, 100);
    taken.forEach(giveBuffer);
    for (const { length } of takeAll(CHUNK_SIZE)) assert.equal(length, CHUNK_SIZE);
  });
});
