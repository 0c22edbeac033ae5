'use strict';

// Opens connections to a server under test, and streams on each, and holds them. A child of
// run.js; says when the server knows them all. Its frames are its own: what it costs and does is
// the same whatever is measured.

const net = require('node:net');

const [port, connections, streams] = process.argv.slice(2).map(Number);

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const HEAD = 9;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const ACK = 1;
const END_HEADERS = 4;
/** POST, http, / of the static table (RFC 7541, appendix A), and :authority with a value. */
const REQUEST = Buffer.from('\x83\x86\x84\x01\x09localhost', 'latin1');

function frame(type, flags, stream, payload) {
  const octets = Buffer.alloc(HEAD + payload.length);
  octets.writeUIntBE(payload.length, 0, 3);
  octets[3] = type;
  octets[4] = flags;
  octets.writeUInt32BE(stream, 5);
  payload.copy(octets, HEAD);
  return octets;
}

/** The preface, a request without end on each stream, and a PING whose answer follows them. */
function opening() {
  const frames = [PREFACE, frame(SETTINGS, 0, 0, Buffer.alloc(0))];
  for (let i = 0; i < streams; i++) frames.push(frame(HEADERS, END_HEADERS, 2 * i + 1, REQUEST));
  frames.push(frame(PING, 0, 0, Buffer.alloc(8)));
  return Buffer.concat(frames);
}

/** Calls `onFrame` with the type and flags of each frame. */
function readFrames(socket, onFrame) {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const length = rest.length < HEAD ? Infinity : HEAD + rest.readUIntBE(0, 3);
      if (rest.length < length) return;
      onFrame(rest[3], rest[4]);
      rest = rest.subarray(length);
    }
  });
}

function hold() {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(opening()));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed a connection')));
    readFrames(socket, (type, flags) => {
      if (type === SETTINGS && flags !== ACK)
        socket.write(frame(SETTINGS, ACK, 0, Buffer.alloc(0)));
      if (type === RST_STREAM) reject(new Error('the server refused a stream'));
      if (type === PING && flags === ACK) resolve();
    });
  });
}

async function holdAll() {
  for (let i = 0; i < connections; i++) await hold();
}

process.on('disconnect', () => process.exit());
holdAll().then(
  () => process.send({ held: true }),
  (error) => process.send({ error: error.message }),
);
