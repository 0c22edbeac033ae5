'use strict';

/** What ALTSVC (RFC 7838) and ORIGIN (RFC 8336) frames carry, checked. */

const { codes } = require('./errors.js');
const { validateString } = require('./validators.js');

/** RFC 9110 §5.6.4: what a quoted string may have unquoted. */
const ALTSVC_CHARACTERS = /^[\t\x20-\x5b\x5d-\x7e\x80-\xff]*$/;

/** Payload of a frame of the smallest maximum size, less the two lengths in it. */
const MAX_LENGTH = 16382;

/**
 * @returns {{id: number, origin: string}} of the two, one is empty
 */
function serializeAltsvc(alt, originOrStream) {
  let id = 0;
  let origin = '';
  if (typeof originOrStream === 'string') {
    origin = new URL(originOrStream).origin;
    if (origin === 'null') throw new codes.ERR_HTTP2_ALTSVC_INVALID_ORIGIN();
  } else if (typeof originOrStream === 'number') {
    if (originOrStream >>> 0 !== originOrStream || originOrStream === 0) {
      throw new codes.ERR_OUT_OF_RANGE('originOrStream', `> 0 && < ${2 ** 32}`, originOrStream);
    }
    id = originOrStream;
  } else if (originOrStream !== undefined) {
    origin = originOrStream?.origin;
    if (typeof origin !== 'string') {
      throw new codes.ERR_INVALID_ARG_TYPE(
        'originOrStream',
        ['string', 'number', 'URL', 'object'],
        originOrStream,
      );
    } else if (origin === 'null' || origin.length === 0) {
      throw new codes.ERR_HTTP2_ALTSVC_INVALID_ORIGIN();
    }
  }
  validateString(alt, 'alt');
  if (!ALTSVC_CHARACTERS.test(alt)) throw new codes.ERR_INVALID_CHAR('alt');
  if (Buffer.byteLength(origin) + Buffer.byteLength(alt) > MAX_LENGTH) {
    throw new codes.ERR_HTTP2_ALTSVC_LENGTH();
  }
  return { id, origin };
}

/** @returns {string[]} */
function serializeOrigins(values) {
  const origins = [];
  let length = 0;
  for (const value of values) {
    let origin = value;
    if (typeof value === 'string') origin = new URL(value).origin;
    else if (value != null && typeof value === 'object') ({ origin } = value);
    validateString(origin, 'origin');
    if (origin === 'null') throw new codes.ERR_HTTP2_INVALID_ORIGIN();
    length += origin.length + 2;
    if (length > MAX_LENGTH) throw new codes.ERR_HTTP2_ORIGIN_LENGTH();
    origins.push(origin);
  }
  return origins;
}

module.exports = { serializeAltsvc, serializeOrigins };
