'use strict';

/**
 * Sessions for clients to resume. rustls keeps what belongs to a session to itself, so that what
 * `getSession` and the 'session' event give is a name for it, good in this process.
 */

const { randomBytes } = require('node:crypto');
const native = require('../native.js');

const NAME_LENGTH = 32;
/** How many have names; the oldest are forgotten. */
const MAX_NAMED = 1024;

const named = new Map();
const names = new WeakMap();

/**
 * @param {Buffer} [session] A name; one that is not known is none.
 * @returns {object} Native.
 */
function sessionsFor(session) {
  const found = session && named.get(Buffer.from(session).toString('hex'));
  return found ?? new native.TlsSessions();
}

/** @returns {Buffer} The name of native sessions. */
function nameOf(sessions) {
  let name = names.get(sessions);
  if (name === undefined) {
    name = randomBytes(NAME_LENGTH);
    names.set(sessions, name);
    if (named.size === MAX_NAMED) named.delete(named.keys().next().value);
    named.set(name.toString('hex'), sessions);
  }
  return Buffer.from(name);
}

module.exports = { nameOf, sessionsFor };
