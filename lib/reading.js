'use strict';

/**
 * Reads sockets past their streams, into memory that is used again.
 *
 * On the way through Readable each read takes 64 KiB from the system, an ArrayBuffer and a Buffer: a
 * tenth of what a small request costs. net.Socket has a way without them, its option `onread`, but
 * only for sockets that one makes oneself. Here the fields that the option sets are learnt from such
 * a socket, and set on those that others made.
 */

const { Socket } = require('node:net');

/** What libuv would take for a read. */
const SIZE = 64 * 1024;

/** What sockets are read into, one after another. */
let memory;
/** The names of a socket's fields; false: this Node has others. */
let fields;

function learnFields() {
  const buffer = new Uint8Array(1);
  const callback = () => {};
  const socket = new Socket({ onread: { buffer, callback } });
  const holding = (value) => Object.getOwnPropertySymbols(socket).find((s) => socket[s] === value);
  const [kBuffer, kCallback] = [holding(buffer), holding(callback)];
  return kBuffer !== undefined && kCallback !== undefined && { kBuffer, kCallback };
}

/**
 * Has a socket that is connected give what it reads to a function. It emits no 'data' any more, but
 * for what it has read before; 'end', 'error', pausing and figures are as ever.
 * @param {Socket} socket
 * @param {(this: Socket, length: number, memory: Buffer) => void} callback Is given memory that the
 *   next read of any socket writes over, and how much of it was read.
 * @returns {boolean} whether the socket can
 */
function readDirectly(socket, callback) {
  fields ??= learnFields();
  const handle = socket._handle;
  if (!fields || typeof handle?.useUserBuffer !== 'function') return false;
  memory ??= Buffer.allocUnsafeSlow(SIZE);
  socket[fields.kBuffer] = memory;
  socket[fields.kCallback] = callback;
  handle.useUserBuffer(memory);
  return true;
}

module.exports = { readDirectly };
