'use strict';

/**
 * Writes to sockets past their streams.
 *
 * On the way through Writable each write makes a request for libuv and takes a dozen calls and a
 * tick, though the system takes nearly all of them within the call. Here a write to a stream that is
 * idle goes to the socket's handle, with a request that is used again. If the system has not taken
 * all of it at once, or has refused it, the stream is told as if it had begun the write itself: its
 * state, its events and its errors are as ever.
 */

const { Socket } = require('node:net');
const { Duplex } = require('node:stream');

const { write } = Duplex.prototype;
const { _write, _writeGeneric } = Socket.prototype;

/** The async id of a request that no write has begun with. */
const UNUSED = -1;

/** The outcome of a write that is done. */
const TAKEN = Symbol('taken');

/**
 * The class of requests to write. null: a handle makes them itself, and answers with the one that is
 * under way (Node 26); false: this Node has another way.
 */
let WriteWrap;
/** What the next write is made with: one that is taken at once leaves it as it is. */
let request = null;

/** Learns the class from a socket that writes to a handle of ours. */
function learnClass() {
  let given;
  const handle = {
    writeBuffer(made) {
      given = made;
      return 0;
    },
    close() {},
  };
  const socket = new Socket({ handle, manualStart: true });
  socket.write(new Uint8Array(1));
  socket.destroy();
  if (given === null) return null;
  return typeof given?.getAsyncId === 'function' && given.constructor;
}

/**
 * Whether the handle took all of a write within the call. What it queued may be gone already, but
 * then its request is still under way.
 */
function isTaken(result) {
  return result === 0 && (request === null || request.getAsyncId() === UNUSED);
}

/** Whether a write would go to the handle within the call. */
function isIdle(socket) {
  const state = socket._writableState;
  return (
    state.length === 0 &&
    state.corked === 0 &&
    !state.ending &&
    !state.errored &&
    !socket.connecting &&
    !socket.encrypted &&
    // Somebody may look on.
    socket.write === write &&
    socket._write === _write &&
    socket._writeGeneric === _writeGeneric
  );
}

/** Ways to write. @typedef {{begin: Function, method: string, write: Function}} Way */

/** One piece of octets. @type {Way} */
const ONE = {
  method: 'writeBuffer',
  begin: (handle, made, octets) => handle.writeBuffer(made, octets),
  write: (socket, octets, done) => socket.write(octets, done),
};

/** An array of pieces, at least two. @type {Way} */
const SEVERAL = {
  method: 'writev',
  begin: (handle, made, pieces) => handle.writev(made, pieces, true),
  write: writeEach,
};

function writeEach(socket, pieces, done) {
  const last = pieces.length - 1;
  socket.cork();
  for (let i = 0; i < last; i++) socket.write(pieces[i]);
  const flowing = socket.write(pieces[last], done);
  socket.uncork();
  return flowing;
}

/**
 * Has the stream make a write that its handle has begun.
 * @param {number | object} result What the handle answered.
 * @param {object | null} begun The request that it was given.
 */
function tell(way, socket, octets, done, result, begun) {
  const handle = socket._handle;
  handle[way.method] = (made) => {
    if (begun !== null) {
      made.error = begun.error;
      begun.oncomplete = (...outcome) => made.oncomplete(...outcome);
    }
    return result;
  };
  try {
    return way.write(socket, octets, done);
  } finally {
    delete handle[way.method];
  }
}

function writeIn(way, socket, octets, done) {
  if (WriteWrap === undefined) WriteWrap = learnClass();
  const handle = socket._handle;
  if (WriteWrap === false || !handle || !isIdle(socket)) return way.write(socket, octets, done);
  if (request === null && WriteWrap !== null) request = new WriteWrap();
  socket._unrefTimer();
  const result = way.begin(handle, request, octets);
  if (isTaken(result)) return TAKEN;
  const begun = request;
  request = null;
  // Nothing is written in between: Node remembers how the latest write went, of any stream.
  return tell(way, socket, octets, done, result, begun);
}

/**
 * Writes to a socket, past its stream if that is idle.
 * @param {Socket} socket
 * @param {Uint8Array} octets Not empty.
 * @param {() => void} done
 * @returns {TAKEN | boolean} TAKEN: the system has them all, and `done` is not called; false: the
 *   socket asks to wait for 'drain'
 */
function writeDirectly(socket, octets, done) {
  return writeIn(ONE, socket, octets, done);
}

/**
 * Writes to a socket, past its stream if that is idle, what lies in several places.
 * @param {Socket} socket
 * @param {Uint8Array[]} pieces At least two.
 * @param {() => void} done
 * @returns {TAKEN | boolean} as `writeDirectly`
 */
function writePiecesDirectly(socket, pieces, done) {
  return writeIn(SEVERAL, socket, pieces, done);
}

module.exports = { TAKEN, writeDirectly, writePiecesDirectly };
