'use strict';

/**
 * Socket or any Duplex ↔ native bytes.
 *
 * One loop, `run`, does all the work: it feeds what sockets read to the engine, lets events.js
 * dispatch what came of it, and writes what the sessions have to send. Whatever user code does
 * meanwhile (write to another session's transport, open requests, destroy) only adds to the loop's
 * queues. If a listener throws, the exception goes its way and the loop is taken up again on the
 * next tick, behind the event that threw.
 */

const { Socket } = require('node:net');
const { TLSSocket } = require('node:tls');
const { setImmediate } = require('node:timers');
const { engine, shared } = require('./bridge.js');
const { handOut } = require('./collections.js');
const { applyFor, peerStreams, takeFor } = require('./commands.js');
const { dispatch } = require('./events.js');
const { watchFrames } = require('./frames.js');
const { debugSession } = require('./diagnostics.js');
const { finishSoon, finishWrites } = require('./flights.js');
const { FrameCutter } = require('./frame-cutter.js');
const { discard, slabs, writeOut } = require('./output.js');
const { Queue } = require('./queue.js');
const { readDirectly } = require('./reading.js');
const { nextTurn } = require('./turns.js');
const { NGHTTP2_SESSION_CLIENT } = require('./constants.js');
const { POINTS } = require('./protocol.js');
const {
  kBlocked,
  kCarries,
  kContext,
  kCutter,
  kDirty,
  kHandle,
  kMaybeDestroy,
  kOnSessionOver,
  kOnTransportClose,
  kOnTransportEnd,
  kOnTransportError,
  kReadDirectly,
  kSeal,
  kSmallReads,
  kSocket,
  kStreams,
  kType,
  kUpdateTimer,
} = require('./symbols.js');

// The loop is not to stand still while a user's tests have replaced these.
const { nextTick } = process;
const resolved = Promise.resolve();

/**
 * Words of events after which a socket is read on only in the next turn of the event loop: the
 * system may have megabytes of frames at hand that cost their sender nothing, and other
 * connections are not to wait until they are through. A fully loaded session of ordinary requests
 * comes to as much in a few thousand.
 */
const FAIR_SHARE = 1 << 16;

/** Fewer turns of promise jobs are not worth a write of their own. */
const MIN_TURNS_AHEAD = 16;

/**
 * After so many reads in a row of less octets than that, a socket brings requests rather than bodies,
 * and is read past its stream: bodies would be copied once more there.
 */
const SMALL_READS = 8;
const SMALL_READ = 4 * 1024;

/** Sessions with commands or output to flush. */
const dirty = new Queue();
/** Chunks that arrived while the loop was busy: session, chunk, session, chunk … */
const inputs = [];

let running = false;
/** Whether this turn of the loop reads something. */
let fed = false;
let scheduled = false;
let paused = false;
/** What is being fed to the engine. */
let feeding;
let chunk;
let offset = 0;
let end = 0;
/** Whether `chunk` is memory that the next read of a socket writes over. */
let lent = false;
/** Words of events since a socket was last made to wait. */
let spent = 0;
/** Turns of promise jobs since sessions were last flushed. */
let turns = 0;

/** The engine neither reads nor writes any more: GOAWAY went or came, and all streams have ended. */
function tellOver(session) {
  session[kContext].runInAsyncScope(session[kOnSessionOver], session);
}

/**
 * Runs a session's queued commands and writes what it has to send, as far as the socket takes it.
 * Calls no user code but the transport's `write`.
 */
function flush(session) {
  session[kDirty] = false;
  if (session[kBlocked] || session[kHandle] === undefined) {
    applyFor(session);
    return;
  }
  const socket = session[kSocket];
  let words = takeFor(session);
  do {
    const handle = session[kHandle];
    if (handle === undefined) return;
    const target = slabs.current();
    const start = target.used;
    watchFrames();
    const written = engine.transmit(handle, words, target.buffer, start);
    words = 0;
    if (shared.segments[2] === 0) setImmediate(tellOver, session);
    if (written === 0 && shared.segments[0] === 0) return;
    const more = shared.segments[1] !== 0;
    const end = start + written;
    if (socket === undefined || socket.destroyed) {
      discard(session, target);
      continue;
    }
    if (!writeOut(session, socket, target, end)) session[kBlocked] = true;
    if (!more) return;
  } while (!session[kBlocked]);
}

