'use strict';

/**
 * What can be watched from outside: diagnostics channels of stream life and the debug log
 * (NODE_DEBUG=http2). A channel without subscribers costs one branch.
 */

const { channel } = require('node:diagnostics_channel');
const { debuglog } = require('node:util');
const { bodyChannels, streamChannels } = require('./behavior.js');
const { NGHTTP2_SESSION_CLIENT } = require('./constants.js');
const { kSession, kType } = require('./symbols.js');

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

/**
 * A stream exists.
 * @param {number} type Session type.
 * @param {object} stream
 * @param {object} [headers] Those received; else those sent.
 */
function streamCreated(type, stream, headers) {
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
  const { start } = streamChannelsOf[type];
  if (start.hasSubscribers) start.publish({ stream, headers: headers ?? stream.sentHeaders });
}

/** @param {number} type Session type. @param {object} stream @param {Error} error */
function streamFailed(type, stream, error) {
  const channels = streamChannelsOf[type];
  if (channels.error.hasSubscribers) channels.error.publish({ stream, error });
}

/**
 * The response's head was sent (server) or received (client).
 * @param {number} type Session type.
 * @param {object} stream
 * @param {object | undefined} headers Those received; else those sent.
 * @param {number} flags
 */
function responseHeaders(type, stream, headers, flags) {
  const { finish } = streamChannelsOf[type];
  if (finish.hasSubscribers) {
    finish.publish({ stream, headers: headers ?? stream.sentHeaders, flags });
  }
}

/** A stream closed. @param {number} type Session type. @param {object} stream */
function streamClosed(type, stream) {
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

/** Prints when NODE_DEBUG names http2. */
const debug = debuglog('http2');

module.exports = {
  bodyChunkSent,
  bodySent,
  debug,
  responseHeaders,
  streamClosed,
  streamCreated,
  streamFailed,
  streamStarted,
};
