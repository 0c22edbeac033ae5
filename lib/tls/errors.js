'use strict';

/** Errors of TLS connections, with the codes that users of node:tls know. */

/** How plain requests for HTTP/1 begin; OpenSSL tells them from other noise. */
const HTTP1 = /^(?:GET|POST|HEAD|PUT) /;

/**
 * Why a native pipe failed.
 * @param {object} pipe
 * @param {Buffer} octets What it had been given last.
 * @returns {Error}
 */
function faultOf(pipe, octets) {
  let reason = pipe.reason();
  if (pipe.isNotTls() && HTTP1.test(octets.toString('latin1', 0, 5))) reason = 'HTTP_REQUEST';
  const error = new Error(pipe.words());
  error.library = 'SSL routines';
  error.reason = reason.toLowerCase().replaceAll('_', ' ');
  error.code = `ERR_SSL_${reason}`;
  return error;
}

/** What is wrong with the peer's certificate; undefined if nothing is. */
function certificateFaultOf(pipe) {
  const code = pipe.authorization(0);
  if (code === undefined) return undefined;
  const error = new Error(pipe.authorization(1));
  error.code = code;
  return error;
}

/** The connection was lost while hands were shaken. */
function resetError(message, details) {
  const error = new Error(message);
  error.code = 'ECONNRESET';
  return Object.assign(error, details);
}

function handshakeTimeoutError() {
  const error = new Error('TLS handshake timeout');
  error.code = 'ERR_TLS_HANDSHAKE_TIMEOUT';
  return error;
}

module.exports = { certificateFaultOf, faultOf, handshakeTimeoutError, resetError };
