'use strict';

// Responses from file descriptors and FileHandles: the whole or a range, with a statCheck, and what
// cannot be read. The builtin shows what is expected.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const ours = require('../..');
const { once } = require('node:events');
const { describe, test } = require('node:test');
const { execFileSync } = require('node:child_process');
const { inspect } = require('node:util');
const { gather } = require('../support/bodies');
const { connect, serve } = require('../support/net');

const LINUX = process.platform === 'linux';
const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_INTERNAL_ERROR } = builtin.constants;
const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251));

function makeFile(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http2-descriptors-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'file');
  fs.writeFileSync(file, CONTENT);
  return file;
}

/** What a client of the builtin hears of the response that `respond` gives to its request. */
async function hear(t, http2, respond) {
  const { server, url } = await serve(t, http2);
  const heard = { events: [] };
  server.on('stream', (stream) => {
    stream.on('error', ({ code }) => (heard.serverError = code));
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-end': 'yes' }));
    respond(stream);
  });
  const session = await connect(t, builtin, url);
  const stream = session.request();
  for (const event of ['response', 'trailers', 'end']) {
    stream.on(event, () => heard.events.push(event));
  }
  stream.on('response', (headers) => {
    heard.status = headers[':status'];
    heard.length = headers['content-length'];
    heard.kind = headers['x-kind'];
  });
  stream.on('error', ({ code }) => (heard.error = code));
  const chunks = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  await once(stream, 'close').catch(() => {});
  heard.code = stream.rstCode;
  heard.body = Buffer.concat(chunks).toString('latin1');
  session.destroy();
  return heard;
}

/** The same response by both; gives ours. */
async function same(t, respond) {
  const expected = await hear(t, builtin, respond);
  const actual = await hear(t, ours, respond);
  assert.deepEqual(actual, expected);
  return { ...actual, body: Buffer.from(actual.body, 'latin1') };
}

/** Responds with a descriptor of `file` that is open as long as the stream. */
function respondWith(stream, file, options, flags = 'r') {
  const fd = fs.openSync(file, flags);
  stream.on('close', () => fs.closeSync(fd));
  stream.respondWithFD(fd, {}, options);
}

/** Responds with the reading end of a pipe, once somebody has the other one. */
function respondWithFifo(stream, fifo, options) {
  fs.open(fifo, 'r', (_, fd) => {
    stream.on('close', () => fs.closeSync(fd));
    stream.respondWithFD(fd, {}, options);
  });
}

