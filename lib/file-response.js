'use strict';

/**
 * Responses from files: one path for file names, descriptors and FileHandles. The stream is handed
 * in.
 */

const fs = require('node:fs');
const { setImmediate } = require('node:timers');
const behavior = require('./behavior.js');
const { codes } = require('./errors.js');
const { CHUNK_SIZE, giveBuffer, isTurnOver, readHeld, takeBuffer } = require('./file-reads.js');
const { addMissing, isBodiless } = require('./response-headers.js');
const { isReadable, readSmallFile } = require('./small-files.js');
const { validateHeaders, validateObject } = require('./validators.js');
const { NGHTTP2_INTERNAL_ERROR } = require('./constants.js');
const {
  kEndBody,
  kMaybeDestroy,
  kSendPiece,
  kSession,
  kSocket,
  kStartResponse,
  kState,
  kUpdateTimer,
} = require('./symbols.js');

/**
 * Checks what a response from a file is asked for with.
 * @returns {object} the headers, complete but for the length
 */
function checkArguments(stream, given, options) {
  if (stream.destroyed || stream.closed) throw new codes.ERR_HTTP2_INVALID_STREAM();
  if (stream.headersSent) throw new codes.ERR_HTTP2_HEADERS_SENT();
  if (options !== undefined) checkOptions(options);
  if (given !== undefined) validateHeaders(given, behavior.rawResponseArrays);
  const headers = { __proto__: null, ...given };
  const status = addMissing(headers, true);
  if (isBodiless(status) || stream.headRequest) {
    throw new codes.ERR_HTTP2_PAYLOAD_FORBIDDEN(status);
  }
  return headers;
}

function checkOptions(options) {
  validateObject(options, 'options');
  for (const name of ['offset', 'length']) {
    if (options[name] !== undefined && typeof options[name] !== 'number') {
      throw new codes.ERR_INVALID_ARG_VALUE(`options.${name}`, options[name]);
    }
  }
  if (options.statCheck !== undefined && typeof options.statCheck !== 'function') {
    throw new codes.ERR_INVALID_ARG_VALUE('options.statCheck', options.statCheck);
  }
}

/** Whether it is too late for a response: files take their time to open, and users write, or cork. */
function isAnswered(stream) {
  return stream.destroyed || stream.closed || stream.headersSent || stream.writableLength > 0;
}

/** What Node makes of an offset or length, which a statCheck may set to anything. */
function toInteger(value) {
  return Math.min(Math.trunc(value) || 0, Number.MAX_SAFE_INTEGER);
}

function isFileHandle(value) {
  return value !== null && typeof value === 'object' && typeof value.fd === 'number';
}

function finishBody(stream) {
  if (stream.destroyed || stream[kState].closed) return;
  stream[kState].piped = false;
  stream[kEndBody]();
  stream[kMaybeDestroy]();
}

/**
 * Responds with a file that was read whole.
 * @returns {boolean} false if the headers are refused.
 */
function sendWhole(stream, content, headers, waitForTrailers) {
  headers['content-length'] = content.length;
  try {
    stream[kStartResponse](headers, !!waitForTrailers);
  } catch {
    return false;
  }
  if (stream.destroyed || stream.closed) return true;
  if (content.length === 0) finishBody(stream);
  else stream[kSendPiece](content, true, () => finishBody(stream));
  return true;
}

/** One file on its way into a response. */
class FileResponse {
  /**
   * @param {object} stream
   * @param {number | object} file Descriptor, or FileHandle (kept, as collecting it closes it).
   * @param {boolean} owned Whether it is closed at the end.
   */
  constructor(stream, file, owned) {
    this.stream = stream;
    this.file = file;
    this.fd = isFileHandle(file) ? file.fd : file;
    this.owned = owned;
    this.open = true;
    /** Whether a call on the descriptor is under way: closed then, its number could be another's. */
    this.busy = false;
    /** Where to read next; null: where the descriptor stands. */
    this.position = null;
    /** Octets still to send; negative: to the end. */
    this.left = -1;
    /** What is read into, or was and is being written. */
    this.buffer = undefined;
    this.onStreamClose = () => {
      if (!this.busy) this.close();
    };
    this.readOn = () => this.read();
    this.onLastWritten = () => this.finish();
    stream.once('close', this.onStreamClose);
  }

  close() {
    if (!this.open) return;
    this.open = false;
    this.file = undefined;
    if (this.owned) fs.close(this.fd, () => {});
  }

  /** Sends the headers; `read` sends the octets asked for. */
  start(headers, { offset, length, waitForTrailers }) {
    const { stream } = this;
    if (isAnswered(stream)) {
      this.close();
      return;
    }
    try {
      stream[kStartResponse](headers, !!waitForTrailers);
    } catch (error) {
      this.close();
      stream.destroy(error);
      return;
    }
    const place = toInteger(offset);
    this.position = place < 0 ? null : place;
    this.left = toInteger(length);
  }

  read() {
    const { stream } = this;
    if (!this.open || stream.destroyed || stream.closed) return;
    if (this.left === 0) {
      this.finish();
      return;
    }
    if (isTurnOver()) {
      setImmediate(this.readOn);
      return;
    }
    const size = this.left > 0 ? Math.min(this.left, CHUNK_SIZE) : CHUNK_SIZE;
    this.buffer ??= takeBuffer(size);
    const held = readHeld(this.fd, this.buffer, size, this.position);
    if (held > 0) {
      this.write(held);
      return;
    }
    this.busy = true;
    fs.read(this.fd, this.buffer, 0, size, this.position, (error, count) => {
      this.busy = false;
      if (stream.destroyed || stream.closed) this.close();
      else if (error !== null) this.fail();
      else if (count === 0) this.finish();
      else this.write(count);
    });
  }

