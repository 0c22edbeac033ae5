'use strict';

/**
 * What stands for the socket: `session.socket`, and `socket` of requests and responses. The real
 * socket carries other streams too, so reading and writing it is refused, and some members mean the
 * session or the stream. One rule table per proxy says which; everything else is the socket's.
 */

const { socketDestroyAllowed } = require('./behavior.js');
const { codes } = require('./errors.js');
const { kRequest, kSession, kSocket } = require('./symbols.js');

/** Access is refused. */
const FORBIDDEN = 'forbidden';
/** The member is the proxy's owner's: the session or the stream. */
const OWNER = 'owner';
/** The member is that of the stream's session. */
const SESSION = 'session';

const sessionRules = new Map([
  ['setTimeout', OWNER],
  ['ref', OWNER],
  ['unref', OWNER],
  ['destroy', socketDestroyAllowed ? OWNER : FORBIDDEN],
  ['emit', FORBIDDEN],
  ['end', FORBIDDEN],
  ['pause', FORBIDDEN],
  ['read', FORBIDDEN],
  ['resume', FORBIDDEN],
  ['write', FORBIDDEN],
  ['setEncoding', FORBIDDEN],
  ['setKeepAlive', FORBIDDEN],
  ['setNoDelay', FORBIDDEN],
]);

const streamRules = new Map([
  ['on', OWNER],
  ['once', OWNER],
  ['end', OWNER],
  ['emit', OWNER],
  ['destroy', OWNER],
  ['destroyed', OWNER],
  ['readable', OWNER],
  ['writable', OWNER],
  ['setTimeout', SESSION],
  ['pause', FORBIDDEN],
  ['read', FORBIDDEN],
  ['resume', FORBIDDEN],
  ['write', FORBIDDEN],
]);

function socketOfSession(session) {
  const socket = session[kSocket];
  if (socket === undefined) throw new codes.ERR_HTTP2_SOCKET_UNBOUND();
  return socket;
}

/** A stream that lost its session has no socket: it stands for itself. */
function socketOfStream(stream) {
  return stream[kSession]?.[kSocket] ?? stream;
}

function memberOf(object, property) {
  const value = object[property];
  return typeof value === 'function' ? value.bind(object) : value;
}

/**
 * @param {Map<string, string>} rules
 * @param {(owner: object) => object} socketOf
 * @returns {ProxyHandler<object>}
 */
function makeHandler(rules, socketOf) {
  const targetOf = (owner, property) => {
    switch (rules.get(property)) {
      case OWNER:
        return owner;
      case SESSION:
        return owner[kSession] ?? owner;
      case FORBIDDEN:
        throw new codes.ERR_HTTP2_NO_SOCKET_MANIPULATION();
      default:
        return socketOf(owner);
    }
  };
  return {
    get(owner, property) {
      return memberOf(targetOf(owner, property), property);
    },
    set(owner, property, value) {
      targetOf(owner, property)[property] = value;
      return true;
    },
    has(owner, property) {
      return property in owner || property in socketOf(owner);
    },
    getPrototypeOf(owner) {
      return Reflect.getPrototypeOf(socketOf(owner));
    },
  };
}

const sessionHandler = makeHandler(sessionRules, socketOfSession);
const streamHandler = makeHandler(streamRules, socketOfStream);

// What a request has not passed on yet is still to be read, though the stream has delivered it.
const { get: getOfStream } = streamHandler;
streamHandler.get = (stream, property) => {
  if (property !== 'readable' || stream.destroyed) {
    return property === 'readable' ? false : getOfStream(stream, property);
  }
  return (stream[kRequest] ?? stream).readable;
};

/**
 * The object that `session.socket` shows.
 * @param {object} session Its socket is found under kSocket; none: every use throws.
 * @returns {object}
 */
function sessionSocket(session) {
  return new Proxy(session, sessionHandler);
}

/**
 * The object that `request.socket` and `response.socket` show.
 * @param {object} stream Its session is found under kSession.
 * @returns {object}
 */
function streamSocket(stream) {
  return new Proxy(stream, streamHandler);
}

module.exports = { sessionSocket, streamSocket };