/**
 * Whether so much of a read was told of that what was asked for meanwhile is to be sent: when half
 * of the session's streams had their turn. The peer is at work on it while the other half is told
 * of, and the other way round from then on.
 */
function isHalfway() {
  if (turns < MIN_TURNS_AHEAD) return false;
  return feeding === undefined || turns >= feeding[kStreams].length / 2;
}

function flushAll() {
  turns = 0;
  for (let left = dirty.length; left > 0; left--) flush(dirty.shift());
}

/** Begins with a chunk. */
function take(session, octets, length) {
  nextTurn();
  feeding = session;
  chunk = octets;
  offset = 0;
  end = length;
}

/** Memory of its own for what was read into memory that is lent. */
function copyOf(memory, length) {
  const copy = Buffer.allocUnsafeSlow(length);
  memory.copy(copy, 0, 0, length);
  return copy;
}

/** Goes on with a copy of the chunk: the memory is given back, or users get parts of it. */
function keep() {
  lent = false;
  chunk = copyOf(chunk, end);
}

/**
 * One step of the loop.
 * @returns {boolean} whether there may be more to do
 */
function step() {
  if (isHalfway()) flushAll();
  if (!dispatch(chunk)) {
    turns += 1;
    pause();
    return false;
  }
  if (chunk !== undefined) {
    const handle = feeding[kHandle];
    // Who was given a part of the chunk may have transferred its memory.
    if (handle !== undefined && offset < Math.min(end, chunk.length)) {
      watchFrames();
      offset = engine.receive(handle, chunk, offset, end);
      if (lent && shared.events[POINTS] !== 0) keep();
      spent += shared.events[0];
      if (spent > FAIR_SHARE) giveTurn(feeding);
      return true;
    }
    // What was read may call for an answer: acknowledgements, windows, bodies that could not go on.
    if (handle !== undefined) schedule(feeding);
    chunk = undefined;
    lent = false;
    feeding = undefined;
    if (inputs.length > 0 && inputs[0][kCutter] !== undefined) {
      pause();
      return false;
    }
  }
  if (inputs.length > 0) {
    // Two reads are two callbacks, also where both came from writing to a transport in the process.
    if (fed) {
      pause();
      return false;
    }
    fed = true;
    const session = inputs.shift();
    const octets = inputs.shift();
    take(session, octets, octets.length);
    return true;
  }
  if (dirty.length > 0) {
    flushAll();
    // Node's http2 hears of writes at once unless they answer what is being read.
    if (!fed) finishWrites();
    return true;
  }
  finishSoon();
  return false;
}

/** Lets other connections be heard before a socket is read on. */
function giveTurn(session) {
  spent = 0;
  const socket = session[kSocket];
  if (socket === undefined || session[kCutter] !== undefined) return;
  socket.pause();
  setImmediate(readOn, socket);
}

function readOn(socket) {
  socket.resume();
}

/**
 * Goes on when the promise jobs that an event has set off are done, as if each event had come from
 * a callback of its own: `await once(stream, 'data')` twice in a row has to see both chunks.
 */
function pause() {
  paused = true;
  resolved.then(resumeNext);
}

function resumeNext() {
  nextTick(resume);
}

function resume() {
  paused = false;
  run();
}

function run() {
  if (running || paused) return;
  running = true;
  scheduled = false;
  fed = chunk !== undefined;
  let completed = false;
  try {
    while (step());
    completed = true;
  } finally {
    running = false;
    if (!completed) scheduleRun();
  }
}

function scheduleRun() {
  if (scheduled || paused) return;
  scheduled = true;
  nextTick(run);
}

/** Has a session's commands and output flushed: when the loop gets there, or on the next tick. */
function schedule(session) {
  if (session[kDirty]) return;
  session[kDirty] = true;
  dirty.push(session);
  if (!running) scheduleRun();
}

/** Flushes at once, before the transport or a stream goes; events follow with the next step. */
function flushNow(session) {
  flush(session);
  if (!running) scheduleRun();
}

/** Flushes what a session says last, though the transport asked to wait: it is not much. */
function flushLast(session) {
  session[kBlocked] = false;
  flushNow(session);
}

/** Feeds a chunk that did not come from the transport itself (what it had read before). */
function feed(session, data) {
  session[kUpdateTimer]();
  inputs.push(session, data);
  // A Duplex may bring several chunks within one callback, unlike a socket.
  if (session[kCutter] === undefined) run();
  else if (!running && !paused) pause();
}

