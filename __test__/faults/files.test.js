'use strict';

// Responses from files that end before the file does, from either side: sessions, sockets and
// descriptors are gone, and a descriptor is not closed while it is read, lest its number be taken
// by another file or socket by the time the read begins.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { once } = require('node:events');
const { describe, test } = require('node:test');
const http2 = require('../..');
const { gather } = require('../support/bodies');
const { connect, serve } = require('../support/net');

const KIB = 1024;
/** Read whole in one job, and in pieces. */
const SIZES = { small: 32 * KIB, large: 8 * KIB * KIB };
const LINUX = process.platform === 'linux';

function makeFile(t, size) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http2-cut-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(fs.realpathSync(folder), 'file');
  fs.writeFileSync(file, Buffer.alloc(size, 'x'));
  return file;
}

/** How many descriptors of this process are the file's. */
function descriptorsOf(file) {
  const folder = '/proc/self/fd';
  const isFile = (name) => {
    try {
      return fs.readlinkSync(path.join(folder, name)) === file;
    } catch {
      return false;
    }
  };
  return fs.readdirSync(folder).filter(isFile).length;
}

/** Resolves when the descriptors are closed that this process had of the file. */
async function assertReleased(file) {
  while (LINUX && descriptorsOf(file) > 0) await new Promise((resolve) => setImmediate(resolve));
}

const gone = (emitter) =>
  emitter.destroyed
    ? Promise.resolve()
    : new Promise((resolve) => emitter.on('error', () => {}).on('close', resolve));

/** Who ends what. */
const CUTS = {
  'the server closes the session': ({ serving }) => serving.close(),
  'the server destroys the session': ({ serving }) => serving.destroy(),
  'the server destroys the stream': ({ served }) => served.destroy(),
  'the server closes the stream': ({ served }) => served.close(8),
  'the client closes the session': ({ session }) => session.close(),
  'the client destroys the session': ({ session }) => session.destroy(),
  'the client destroys the stream': ({ request }) => request.destroy(),
  'the client resets the stream': ({ request }) => request.close(8),
  'the connection breaks': ({ socket }) => socket.resetAndDestroy(),
};

/** When: as soon as the file was asked for, or once some of it has arrived. */
const MOMENTS = {
  'at once': () => {},
  'on the next turn': () => new Promise(setImmediate),
  'once it arrives': ({ request }) => once(request, 'readable'),
};

for (const [name, size] of Object.entries(SIZES)) {
  describe(`while a ${name} file is sent`, () => {
    for (const [what, cut] of Object.entries(CUTS)) {
      for (const [when, moment] of Object.entries(MOMENTS)) {
        test(`${what} ${when}`, async (t) => {
          const file = makeFile(t, size);
          const { server, url } = await serve(t, http2);
          const accepted = Promise.all([once(server, 'connection'), once(server, 'session')]);
          const asked = once(server, 'stream');
          server.on('sessionError', () => {});
          server.on('stream', (stream) => stream.on('error', () => {}).respondWithFile(file));
          const session = await connect(t, http2, url);
          session.on('error', () => {});
          const [[socket], [serving]] = await accepted;
          const request = session.request({ ':path': '/' }).on('error', () => {});
          const [served] = await asked;
          await moment({ request });
          cut({ serving, served, session, request, socket });
          const ends = [gone(request), gone(served)];
          request.resume();
          await Promise.all(ends);
          await assertReleased(file);
          session.close();
          await gone(session);
        });
      }
    }
  });
}

for (const cut of ['destroy', 'close']) {
  test(`a descriptor of the user's stays open when ${cut} ends its stream`, async (t) => {
    const file = makeFile(t, SIZES.large);
    const fd = fs.openSync(file, 'r');
    t.after(() => fs.closeSync(fd));
    const { server, url } = await serve(t, http2);
    server.on('stream', (stream) => stream.on('error', () => {}).respondWithFD(fd));
    const session = await connect(t, http2, url);
    const asked = once(server, 'stream');
    const request = session.request({ ':path': '/' }).on('error', () => {});
    const [served] = await asked;
    await once(request, 'readable');
    served[cut](8);
    await Promise.all([gone(served), gone(request)]);
    assert.equal(fs.fstatSync(fd).size, SIZES.large);
  });
}

test('a descriptor is not closed while it is read', async (t) => {
  const file = makeFile(t, SIZES.large);
  const { read, close } = fs;
  t.after(() => Object.assign(fs, { read, close }));
  const calls = [];
  let release;
  const reading = new Promise((resolve) => {
    fs.read = (fd, ...rest) => {
      const callback = rest.pop();
      calls.push(`read ${fd}`);
      release = () => read(fd, ...rest, callback);
      resolve();
    };
  });
  const closing = new Promise((resolve) => {
    fs.close = (fd, callback) => {
      calls.push(`close ${fd}`);
      close(fd, callback);
      resolve();
    };
  });
  const { server, url } = await serve(t, http2);
  const asked = once(server, 'stream');
  server.on('stream', (stream) => stream.on('error', () => {}).respondWithFile(file));
  const session = await connect(t, http2, url);
  session.request({ ':path': '/' }).on('error', () => {});
  const [served] = await asked;
  await reading;
  served.destroy();
  await gone(served);
  await new Promise(setImmediate);
  assert.equal(calls.length, 1);
  release();
  await closing;
  assert.equal(calls[1], calls[0].replace('read', 'close'));
  assert.equal(calls.length, 2);
});

/** Answers that come while the file of another is opened. */
const OTHER_ANSWERS = {
  'a body': (stream) => stream.end('a body'),
  'a body that is corked': (stream) => {
    stream.cork();
    stream.write('a body');
    setImmediate(() => stream.end());
  },
  'another file': (stream, file) => stream.respondWithFile(file, {}, { length: 6 }),
};

for (const [name, size] of Object.entries(SIZES)) {
  for (const [what, answer] of Object.entries(OTHER_ANSWERS)) {
    test(`${what} and a ${name} file: one is the response`, async (t) => {
      const file = makeFile(t, size);
      const { server, url } = await serve(t, http2);
      server.on('stream', (stream) => {
        stream.on('error', () => {});
        stream.respondWithFile(file);
        answer(stream, file);
      });
      const session = await connect(t, http2, url);
      const { length } = await gather(session.request({ ':path': '/' }));
      assert.ok(length === 6 || length === size, `${length} octets`);
      await assertReleased(file);
    });
  }
}
