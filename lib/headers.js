'use strict';

/**
 * Outgoing header objects and flat arrays → checked field lists (RFC 9113 §8.2, §8.3), and received
 * fields → header objects.
 */

const { setTimeout } = require('node:timers');
const { copyOf } = require('./copies.js');
const { codes } = require('./errors.js');
const { FieldList, PSEUDO_HEADERS, SINGLE_VALUE, fieldName } = require('./field-list.js');
const { builtin } = require('./builtin.js');
const behavior = require('./behavior.js');

const { sensitiveHeaders } = builtin;

const REQUEST_PSEUDO = new Set(PSEUDO_HEADERS);
const RESPONSE_PSEUDO = new Set([':status']);
const NO_PSEUDO = new Set();

/** The pseudo-headers that may occur in a block of that kind. */
function pseudoOf(kind) {
  switch (kind) {
    case 'request':
      return REQUEST_PSEUDO;
    case 'response':
      return RESPONSE_PSEUDO;
    default:
      return NO_PSEUDO;
  }
}

function addField(list, key, value, pseudo, strictSingle) {
  if (value === undefined || key === '') return;
  const name = fieldName(key);
  if (typeof value !== 'string') {
    if (Array.isArray(value)) {
      if (value.length === 0) return;
      if (value.length > 1) {
        if (name.single && strictSingle) throw new codes.ERR_HTTP2_HEADER_SINGLE_VALUE(name.lower);
        for (const each of value) addOne(list, name, String(each), pseudo, strictSingle);
        return;
      }
      value = String(value[0]);
    } else {
      value = String(value);
    }
  }
  addOne(list, name, value, pseudo, strictSingle);
}

function addOne(list, name, value, pseudo, strictSingle) {
  if (name.single && strictSingle && list.has(name.lower, list.count)) {
    throw new codes.ERR_HTTP2_HEADER_SINGLE_VALUE(name.lower);
  }
  if (name.pseudo) {
    if (!pseudo.has(name.lower)) throw new codes.ERR_HTTP2_INVALID_PSEUDOHEADER(name.lower);
  } else {
    if (!name.valid) throw new codes.ERR_INVALID_HTTP_TOKEN('Header name', name.lower);
    if (name.connection && !(name.lower === 'te' && value === 'trailers')) {
      throw new codes.ERR_HTTP2_INVALID_CONNECTION_HEADERS(name.lower);
    }
  }
  list.add(name, value);
}

function setSensitive(list, sensitive) {
  if (!sensitive) return;
  if (!Array.isArray(sensitive)) {
    // The name it had before it was documented.
    throw new codes.ERR_INVALID_ARG_VALUE('headers[http2.neverIndex]', sensitive);
  }
  if (sensitive.length > 0) list.sensitive = new Set(sensitive.map((name) => name.toLowerCase()));
}

/** Reused for every block that is written at once. */
const scratch = new FieldList();

/**
 * Checks headers and puts them in wire order.
 * @param {object | string[]} headers An object (values: strings, numbers, arrays …) or a flat array.
 * @param {'request' | 'response' | 'trailers'} kind Decides which pseudo-headers may occur.
 * @param {boolean} [strictSingle] Refuse duplicates of single-value fields.
 * @param {boolean} [keep] A list of its own instead of one that is good until the next call.
 * @returns {FieldList}
 */
function toFieldList(headers, kind, strictSingle = true, keep = false) {
  const list = keep ? new FieldList() : scratch;
  const pseudo = pseudoOf(kind);
  list.restart(pseudo, strictSingle);
  if (Array.isArray(headers)) {
    for (let i = 0; i < headers.length; i += 2) {
      addField(list, headers[i], headers[i + 1], pseudo, strictSingle);
    }
  } else {
    const keys = Object.keys(headers);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      const value = headers[key];
      if (list.repeat(key, value)) continue;
      addField(list, key, value, pseudo, strictSingle);
      list.noteSource(i, value);
    }
  }
  setSensitive(list, headers[sensitiveHeaders]);
  return list;
}

/**
 * The object form of a flat array, as `sentHeaders` shows it.
 * @param {any[]} pairs
 */
