'use strict';

// Files are read into memory that is used again. However responses end, and whatever of them still
// waits in a socket, a client gets its own file's octets and no other's.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { once } = require('node:events');
const { describe, test } = require('node:test');
const http2 = require('../..');
const { TRANSPORTS, connect, serve } = require('../support/net');

const KIB = 1024;
/** Files of one piece, and of several. */
const SIZES = { short: 100 * KIB, long: 600 * KIB };
/** Files by the octet that they consist of: those that have to wait, and the one that has not. */
const WAITING = [1, 2, 3];
const OTHER = 4;
const WINDOW = 2 ** 24;

function makeFolder(t, size) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http2-memory-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  for (const n of [...WAITING, OTHER]) {
    fs.writeFileSync(path.join(folder, String(n)), Buffer.alloc(size, n));
  }
  return folder;
}

/** A client whose windows hold nothing back. */
async function open(t, url) {
  const session = await connect(t, http2, url, { settings: { initialWindowSize: WINDOW } });
  session.setLocalWindowSize(WINDOW);
  await new Promise((resolve) => session.ping(resolve));
  return session;
}

/** Asks for a file and compares what comes with it. Resolves to how much that is. */
function ask(session, n) {
  const request = session.request({ ':path': `/${n}` });
  let length = 0;
  let strange;
  request.on('data', (chunk) => {
    length += chunk.length;
    strange ??= chunk.find((octet) => octet !== n);
  });
  return new Promise((resolve, reject) => {
    request.on('error', () => {});
    request.on('close', () => {
      if (strange === undefined) resolve(length);
      else reject(new Error(`octets of file ${strange} in file ${n}`));
    });
  });
}

/** How responses end while their octets wait. */
const ENDS = {
  'destroyed meanwhile': (stream) => stream.destroy(),
  'destroyed with an error': (stream) => stream.destroy(new Error('by the test')),
  'closed meanwhile': (stream) => stream.close(http2.constants.NGHTTP2_CANCEL),
  'sent whole': () => {},
};

async function run(t, { end, engine, size }) {
  const folder = makeFolder(t, size);
  const { server, url } = await serve(t, http2, { tls: engine });
  const streams = [];
  server.on('stream', (stream, headers) => {
    streams.push(stream.on('error', () => {}));
    stream.respondWithFile(path.join(folder, headers[':path'].slice(1)));
  });
  // The socket that writes to the system: node:tls does so past the one beneath it.
  const accepted = once(server, engine === 'node' ? 'secureConnection' : 'connection');
  const slow = await open(t, url);
  const [socket] = await accepted;
  const fast = await open(t, url);
  socket.cork();
  const asked = WAITING.map((n) => ask(slow, n));
  // Some of a body waits there, besides the headers.
  while (socket.writableLength < KIB) await new Promise((resolve) => setImmediate(resolve));
  for (const stream of streams.splice(0)) {
    end(stream);
    // Is read into what the others have let go of.
    assert.equal(await ask(fast, OTHER), size);
  }
  socket.uncork();
  const lengths = await Promise.all(asked);
  if (end === ENDS['sent whole']) assert.deepEqual(lengths, [size, size, size]);
}

for (const { transport, tls: engine } of TRANSPORTS) {
  for (const [length, size] of Object.entries(SIZES)) {
    describe(`${length} files over ${transport}`, () => {
      for (const [how, end] of Object.entries(ENDS)) {
        test(how, (t) => run(t, { end, engine, size }));
      }
    });
  }
}
