'use strict';

/** What a response has in its header block besides what the user gave. */

const behavior = require('./behavior.js');
const { copyOf } = require('./copies.js');
const { codes } = require('./errors.js');
const { currentDate, gather } = require('./headers.js');
const {
  HTTP_STATUS_NO_CONTENT,
  HTTP_STATUS_NOT_MODIFIED,
  HTTP_STATUS_OK,
  HTTP_STATUS_RESET_CONTENT,
} = require('./constants.js');

/** Whether a response with that status has no content (RFC 9110 §6.4.1). */
function isBodiless(status) {
  return (
    status === HTTP_STATUS_NO_CONTENT ||
    status === HTTP_STATUS_RESET_CONTENT ||
    status === HTTP_STATUS_NOT_MODIFIED
  );
}

/**
 * Adds what a response's headers lack: the status and the date.
 * @returns {number} the status
 */
function addMissing(headers, sendDate) {
  const given = headers[':status'];
  const status = given | 0 || HTTP_STATUS_OK;
  checkStatus(status);
  if (given !== status) headers[':status'] = status;
  if (sendDate && headers.date == null) headers.date = currentDate();
  return status;
}

/**
 * Completes a response: the status and the date.
 * @returns {{list: object | any[], sentHeaders: object, status: number}}
 */
function completeResponse(given, sendDate) {
  if (Array.isArray(given) && behavior.rawResponseArrays) return completeArray(given, sendDate);
  // With a prototype, as objects without one are slow; `sentHeaders` takes it away when asked.
  const headers = copyOf(given);
  const status = addMissing(headers, sendDate);
  return { list: headers, sentHeaders: headers, status };
}

function completeArray(pairs, sendDate) {
  let status;
  let hasDate = false;
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i].toLowerCase();
    if (name === ':status') status = pairs[i + 1] | 0;
    else if (name === 'date') hasDate = true;
  }
  const list = pairs.slice();
  for (const symbol of Object.getOwnPropertySymbols(pairs)) list[symbol] = pairs[symbol];
  if (!status) {
    status = HTTP_STATUS_OK;
    list.unshift(':status', status);
  }
  if (sendDate && !hasDate) list.push('date', currentDate());
  checkStatus(status);
  return { list, sentHeaders: gather(list), status };
}

function checkStatus(status) {
  if (status < 200 || status > 599) throw new codes.ERR_HTTP2_STATUS_INVALID(status);
  return status;
}

module.exports = { addMissing, completeResponse, isBodiless };
