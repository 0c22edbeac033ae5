'use strict';

/**
 * Reads small files whole, those asked for in one tick in few jobs of the thread pool, so that the
 * way there and back is shared.
 */

const fs = require('node:fs');
const { AsyncResource } = require('node:async_hooks');
const { toNamespacedPath } = require('node:path');
const { readFiles } = require('./native.js');

/** Octets of the largest file that is read whole. */
const MAX_SIZE = 64 * 1024;
/** Files in one job: one that is slow to read holds up no more than these. */
const MAX_BATCH = 8;
/** Threads in the pool unless it is told otherwise. */
const THREADS = 4;
const WORD = 4;

const { open } = fs;

/** What waits for its turn. */
let waiting = [];

class Request extends AsyncResource {
  constructor(path, callback) {
    super('FSREQCALLBACK');
    this.path = path;
    this.callback = callback;
  }

  settle(content) {
    this.runInAsyncScope(this.callback, undefined, content);
  }
}

function settleAll(requests, octets) {
  let start = requests.length * WORD;
  requests.forEach((request, index) => {
    const length = octets === undefined ? -1 : octets.readInt32LE(index * WORD);
    const content = length < 0 ? undefined : octets.subarray(start, start + length);
    if (length > 0) start += length;
    // On a tick of its own: what it throws is nobody else's, and no rejection.
    process.nextTick(settle, request, content);
  });
}

function settle(request, content) {
  request.settle(content);
}

function readBatch(requests) {
  // On Windows, names that end in a dot or a space are not to become others, as with Node.
  const paths = requests.map(({ path }) => toNamespacedPath(path));
  readFiles(paths, MAX_SIZE).then(
    (octets) => settleAll(requests, octets),
    () => settleAll(requests),
  );
}

function flush() {
  const requests = waiting;
  waiting = [];
  const size = Math.min(MAX_BATCH, Math.ceil(requests.length / THREADS));
  for (let i = 0; i < requests.length; i += size) readBatch(requests.slice(i, i + size));
}

/**
 * Whether a path can be read here: what Node would refuse, what another fs answers for, and what
 * the permission model guards is left to node:fs.
 * @param {string | Buffer | URL} path
 */
function isReadable(path) {
  return (
    typeof path === 'string' &&
    path.length > 0 &&
    !path.includes('\0') &&
    path.isWellFormed() &&
    fs.open === open &&
    process.permission === undefined
  );
}

/**
 * @param {string} path One that `isReadable`.
 * @param {(content: Buffer | undefined) => void} callback Without content if it is no regular file,
 *   too large, or cannot be read.
 */
function readSmallFile(path, callback) {
  if (waiting.push(new Request(path, callback)) === 1) process.nextTick(flush);
}

module.exports = { isReadable, readSmallFile };