function gather(pairs) {
  const headers = { __proto__: null };
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i];
    const previous = behavior.rawSentHeadersGather ? headers[name] : undefined;
    if (previous === undefined) headers[name] = pairs[i + 1];
    else if (Array.isArray(previous)) previous.push(pairs[i + 1]);
    else headers[name] = [previous, pairs[i + 1]];
  }
  if (pairs[sensitiveHeaders] !== undefined) headers[sensitiveHeaders] = pairs[sensitiveHeaders];
  return headers;
}

/**
 * Puts a received field into a header object that has none of its name.
 * @param {object} headers Null-prototype.
 */
function setReceived(headers, name, value) {
  if (name === 'set-cookie') headers[name] = [value];
  else headers[name] = name === ':status' ? Number(value) : value;
}

/**
 * Adds a received field to a header object.
 * @param {object} headers Null-prototype.
 */
function addReceived(headers, name, value, strictSingle) {
  const previous = headers[name];
  if (previous === undefined) setReceived(headers, name, value);
  else if (name === 'set-cookie') previous.push(value);
  else if (name === 'cookie') headers[name] = `${previous}; ${value}`;
  else if (!strictSingle || !SINGLE_VALUE.has(name)) headers[name] = `${previous}, ${value}`;
}

function lookup(pairs, wanted) {
  for (let i = 0; i < pairs.length; i += 2) {
    if (pairs[i].toLowerCase() === wanted) return pairs[i + 1];
  }
  return undefined;
}

/**
 * RFC 9113 §8.5: CONNECT names an authority and nothing else, unless it is extended (RFC 8441).
 * @returns {boolean} whether the other pseudo-headers belong to the request
 */
function checkMethod(method, protocol, authority, scheme, path) {
  if (method !== 'CONNECT' || protocol !== undefined) return true;
  if (authority === undefined) throw new codes.ERR_HTTP2_CONNECT_AUTHORITY();
  if (scheme !== undefined) throw new codes.ERR_HTTP2_CONNECT_SCHEME();
  if (path !== undefined) throw new codes.ERR_HTTP2_CONNECT_PATH();
  return false;
}

function completeArray(pairs, target) {
  const given = (name) => lookup(pairs, name);
  const method = given(':method') ?? 'GET';
  const missing = [];
  if (given(':method') === undefined) missing.push(':method', method);
  const [authority, scheme, path] = [given(':authority'), given(':scheme'), given(':path')];
  if (checkMethod(method, given(':protocol'), authority, scheme, path)) {
    if (authority === undefined) missing.push(':authority', target.authority);
    if (scheme === undefined) missing.push(':scheme', target.scheme);
    if (path === undefined) missing.push(':path', '/');
  }
  const list = [...missing, ...pairs];
  list[sensitiveHeaders] = pairs[sensitiveHeaders];
  return { list, sentHeaders: gather(list), method };
}

/**
 * Adds the pseudo-headers that a request lacks.
 * @param {object | any[]} given What the user gave; it is not changed.
 * @param {{scheme: string, authority: string}} target What the session is connected to.
 * @returns {{list: object | any[], sentHeaders: object, method: string}}
 */
function completeRequest(given, target) {
  if (Array.isArray(given)) return completeArray(given, target);
  const headers = copyOf(given);
  headers[':method'] ??= 'GET';
  const method = headers[':method'];
  const { ':authority': authority, ':scheme': scheme, ':path': path } = headers;
  if (checkMethod(method, headers[':protocol'], authority, scheme, path)) {
    if (authority === undefined && headers.host === undefined) {
      headers[':authority'] = target.authority;
    }
    if (scheme === undefined) headers[':scheme'] = target.scheme;
    if (path === undefined) headers[':path'] = '/';
  }
  return { list: headers, sentHeaders: headers, method };
}

/** The value of `date` fields for the second that runs. */
let date;

function forgetDate() {
  date = undefined;
}

/** The value of a `date` field now (RFC 9110 §6.6.1), made once a second. */
function currentDate() {
  if (date === undefined) {
    const now = new Date();
    date = now.toUTCString();
    setTimeout(forgetDate, 1000 - now.getMilliseconds()).unref();
  }
  return date;
}

module.exports = {
  sensitiveHeaders,
  toFieldList,
  gather,
  completeRequest,
  addReceived,
  setReceived,
  currentDate,
};
