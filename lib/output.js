'use strict';

/** What sessions have to send, on its way from the slabs it is drawn into to their transports. */

const { setImmediate } = require('node:timers');
const { shared } = require('./bridge.js');
const { arrive, board, depart } = require('./flights.js');
const { Pieces } = require('./pieces.js');
const { SlabPool } = require('./slabs.js');
const { Spans } = require('./spans.js');
const { TAKEN, writeDirectly, writePiecesDirectly } = require('./writing.js');
const { kBody, kCutter, kSeal, kStreams } = require('./symbols.js');

const SLAB_SIZE = 64 * 1024;
/** Less than this is not worth a `transmit` of its own. */
const SLAB_RESERVE = 4 * 1024;
const MAX_FREE_SLABS = 16;

const slabs = new SlabPool({ size: SLAB_SIZE, reserve: SLAB_RESERVE, most: MAX_FREE_SLABS });

/** What is to be encrypted, of the write that comes now. */
const spans = new Spans();

/** What is to be written in several pieces, of the write that comes now. */
const pieces = new Pieces();

/**
 * Fills the holes in what was drawn, and lists what goes out in the order in which it does, but for
 * the last stretch of the buffer.
 * @param {Pieces | Spans} into
 * @returns {number} where that begins; `start`: there is no other
 */
function assemble(session, buffer, start, into) {
  const { segments } = shared;
  const count = segments[0];
  const streams = session[kStreams];
  let from = start;
  for (let i = 0, at = 3; i < count; i++, at += 3) {
    const body = streams[segments[at]][kBody];
    const length = segments[at + 1];
    const position = segments[at + 2];
    if (position >= 0) {
      body.copy(buffer, position, length);
    } else {
      const index = -position - 1;
      into.add(buffer, from, index - from);
      body.list(into, length);
      from = index;
    }
    if (body.left === 0) board(body);
  }
  return from;
}

/** The system has taken it all within the call: the callbacks are due. */
function landIfTaken(socket, own) {
  if (own !== undefined && socket.writableLength === 0) own.land();
}

/** Writes what a slab holds from `used` to `end`. */
function writeSlab(socket, target, end) {
  const octets = target.buffer.subarray(target.used, end);
  return writeOf(target, end, socket, writeDirectly, octets);
}

/** Makes a write out of a slab, of what it holds up to `end`. */
function writeOf(target, end, socket, write, octets) {
  target.used = end;
  target.pending += 1;
  const own = depart(target);
  const outcome = write(socket, octets, own === undefined ? target.done : own.done);
  if (outcome !== TAKEN) {
    landIfTaken(socket, own);
    return outcome;
  }
  if (own === undefined) target.done();
  else own.arrive();
  return true;
}

/**
 * Has a socket encrypt what was drawn, bodies where they lie, and write that. The slab is free again
 * at once.
 */
function writeSealed(session, socket, target, end) {
  const last = assemble(session, target.buffer, target.used, spans);
  spans.add(target.buffer, last, end - last);
  const own = depart();
  const flowing = socket[kSeal](spans, own?.done);
  spans.clear();
  landIfTaken(socket, own);
  return flowing;
}

/** A Duplex of somebody else's may keep what it is given: it gets memory of its own. */
function writeCut(duplex, pieces) {
  let flowing = true;
  const last = pieces.length - 1;
  const own = depart();
  // The callback may come with the write; who reads the other end within the process comes first.
  const done = own === undefined ? undefined : () => setImmediate(own.done);
  duplex.cork();
  for (let i = 0; i <= last; i++) {
    flowing = duplex.write(Buffer.from(pieces[i]), i === last ? done : undefined);
  }
  duplex.uncork();
  return flowing;
}

/** Writes what was drawn, as the transport takes it best; false: it asks to wait. */
function writeOut(session, socket, target, end) {
  if (socket[kSeal] !== undefined) return writeSealed(session, socket, target, end);
  const last = assemble(session, target.buffer, target.used, pieces);
  const cutter = session[kCutter];
  if (last === target.used && cutter === undefined) return writeSlab(socket, target, end);
  pieces.add(target.buffer, last, end - last);
  const buffers = pieces.take();
  if (cutter === undefined) return writeOf(target, end, socket, writePiecesDirectly, buffers);
  return writeCut(socket, cutter.cut(buffers));
}

/** Passes over what was drawn for a transport that is gone. */
function discard(session, target) {
  assemble(session, target.buffer, target.used, pieces);
  pieces.take();
  arrive();
}

module.exports = { discard, slabs, writeOut };
