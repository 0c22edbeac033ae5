'use strict';

// Writes down which events sessions and streams emit, in their order, each under a name.

/** Events whose listeners have no effect of their own; 'data' would set a stream flowing. */
const EVENTS = [
  'aborted',
  'close',
  'connect',
  'continue',
  'end',
  'error',
  'finish',
  'frameError',
  'goaway',
  'headers',
  'localSettings',
  'push',
  'ready',
  'remoteSettings',
  'response',
  'stream',
  'timeout',
  'trailers',
  'wantTrailers',
];

/** What of an event's arguments tells one from another. */
function detail(event, [first]) {
  switch (event) {
    case 'response':
    case 'push':
    case 'headers':
      return ` ${first[':status']}`;
    case 'trailers':
      return ` ${JSON.stringify(Object.entries(first))}`;
    case 'error':
      return ` ${first.code}: ${first.message}`;
    case 'goaway':
      return ` ${first}`;
    default:
      return '';
  }
}

/** One list of events per name. */
class EventLog {
  #lists = new Map();

  /**
   * Follows an emitter from now on.
   * @param {string} name
   * @param {import('node:events').EventEmitter} emitter
   * @param {string[]} [without] Events not to listen to.
   */
  follow(name, emitter, without = []) {
    const list = [];
    this.#lists.set(name, list);
    for (const event of EVENTS) {
      if (without.includes(event)) continue;
      emitter.on(event, (...args) => list.push(`${event}${detail(event, args)}`));
    }
    return emitter;
  }

  /** Adds a line that is no event. */
  note(name, text) {
    this.#lists.get(name).push(text);
  }

  toObject() {
    return Object.fromEntries(this.#lists);
  }
}

module.exports = { EventLog };
