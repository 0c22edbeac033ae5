'use strict';

const { createHash } = require('node:crypto');
const { Readable } = require('node:stream');

const MIB = 1024 * 1024;

/** Octets that repeat nowhere near a frame's or a buffer's length. */
function bodyOf(size) {
  const block = Buffer.alloc(251 * 256);
  for (let i = 0; i < block.length; i++) block[i] = (i % 251) ^ Math.floor(i / 251);
  return Buffer.alloc(size, block);
}

/** A stream of `body` in chunks that fit no frame. */
function chunked(body, size = 50_021) {
  return Readable.from(
    (function* () {
      for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
    })(),
    { objectMode: false },
  );
}

/** The SHA-256 of a buffer, or of all that a readable yields, in hexadecimal. */
async function sha256(source) {
  const hash = createHash('sha256');
  if (Buffer.isBuffer(source)) return hash.update(source).digest('hex');
  for await (const chunk of source) hash.update(chunk);
  return hash.digest('hex');
}

/** All that a readable yields, as one buffer. */
async function gather(source) {
  const chunks = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

module.exports = { MIB, bodyOf, chunked, gather, sha256 };
