'use strict';

/**
 * How the transport of a session ends that is over. What is left to send is sent, and the peer gets
 * the time to end its side; but no peer, whatever it does or leaves undone, can keep the socket.
 */

const { debugSession } = require('./diagnostics.js');
const {
  clearInterval,
  clearTimeout,
  setImmediate,
  setInterval,
  setTimeout,
} = require('node:timers');

/** How long a peer that broke the protocol, or a transport that failed, may take; in ms. */
const LINGER = 500;

/** How long such a peer may be silent, once everything is sent to it: it writes no more, then. */
const QUIET = 20;

/** How long nothing may move on a transport that ends in good order, in ms. */
const IDLE = 30_000;

function emitError(session, error) {
  if (error) session.emit('error', error);
}

function emitClose(session, error) {
  debugSession(session, 'transport closed');
  emitError(session, error);
  session.emit('close');
}

/** Octets that have moved, in either direction. */
function progressOf({ bytesRead = 0, bytesWritten = 0, writableLength = 0 }) {
  return bytesRead + bytesWritten - writableLength;
}

function hasSentAll({ bytesRead, writableLength }) {
  return bytesRead !== undefined && writableLength === 0;
}

/**
 * Gives a transport up that does not close although nothing moves.
 * @param {number} limit For so long, in ms.
 * @param {(socket: object) => boolean} [may] Whether it may be given up now.
 */
function watchIdle(socket, limit, may = () => true) {
  let before = progressOf(socket);
  const timer = setInterval(() => {
    const progress = progressOf(socket);
    if (progress === before && may(socket)) socket.destroy();
    before = progress;
  }, limit).unref();
  socket.once('close', () => clearInterval(timer));
}

function destroyLater(socket, linger, error) {
  const timer = setTimeout(() => socket.destroy(error), linger).unref();
  socket.once('close', () => clearTimeout(timer));
}

/** Sends what is left and the end; reading on lets the peer's end be seen. */
function end(socket) {
  socket.resume();
  socket.end();
}

/**
 * Closes the transport of a session that has ended; the session's 'error' and 'close' follow.
 * @param {import('node:events').EventEmitter} session
 * @param {import('node:stream').Duplex} socket
 * @param {Error | undefined} error What the session ended with.
 * @param {{graceful: boolean, linger: number}} manner `graceful`: the session was closed, not
 *   destroyed; `linger`: for a peer that broke the protocol, how long it may take, in ms.
 */
function closeTransport(session, socket, error, { graceful, linger }) {
  debugSession(session, 'destroyed%s', error ? `: ${error}` : '');
  if (socket.destroyed) {
    process.nextTick(emitClose, session, error);
    return;
  }
  if (linger > 0) {
    // With a socket that is closed at once it would come with its 'close': what the streams' own
    // ends have users do on later ticks comes first.
    setImmediate(emitError, session, error);
    socket.once('close', () => emitClose(session));
    // To close while octets arrive would have the system reset the connection, and the peer never
    // learn from the GOAWAY what it did.
    end(socket);
    destroyLater(socket, linger);
    watchIdle(socket, QUIET, hasSentAll);
    return;
  }
  socket.once('close', () => emitClose(session, error));
  if (graceful) {
    end(socket);
    if (error) destroyLater(socket, LINGER, error);
    else watchIdle(socket, IDLE);
  } else if (socket.writableLength > 0 && typeof socket.destroySoon === 'function') {
    // The GOAWAY is still on its way.
    socket.destroySoon();
    destroyLater(socket, LINGER, error);
  } else {
    socket.destroy(error);
  }
}

module.exports = { LINGER, closeTransport };
