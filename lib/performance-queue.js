'use strict';

/**
 * Gives PerformanceObserver entries of type 'http2'.
 *
 * Node has no public way to queue entries of a type of one's own. But what `performance.timerify`
 * has timed is queued as an entry of the class that the builtin's have; and the queue asks it for
 * its type, through an accessor that can be replaced for as long. There such an entry becomes ours.
 */

const { PerformanceEntry, PerformanceObserver, performance } = require('node:perf_hooks');
const { deprecate } = require('node:util');
const { performanceEntryFields } = require('./behavior.js');

const TYPE = 'http2';

/** The fields of an entry by the descriptions of the symbols that Node keeps them under. */
const FIELDS = {
  'PerformanceEntry.Name': 'name',
  'PerformanceEntry.EntryType': 'entryType',
  'PerformanceEntry.StartTime': 'startTime',
  'PerformanceEntry.Duration': 'duration',
  'NodePerformanceEntry.Detail': 'detail',
};

const queueTimed = performance.timerify(() => {});

let observed = false;

/** Learns of observers when they begin to observe. */
function noticeObservers() {
  const { prototype } = PerformanceObserver;
  const { observe } = prototype;
  const replacement = function (...args) {
    Reflect.apply(observe, this, args);
    const [{ type, entryTypes }] = args;
    if (type === TYPE || entryTypes?.includes(TYPE)) observed = true;
  };
  const { name, length } = observe;
  Object.defineProperties(replacement, { name: { value: name }, length: { value: length } });
  Object.defineProperty(prototype, 'observe', {
    ...Object.getOwnPropertyDescriptor(prototype, 'observe'),
    value: replacement,
  });
}

/** Whether somebody has asked for entries of this type. */
function isObserved() {
  return observed;
}

/** Gives an entry other fields. @returns {boolean} whether all were found */
function rewrite(entry, values) {
  let found = 0;
  for (const symbol of Object.getOwnPropertySymbols(entry)) {
    const field = FIELDS[symbol.description];
    if (field === undefined) continue;
    entry[symbol] = values[field];
    found += 1;
  }
  return found === Object.keys(FIELDS).length;
}

/** Older Nodes have what is in `detail` on the entry too. */
function addDeprecatedFields(entry, detail) {
  const warn = (accessor) =>
    deprecate(
      accessor,
      'Custom PerformanceEntry accessors are deprecated. Please use the detail property.',
      'DEP0152',
    );
  for (const [name, value] of Object.entries(detail)) {
    let current = value;
    Object.defineProperty(entry, name, {
      get: warn(() => current),
      set: warn((changed) => (current = changed)),
      enumerable: true,
      configurable: true,
    });
  }
}

/**
 * Queues an entry for those who observe.
 * @param {string} name
 * @param {number} startTime By `performance.now()`, in ms.
 * @param {number} duration In ms.
 * @param {object} detail
 */
function queueEntry(name, startTime, duration, detail) {
  const { prototype } = PerformanceEntry;
  const genuine = Object.getOwnPropertyDescriptor(prototype, 'entryType');
  const values = { name, entryType: TYPE, startTime, duration, detail };
  let entry;
  let type;
  const get = function () {
    if (entry === undefined) {
      entry = this;
      // A Node that keeps them otherwise has an entry that nobody observes.
      type = rewrite(entry, values) ? TYPE : undefined;
      if (performanceEntryFields) addDeprecatedFields(entry, detail);
    }
    return type;
  };
  if (!Reflect.defineProperty(prototype, 'entryType', { ...genuine, get })) return;
  try {
    queueTimed();
  } finally {
    Object.defineProperty(prototype, 'entryType', genuine);
  }
}

module.exports = { isObserved, noticeObservers, queueEntry };
