'use strict';

/**
 * Has V8 take back the memory of bodies that nobody keeps while that is cheap.
 *
 * A body is much memory and few objects. V8 collects its young generation when that is full of
 * objects, which may take hundreds of megabytes of bodies, but looks through the whole heap, however
 * large it is, once 64 MB were handed out. (It also collects the young generation when the memory
 * that this owns is twice the greatest size of itself: 32 MB up to V8 12, more than 64 since.) So
 * here objects that die at once fill what is left of it before.
 */

const { getHeapSpaceStatistics } = require('node:v8');

const MIB = 1024 * 1024;
/** Octets of bodies after which the young generation is to have been collected. */
const PERIOD = 40 * MIB;
/** How often it is looked at. */
const STEP = 4 * MIB;
/** To fill more than this costs as much as to look through the heap of a small program. */
const MOST = 64 * MIB;

/** Of an object that fills: V8 keeps larger ones apart. */
const SLOTS = 4096;
const SLOT_SIZE = 8;

/** Octets of bodies since the last step, and up to it since the last collection. */
let sinceStep = 0;
let sinceCollection = 0;
/** What the young generation had room for at the last step. */
let room = 0;

/** Where the objects go, lest the compiler leaves them out. */
const place = [undefined];

function fill() {
  for (let filled = 0; filled <= room; filled += SLOTS * SLOT_SIZE) place[0] = new Array(SLOTS);
  place[0] = undefined;
}

function step() {
  const before = room;
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  room = young?.space_available_size ?? 0;
  sinceCollection = room > before ? 0 : sinceCollection + sinceStep;
  sinceStep = 0;
  if (sinceCollection < PERIOD || room > MOST) return;
  fill();
  sinceCollection = 0;
  room = Infinity;
}

/** Notes that users are given memory of so many octets, which they may keep or not. */
function handOut(octets) {
  sinceStep += octets;
  if (sinceStep >= STEP) step();
}

module.exports = { handOut };