function onData(data) {
  const session = this[kCarries];
  if (session === undefined) return;
  if (data.length >= SMALL_READ) session[kSmallReads] = 0;
  else if (++session[kSmallReads] === SMALL_READS) readPast(this);
  handOut(data.length);
  feed(session, data);
}

/** Has a socket read past its stream, where that can be done. */
function readPast(socket) {
  if (socket[kReadDirectly] !== undefined) socket[kReadDirectly](onRead);
  else if (isPlain(socket)) readDirectly(socket, onRead);
}

/** What a socket has read past its stream. */
function onRead(length, memory) {
  const session = this[kCarries];
  if (session === undefined) return;
  if (running || paused || scheduled || chunk !== undefined || inputs.length > 0) {
    feed(session, copyOf(memory, length));
    return;
  }
  session[kUpdateTimer]();
  take(session, memory, length);
  lent = true;
  try {
    run();
  } finally {
    if (lent) keep();
  }
}

function maybeDestroy(session) {
  session[kMaybeDestroy]();
}

/** The transport takes more: what waits for it goes out, and the session may be over with that. */
function unblock(session) {
  session[kBlocked] = false;
  schedule(session);
  if (session.closed) setImmediate(maybeDestroy, session);
}

function onDrain() {
  const session = this[kCarries];
  if (session === undefined) return;
  session[kUpdateTimer]();
  unblock(session);
}

/**
 * A ticket for a client. OpenSSL tells of it in the midst of a message: what is written before it
 * is through with that breaks the connection.
 */
function onTicket() {
  const session = this[kCarries];
  if (session === undefined || session[kBlocked]) return;
  session[kBlocked] = true;
  setImmediate(unblock, session);
}

function onEnd() {
  this[kCarries]?.[kOnTransportEnd]();
}

function onError(error) {
  this[kCarries]?.[kOnTransportError](error);
}

function onClose() {
  this[kCarries]?.[kOnTransportClose]();
}

/** Begins to listen for errors and the end of a transport, connected or not. */
function attach(session, socket) {
  debugSession(session, 'created');
  socket[kCarries] = session;
  socket.on('error', onError);
  socket.on('close', onClose);
}

/** Whether a transport is the operating system's, with TLS or without. */
function isSocket(transport) {
  return transport instanceof Socket;
}

/** Whether a transport is a socket without TLS. */
function isPlain(transport) {
  return isSocket(transport) && !transport.encrypted;
}

/**
 * A transport that is no socket may bring the peer's SETTINGS within this turn of the event loop: a
 * client's requests wait for it, so that they follow the acknowledgement as with Node's http2.
 * @param {number} allowed Streams that may be open until SETTINGS say how many.
 */
function holdRequests(session, socket, allowed) {
  if (isSocket(socket)) return;
  peerStreams(session, 0);
  setImmediate(() => {
    if (session[kHandle] === undefined) return;
    peerStreams(session, allowed);
    schedule(session);
  });
}

/** Begins to read and write: the transport is connected, the session has its handle. */
function start(session, socket) {
  debugSession(session, 'connected, protocol %s', session.alpnProtocol);
  if (!isSocket(socket)) {
    session[kCutter] = new FrameCutter(session[kType] === NGHTTP2_SESSION_CLIENT);
  }
  socket.on('data', onData);
  socket.on('drain', onDrain);
  socket.on('end', onEnd);
  // Users of a client may ask for something as soon as there is a session to resume later.
  if (socket instanceof TLSSocket && socket[kSeal] === undefined && !socket.isServer) {
    socket.prependListener('session', onTicket);
  }
  // A server's socket of node:tls tells of the end of its handshake before it has written the
  // tickets. (A closure is forgotten once it ran; arguments would hold the session a while longer.)
  const isServer = session[kType] !== NGHTTP2_SESSION_CLIENT;
  const isBusy = isServer && socket.encrypted && socket[kSeal] === undefined;
  if (isBusy) setImmediate(() => schedule(session));
  else schedule(session);
}

/** Lets go of a transport; a late error is still swallowed, as nobody else listens. */
function detach(socket) {
  socket[kCarries] = undefined;
  socket.removeListener('data', onData);
  socket.removeListener('drain', onDrain);
  socket.removeListener('end', onEnd);
  socket.removeListener('session', onTicket);
}

module.exports = {
  attach,
  detach,
  flushLast,
  flushNow,
  holdRequests,
  schedule,
  start,
};