  /** Sends the first octets of the buffer, which is read into again when they are out. */
  write(count) {
    if (this.position !== null) this.position += count;
    if (this.left > 0) this.left -= count;
    const last = this.left === 0;
    const chunk = this.buffer.subarray(0, count);
    // END_STREAM goes with the last octets.
    this.stream[kSendPiece](chunk, last, last ? this.onLastWritten : this.readOn);
  }

  finish() {
    this.close();
    this.giveBuffer();
    finishBody(this.stream);
  }

  /** Lets others have the buffer, if no write of a stream or socket that ended early has it. */
  giveBuffer() {
    const { buffer, stream } = this;
    this.buffer = undefined;
    const open = !stream.destroyed && stream[kSession][kSocket]?.destroyed === false;
    if (buffer !== undefined && open) giveBuffer(buffer);
  }

  /** A file that cannot be read is this side's fault, and its reason nobody else's business. */
  fail() {
    this.close();
    this.stream.close(NGHTTP2_INTERNAL_ERROR);
  }
}

/**
 * Asks the user whether a response is to be. What statCheck throws is the user's own.
 * @returns {boolean} false: it is not; the file is closed.
 */
function check(response, { statCheck }, given) {
  const { stream } = response;
  if (statCheck === undefined || isAnswered(stream)) return true;
  if (Reflect.apply(statCheck, stream, given) !== false) return true;
  response.close();
  return false;
}

/** A descriptor is read from its start on unless the user says otherwise, wherever it stands. */
function sendDescriptor(response, headers, options) {
  const { offset = 0, length = -1, waitForTrailers } = options;
  const range = { offset, length };
  const start = () => response.start(headers, { ...range, waitForTrailers });
  if (options.statCheck === undefined) {
    start();
    // Whoever called may have more to say of the stream.
    process.nextTick(response.readOn);
    return;
  }
  fs.fstat(response.fd, (error, stat) => {
    if (error !== null) {
      response.close();
      response.stream.destroy(error);
    } else if (check(response, options, [stat, headers, range])) {
      start();
      response.read();
    }
  });
}

/** Announces the length of a regular file; anything else is read from where it stands. */
function sendRegular(response, stat, headers, options) {
  if (!check(response, options, [stat, headers])) return;
  const { waitForTrailers, offset = 0 } = options;
  let { length = -1 } = options;
  if (stat.isFile()) {
    const rest = stat.size - offset;
    length = length < 0 ? rest : Math.min(rest, length);
    headers['content-length'] = length;
    response.start(headers, { offset, length, waitForTrailers });
  } else {
    response.start(headers, { offset: -1, length, waitForTrailers });
  }
  response.read();
}

function sendFile(response, stat, headers, options, onError) {
  const ranged = options.offset !== undefined || options.length !== undefined;
  if (stat.isFile() || !(ranged || stat.isDirectory())) {
    sendRegular(response, stat, headers, options);
    return;
  }
  response.close();
  onError(
    stat.isDirectory() ? new codes.ERR_HTTP2_SEND_FILE() : new codes.ERR_HTTP2_SEND_FILE_NOSEEK(),
  );
}

/**
 * Responds with what a descriptor or FileHandle reads. It stays open.
 * @param {object} stream
 */
function respondWithFD(stream, fd, given, options) {
  const headers = checkArguments(stream, given, options);
  options = { ...options };
  if (typeof fd !== 'number' && !isFileHandle(fd)) {
    throw new codes.ERR_INVALID_ARG_TYPE('fd', ['number', 'FileHandle'], fd);
  }
  stream[kUpdateTimer]();
  sendDescriptor(new FileResponse(stream, fd, false), headers, options);
}

/**
 * Responds with a file.
 * @param {object} stream
 */
function respondWithFile(stream, path, given, options) {
  const headers = checkArguments(stream, given, options);
  options = { ...options };
  stream[kUpdateTimer]();
  const onError = (error) => {
    if (typeof options.onError === 'function') options.onError(error);
    else stream.destroy(error);
  };
  const { statCheck, offset, length, waitForTrailers } = options;
  const whole = statCheck === undefined && offset === undefined && length === undefined;
  if (!whole || !isReadable(path)) {
    openFile(stream, path, headers, options, onError);
    return;
  }
  readSmallFile(path, (content) => {
    if (isAnswered(stream)) return;
    // Where the headers are refused, who watches `fs` sees the file opened and closed as by Node.
    if (content === undefined || !sendWhole(stream, content, headers, waitForTrailers)) {
      openFile(stream, path, headers, options, onError);
    }
  });
}

/** Responds with a file of which nothing is known. */
function openFile(stream, path, headers, options, onError) {
  fs.open(path, 'r', (openError, fd) => {
    if (openError !== null) {
      onError(openError);
      return;
    }
    const response = new FileResponse(stream, fd, true);
    response.busy = true;
    fs.fstat(fd, (error, stat) => {
      response.busy = false;
      if (error === null) {
        sendFile(response, stat, headers, options, onError);
      } else {
        response.close();
        onError(error);
      }
    });
  });
}

module.exports = { respondWithFD, respondWithFile };
