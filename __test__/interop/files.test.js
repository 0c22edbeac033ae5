'use strict';

// Responses from files of all sizes, and from what is no file, as the builtin gives them.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const ours = require('../..');
const { AsyncLocalStorage } = require('node:async_hooks');
const { once } = require('node:events');
const { test } = require('node:test');
const { connect, serve } = require('../support/net');

const KIB = 1024;
const SIZES = [0, 1, 4 * KIB, 64 * KIB, 64 * KIB + 1, 300 * KIB];

function makeFolder(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http2-files-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  for (const size of SIZES) {
    const octets = Buffer.alloc(size, `${size} octets, `);
    fs.writeFileSync(path.join(folder, String(size)), octets);
  }
  fs.symlinkSync('1', path.join(folder, 'link'));
  return folder;
}

/** What a client hears of a response. */
async function hear(session, fields) {
  const stream = session.request(fields);
  const heard = { events: [] };
  for (const event of ['response', 'trailers', 'end', 'close']) {
    stream.on(event, () => heard.events.push(event));
  }
  stream.on('response', (headers) => {
    heard.status = headers[':status'];
    heard.length = headers['content-length'];
  });
  stream.on('error', ({ code, message }) => {
    heard.error = { code, message };
  });
  const chunks = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  await once(stream, 'close').catch(() => {});
  heard.body = Buffer.concat(chunks).toString();
  return heard;
}

/** The answers to requests for `names` at once, by a server that responds with files. */
async function answers(t, http2, folder, names, options) {
  const { server, url } = await serve(t, http2);
  const errors = [];
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-end': 'yes' }));
    const onError = ({ code, syscall, message }) => {
      errors.push({ code, syscall, message });
      stream.respond({ ':status': 404 }, { endStream: true });
    };
    const file = path.join(folder, headers[':path'].slice(1));
    stream.respondWithFile(file, {}, { ...options, onError });
  });
  const session = await connect(t, builtin, url);
  const heard = await Promise.all(names.map((name) => hear(session, { ':path': `/${name}` })));
  errors.sort((a, b) => a.message.localeCompare(b.message));
  return { heard, errors };
}

for (const options of [{}, { waitForTrailers: true }, { statCheck() {} }, { offset: 1 }]) {
  test(`files with ${JSON.stringify(Object.keys(options))}`, async (t) => {
    const folder = makeFolder(t);
    // None of two whose order chance decides.
    const names = [...SIZES.slice(1), 'link', 'missing'];
    const expected = await answers(t, builtin, folder, names, options);
    const actual = await answers(t, ours, folder, names, options);
    assert.deepEqual(actual, expected);
    assert.equal(actual.heard.filter(({ status }) => status === 200).length, SIZES.length);
  });
}

test('an empty file, a folder and an empty name', async (t) => {
  const folder = makeFolder(t);
  for (const name of ['0', '', 'missing/0']) {
    const expected = await answers(t, builtin, folder, [name]);
    assert.deepEqual(await answers(t, ours, folder, [name]), expected);
  }
});

test('a file whose size changes before it is read', async (t) => {
  const KEPT = 100 * KIB;
  const changes = {
    shrinks: (file) => fs.truncateSync(file, KEPT),
    grows: (file) => fs.appendFileSync(file, 'more'),
    'is replaced': (file) => {
      fs.renameSync(file, `${file} before`);
      fs.writeFileSync(file, 'another');
    },
  };
  for (const [what, change] of Object.entries(changes)) {
    const hearChanged = async (http2) => {
      const folder = makeFolder(t);
      const statCheck = () => change(path.join(folder, name));
      const [heard] = (await answers(t, http2, folder, [name], { statCheck })).heard;
      return heard;
    };
    const name = `${300 * KIB}`;
    const expected = await hearChanged(builtin);
    const actual = await hearChanged(ours);
    assert.deepEqual(actual, expected, what);
    assert.equal(actual.body.length, what === 'shrinks' ? KEPT : 300 * KIB, what);
  }
});

test('many at once come whole', async (t) => {
  const folder = makeFolder(t);
  const names = Array.from({ length: 90 }, (_, i) => SIZES[i % SIZES.length]);
  const { heard } = await answers(t, ours, folder, names);
  heard.forEach(({ status, body }, i) => {
    assert.equal(status, 200);
    assert.equal(body.length, names[i]);
    assert.ok(body.startsWith(names[i] > 1 ? `${names[i]} octets`.slice(0, names[i]) : ''));
  });
});

test('what a file response calls is in the context of its request', async (t) => {
  const folder = makeFolder(t);
  const storage = new AsyncLocalStorage();
  const { server, url } = await serve(t, ours);
  const contexts = [];
  server.on('stream', (stream, headers) => {
    const name = headers[':path'].slice(1);
    storage.run(name, () => {
      const onError = () => {
        contexts.push([name, storage.getStore()]);
        stream.respond({ ':status': 404 }, { endStream: true });
      };
      stream.respondWithFile(path.join(folder, name), {}, { onError });
    });
  });
  const session = await connect(t, builtin, url);
  await Promise.all(['a', 'b', 'c'].map((name) => hear(session, { ':path': `/${name}` })));
  assert.deepEqual(contexts.sort(), [
    ['a', 'a'],
    ['b', 'b'],
    ['c', 'c'],
  ]);
});
