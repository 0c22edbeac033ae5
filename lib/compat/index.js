'use strict';

/**
 * The compatibility API: requests and responses in the manner of node:http. A server has it from
 * its first 'request' listener on; before, it only emits 'stream'.
 */

const { Http2ServerRequest } = require('./request.js');
const { Http2ServerResponse } = require('./response.js');
const { kOptions } = require('../symbols.js');

/**
 * Listener for a server's 'newListener'.
 * @this {object} A server; its options, under kOptions, say which classes to use.
 */
function setupCompat(event) {
  if (event !== 'request') return;
  this.removeListener('newListener', setupCompat);
  this.on('stream', onServerStream);
}

/** Listener for a server's 'stream'. */
function onServerStream(stream, headers, flags, rawHeaders) {
  const options = this[kOptions];
  const request = new options.Http2ServerRequest(stream, headers, undefined, rawHeaders);
  const response = new options.Http2ServerResponse(stream);
  if (headers[':method'] === 'CONNECT') {
    if (!this.emit('connect', request, response)) refuse(response, 405);
    return;
  }
  if (headers.expect === undefined || meetsExpectation(this, request, response)) {
    this.emit('request', request, response);
  }
}

/** RFC 9110 §10.1.1. Whether the request is to be handled as any other. */
function meetsExpectation(server, request, response) {
  if (request.headers.expect === '100-continue') {
    if (server.emit('checkContinue', request, response)) return false;
    response.writeContinue();
    return true;
  }
  if (!server.emit('checkExpectation', request, response)) refuse(response, 417);
  return false;
}

function refuse(response, statusCode) {
  response.statusCode = statusCode;
  response.end();
}

module.exports = { Http2ServerRequest, Http2ServerResponse, setupCompat };
