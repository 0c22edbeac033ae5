'use strict';

/**
 * What can be watched from outside: diagnostics channels of stream life and the debug log
 * (NODE_DEBUG=http2). A channel without subscribers costs one branch.
 */

const { channel } = require('node:diagnostics_channel');
const { debuglog } = require('node:util');
const { bodyChannels, streamChannels } = require('./behavior.js');
const { NGHTTP2_SESSION_CLIENT, NGHTTP2_SESSION_SERVER } = require('./constants.js');
const { kSession, kType } = require('./symbols.js');

/** The `flags` of a server's `finish` message are Node's own bits of a stream's state. */
const STATE_RESPONDED = 0x5;
const STATE_HEAD_REQUEST = 0x8;
const STATE_HAS_TRAILERS = 0x20;

/** Stands for a channel that the running Node does not have. */
const absent = Object.freeze({ hasSubscribers: false });
const streamChannel = (name) => (streamChannels ? channel(`http2.${name}`) : absent);
const bodyChannel = (name) => (bodyChannels ? channel(`http2.${name}`) : absent);

function sideChannels(side) {
  return {
    created: streamChannel(`${side}.stream.created`),
    start: streamChannel(`${side}.stream.start`),
    error: streamChannel(`${side}.stream.error`),
    finish: streamChannel(`${side}.stream.finish`),
    close: streamChannel(`${side}.stream.close`),
  };
}

/** Channels by session type: 0 server, 1 client. */
const streamChannelsOf = [sideChannels('server'), sideChannels('client')];
const chunkSent = bodyChannel('client.stream.bodyChunkSent');
const allSent = bodyChannel('client.stream.bodySent');

/** Prints when NODE_DEBUG names http2, which Node reads once, when it starts. */
const debug = debuglog('http2');
const debugging = debug.enabled;

function nameOf(session) {
  const side = session?.[kType] === NGHTTP2_SESSION_CLIENT ? 'client' : 'server';
  return `Http2Session ${side}`;
}

/**
 * Says what becomes of a session, to who debugs http2.
 * @param {object} session
 * @param {string} message With places as util.format has them.
 * @param {...any} args
 */
function debugSession(session, message, ...args) {
  if (debugging) debug(`${nameOf(session)}: ${message}`, ...args);
}

/** As `debugSession`, of a stream. */
function debugStream(stream, message, ...args) {
  if (!debugging) return;
  debug(`Http2Stream ${stream.id} [${nameOf(stream[kSession])}]: ${message}`, ...args);
}

/**
 * A stream exists.
 * @param {number} type Session type.
 * @param {object} stream
 * @param {object} [headers] Those received; else those sent.
 */
function streamCreated(type, stream, headers) {
  debugStream(stream, 'created');
  const { created } = streamChannelsOf[type];
  if (created.hasSubscribers) created.publish({ stream, headers: headers ?? stream.sentHeaders });
}

/**
 * A stream has its id and began.
 * @param {number} type Session type.
 * @param {object} stream
 * @param {object} [headers] Those received; else those sent.
 */
function streamStarted(type, stream, headers) {
  debugStream(stream, headers === undefined ? 'request sent' : 'request received');
  const { start } = streamChannelsOf[type];
  if (start.hasSubscribers) start.publish({ stream, headers: headers ?? stream.sentHeaders });
}

/** @param {number} type Session type. @param {object} stream @param {Error} error */
function streamFailed(type, stream, error) {
  debugStream(stream, 'failed: %s', error);
  const channels = streamChannelsOf[type];
  if (channels.error.hasSubscribers) channels.error.publish({ stream, error });
}

/**
 * A server's stream has sent the head of its response.
 * @param {object} stream
 * @param {boolean} headRequest Whether it answers HEAD.
 * @param {boolean} trailers Whether trailers may follow.
 */
function responseSent(stream, headRequest, trailers) {
  debugStream(stream, 'response sent');
  const { finish } = streamChannelsOf[NGHTTP2_SESSION_SERVER];
  if (!finish.hasSubscribers) return;
  const state = headRequest ? STATE_HEAD_REQUEST : 0;
  const flags = STATE_RESPONDED | state | (trailers ? STATE_HAS_TRAILERS : 0);
  finish.publish({ stream, headers: stream.sentHeaders, flags });
}

/**
 * A client's stream has received the head of its response.
 * @param {object} stream
 * @param {object} headers
 * @param {number} flags Of the frame.
 */
function responseReceived(stream, headers, flags) {
  debugStream(stream, 'response received');
  const { finish } = streamChannelsOf[NGHTTP2_SESSION_CLIENT];
  if (finish.hasSubscribers) finish.publish({ stream, headers, flags });
}

/** A stream closed. @param {number} type Session type. @param {object} stream */
function streamClosed(type, stream) {
  debugStream(stream, 'closed with code %d', stream.rstCode);
  const { close } = streamChannelsOf[type];
  if (close.hasSubscribers) close.publish({ stream });
}

function isClientStream(stream) {
  return stream[kSession]?.[kType] === NGHTTP2_SESSION_CLIENT;
}

/**
 * Part of a body was handed over; of interest for requests.
 * @param {object} stream
 * @param {boolean} writev Whether `data` is a list of what was written.
 * @param {any} data A chunk, or entries of `{chunk, encoding}`.
 * @param {string} encoding
 */
function bodyChunkSent(stream, writev, data, encoding) {
  if (!chunkSent.hasSubscribers || !isClientStream(stream)) return;
  if (writev && data.every(({ chunk }) => typeof chunk !== 'string')) {
    data = data.map(({ chunk }) => chunk);
  }
  chunkSent.publish({ stream, writev, data, encoding });
}

/** A request's body is complete. @param {object} stream */
function bodySent(stream) {
  if (allSent.hasSubscribers && isClientStream(stream)) allSent.publish({ stream });
}

module.exports = {
  bodyChunkSent,
  bodySent,
  debugSession,
  responseReceived,
  responseSent,
  streamClosed,
  streamCreated,
  streamFailed,
  streamStarted,
};