/** Whether this process has a descriptor of `file`, on Linux. */
function isOpen(file) {
  return fs.readdirSync('/proc/self/fd').some((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`) === file;
    } catch {
      return false;
    }
  });
}

const RANGES = {
  'the whole': [{}, CONTENT],
  'from an offset': [{ offset: 1000 }, CONTENT.subarray(1000)],
  'a length': [{ length: 150_000 }, CONTENT.subarray(0, 150_000)],
  'a length from an offset': [{ offset: 7, length: 9 }, CONTENT.subarray(7, 16)],
  'more than there is': [{ offset: 299_999, length: 5 }, CONTENT.subarray(299_999)],
  'with trailers': [{ waitForTrailers: true }, CONTENT],
  'a range with trailers': [{ length: 5, waitForTrailers: true }, CONTENT.subarray(0, 5)],
};

for (const [name, [options, body]] of Object.entries(RANGES)) {
  test(name, async (t) => {
    const file = makeFile(t);
    const heard = await same(t, (stream) => respondWith(stream, file, options));
    assert.ok(heard.body.equals(body));
  });

  test(`${name}, with a statCheck`, async (t) => {
    const file = makeFile(t);
    const seen = [];
    const statCheck = (stat, headers, range) => {
      seen.push([stat.size, { ...range }]);
      headers['x-kind'] = 'checked';
    };
    const heard = await same(t, (stream) => respondWith(stream, file, { ...options, statCheck }));
    assert.ok(heard.body.equals(body));
    assert.equal(heard.kind, 'checked');
    assert.deepEqual(seen[1], seen[0]);
    assert.equal(seen[1][0], CONTENT.length);
  });
}

/** What may be asked for besides whole numbers of octets that are there. */
const ODD_RANGES = [
  { offset: 0 },
  { offset: -1 },
  { length: -3 },
  { length: 0 },
  { length: 1e6 },
  { offset: 1.5, length: 2.5 },
  { offset: NaN },
  { length: NaN },
];
/** What the builtin takes for 32 bits where there is a statCheck, and nobody should. */
const VAST_RANGES = [{ length: Infinity }, { offset: -Infinity }, { offset: 2 ** 53 }];

describe('a descriptor that has been read, from where it is read again', () => {
  const respond = (stream, file, options) => {
    const fd = fs.openSync(file, 'r');
    fs.readSync(fd, Buffer.alloc(1000));
    stream.on('close', () => fs.closeSync(fd));
    stream.respondWithFD(fd, {}, options);
  };

  const ranges = [{}, { length: 10 }, ...ODD_RANGES];
  const checked = ranges.map((range) => ({ ...range, statCheck() {} }));
  for (const options of [...ranges, ...VAST_RANGES, ...checked]) {
    test(inspect(options), async (t) => {
      const file = makeFile(t);
      await same(t, (stream) => respond(stream, file, options));
    });
  }

  test('a statCheck may set the range to anything', async (t) => {
    const file = makeFile(t);
    for (const range of [
      { offset: '7', length: '9' },
      { offset: undefined, length: null },
    ]) {
      const statCheck = (_stat, _headers, given) => Object.assign(given, range);
      await same(t, (stream) => respond(stream, file, { statCheck }));
    }
  });
});

test('one descriptor, which answers several requests at once', async (t) => {
  const fd = fs.openSync(makeFile(t), 'r');
  t.after(() => fs.closeSync(fd));
  const { server, url } = await serve(t, ours);
  server.on('stream', (stream) => stream.respondWithFD(fd));
  const session = await connect(t, builtin, url);
  const bodies = await Promise.all([1, 2, 3].map(() => gather(session.request())));
  for (const body of bodies) assert.ok(body.equals(CONTENT));
});

test('a length that is more than the system says there is', { skip: !LINUX }, async (t) => {
  for (const options of [{}, { statCheck() {} }, { length: 5 }]) {
    const heard = await same(t, (stream) => respondWith(stream, '/proc/version', options));
    assert.ok(heard.body.length > 0);
  }
});

test('a pipe, which has no places', { skip: !LINUX }, async (t) => {
  const fifo = path.join(path.dirname(makeFile(t)), 'fifo');
  execFileSync('mkfifo', [fifo]);
  const respond = (options) => (stream) => {
    fs.open(fifo, 'w', (_, writer) => fs.writeFile(writer, CONTENT, () => fs.close(writer)));
    if (options !== undefined) respondWithFifo(stream, fifo, options);
    else stream.respondWithFile(fifo);
  };
  assert.ok((await same(t, respond())).body.equals(CONTENT));
  assert.ok((await same(t, respond({ offset: -1 }))).body.equals(CONTENT));
  assert.equal((await same(t, respond({}))).code, NGHTTP2_INTERNAL_ERROR);
});

test('a FileHandle, which stays open', async (t) => {
  const file = makeFile(t);
  for (const http2 of [builtin, ours]) {
    const handle = await fs.promises.open(file);
    const respond = (stream) => stream.respondWithFD(handle, {}, { length: 5 });
    const { body } = await hear(t, http2, respond);
    assert.equal(body, CONTENT.subarray(0, 5).toString('latin1'));
    assert.equal((await handle.stat()).size, CONTENT.length);
    await handle.close();
  }
});

describe('a statCheck', () => {
  test('may change the range', async (t) => {
    const file = makeFile(t);
    const statCheck = (_stat, _headers, range) => Object.assign(range, { offset: 100, length: 10 });
    const heard = await same(t, (stream) => respondWith(stream, file, { statCheck }));
    assert.ok(heard.body.equals(CONTENT.subarray(100, 110)));
  });

  test('may respond itself', async (t) => {
    const file = makeFile(t);
    function statCheck() {
      this.respond({ ':status': 304 });
    }
    const descriptor = await same(t, (stream) => respondWith(stream, file, { statCheck }));
    const named = await same(t, (stream) => stream.respondWithFile(file, {}, { statCheck }));
    assert.deepEqual([descriptor.status, named.status], [304, 304]);
  });

  test('may say no, and leaves the response to others', async (t) => {
    const file = makeFile(t);
    const refusing = (stream) => () => {
      setImmediate(() => stream.respond({ ':status': 403 }, { endStream: true }));
      return false;
    };
    const descriptor = await same(t, (stream) =>
      respondWith(stream, file, { statCheck: refusing(stream) }),
    );
    const named = await same(t, (stream) =>
      stream.respondWithFile(file, {}, { statCheck: refusing(stream) }),
    );
    assert.deepEqual([descriptor.status, named.status], [403, 403]);
  });
});

describe('what cannot be read', () => {
  test('is an internal error, and nothing more is told', async (t) => {
    const file = makeFile(t);
    // Open for writing only.
    const heard = await same(t, (stream) => respondWith(stream, file, {}, 'a'));
    assert.deepEqual([heard.status, heard.code], [200, 2]);
  });

  test('a descriptor that is none', async (t) => {
    const none = 2 ** 31 - 1;
    await same(t, (stream) => stream.respondWithFD(none));
    await same(t, (stream) => stream.respondWithFD(none, {}, { statCheck() {} }));
  });

  test('a folder, and what has no places', async (t) => {
    const file = makeFile(t);
    const folder = await same(t, (stream) => stream.respondWithFile(path.dirname(file)));
    assert.equal(folder.serverError, 'ERR_HTTP2_SEND_FILE');
    if (process.platform === 'win32') return;
    const options = { offset: 5 };
    const device = await same(t, (stream) => stream.respondWithFile('/dev/null', {}, options));
    assert.equal(device.serverError, 'ERR_HTTP2_SEND_FILE_NOSEEK');
    const whole = await same(t, (stream) => stream.respondWithFile('/dev/null'));
    assert.deepEqual([whole.status, whole.body.length], [200, 0]);
  });
});

test('headers that are refused end the stream with their error', async (t) => {
  const file = makeFile(t);
  const headers = { 'content-type': ['a', 'b'] };
  const named = await same(t, (stream) => stream.respondWithFile(file, headers));
  assert.equal(named.serverError, 'ERR_HTTP2_HEADER_SINGLE_VALUE');
});

test('a stream that closes in the meantime has its file closed', async (t) => {
  const file = makeFile(t);
  for (const way of ['close', 'destroy']) {
    await same(t, (stream) => {
      stream.respondWithFile(file, {}, { statCheck() {} });
      stream[way](way === 'close' ? NGHTTP2_ENHANCE_YOUR_CALM : undefined);
    });
  }
  if (!LINUX) return;
  // A file that stayed open would hang the test.
  while (isOpen(file)) await new Promise((resolve) => setImmediate(resolve));
});
