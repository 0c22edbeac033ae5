'use strict';

// Sessions over transports that are no sockets: a Duplex that may look at what it is given, keep it,
// answer within the call, or never answer at all. The builtin shows what is expected.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { on, once } = require('node:events');
const { Duplex } = require('node:stream');
const { describe, test } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const ours = require('../..');
const { parseFrames, PREFACE } = require('../support/frames');

/** Two ends in one process; each keeps the very buffers that the other one writes. */
function makePair() {
  const end = (other) =>
    new Duplex({
      read() {},
      write(chunk, encoding, callback) {
        written.get(this).push(chunk);
        other().push(chunk);
        callback();
      },
      final(callback) {
        other().push(null);
        callback();
      },
    });
  const written = new Map();
  const client = end(() => server);
  const server = end(() => client);
  written.set(client, []);
  written.set(server, []);
  return { client, server, written };
}

function open(t, http2, pair, onStream, options = {}) {
  const server = http2.createServer(options);
  server.on('stream', onStream);
  server.emit('connection', pair.server);
  const session = http2.connect('http://localhost', {
    ...options,
    createConnection: () => pair.client,
  });
  t.after(() => session.destroy());
  return session;
}

/** What was written to one end: the length of each write. */
const lengths = (pair, end) => pair.written.get(pair[end]).map(({ length }) => length);

/** The types of the frames that one end was given. */
function types(pair, end) {
  let octets = Buffer.concat(pair.written.get(pair[end]));
  if (octets.subarray(0, PREFACE.length).equals(PREFACE)) octets = octets.subarray(PREFACE.length);
  return parseFrames(octets).map(({ type }) => type);
}

for (const paddingStrategy of [0, 1, 2]) {
  test(`writes are cut as the builtin's, padding strategy ${paddingStrategy}`, async (t) => {
    const cuts = [];
    for (const http2 of [builtin, ours]) {
      const pair = makePair();
      const answer = (stream) => {
        stream.respond({ ':status': 200 }, { sendDate: false });
        stream.end('<h1>Hello World.</h1>');
      };
      const session = open(t, http2, pair, answer, { paddingStrategy });
      const request = session.request({ ':path': '/a' });
      request.resume();
      await once(request, 'end');
      cuts.push([lengths(pair, 'client').slice(0, 4), lengths(pair, 'server').slice(0, 7)]);
    }
    assert.deepEqual(cuts[1], cuts[0]);
  });
}

test('requests follow the acknowledgement of SETTINGS that are there', async (t) => {
  const pair = makePair();
  const session = open(t, ours, pair, (stream) => stream.respond({}, { endStream: true }));
  const request = session.request();
  assert.equal(request.id, 1);
  await once(request.resume(), 'close');
  assert.deepEqual(types(pair, 'client').slice(0, 3), ['SETTINGS', 'SETTINGS', 'HEADERS']);
});

test('requests do not wait for SETTINGS that do not come', async (t) => {
  const pair = makePair();
  const session = ours.connect('http://localhost', { createConnection: () => pair.client });
  t.after(() => session.destroy());
  session.request().on('error', () => {});
  await turn();
  await turn();
  assert.deepEqual(types(pair, 'client'), ['SETTINGS', 'HEADERS']);
});

test('a transport may keep what it was given', async (t) => {
  const pair = makePair();
  let requests = 0;
  const session = open(t, ours, pair, (stream) => {
    stream.respond();
    stream.end(`body ${++requests} `.repeat(100));
  });
  const bodies = [];
  const copies = [];
  for (let i = 0; i < 20; i++) {
    const request = session.request().setEncoding('latin1');
    let body = '';
    for await (const [chunk] of on(request, 'data', { close: ['end'] })) body += chunk;
    bodies.push(body);
    copies.push(Buffer.concat(pair.written.get(pair.server)).toString('latin1'));
  }
  assert.deepEqual(
    bodies,
    bodies.map((_, i) => `body ${i + 1} `.repeat(100)),
  );
  const kept = Buffer.concat(pair.written.get(pair.server)).toString('latin1');
  for (const copy of copies) assert.ok(kept.startsWith(copy));
});

describe('a chunk that brings several frames', () => {
  test('lets each be awaited', async (t) => {
    const pair = makePair();
    const session = open(t, ours, pair, (stream) => {
      stream.respond();
      stream.write('first', () => stream.write('second', () => stream.end('third')));
    });
    const request = session.request().setEncoding('latin1');
    const heard = [];
    for (let i = 0; i < 3; i++) heard.push((await once(request, 'data'))[0]);
    assert.deepEqual(heard, ['first', 'second', 'third']);
  });
});

test('a write is called back when the transport is done with it', async (t) => {
  const pair = makePair();
  const { promise: held, resolve: release } = Promise.withResolvers?.() ?? defer();
  pair.server._write = (chunk, encoding, callback) => {
    pair.client.push(chunk);
    held.then(() => callback());
  };
  let called = false;
  const session = open(t, ours, pair, (stream) => {
    stream.respond();
    stream.write('body', () => {
      called = true;
      stream.end();
    });
  });
  const request = session.request().resume();
  for (let i = 0; i < 20; i++) await turn();
  assert.equal(called, false);
  release();
  await once(request, 'close');
  assert.equal(called, true);
});

function defer() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}

/** The frames of a response's body by their lengths, and whether each ends the stream. */
async function bodyFrames(t, http2, answer) {
  const pair = makePair();
  const session = open(t, http2, pair, (stream) => {
    stream.respond();
    answer(stream);
  });
  await once(session.request().resume(), 'close');
  return parseFrames(Buffer.concat(pair.written.get(pair.server)))
    .filter(({ type }) => type === 'DATA')
    .map(({ flags, payload }) => [payload.length, (flags & 1) === 1]);
}

describe('END_STREAM rides on the last DATA, if the end is known in time:', () => {
  const cases = {
    'at once': (stream) => stream.end('OK'),
    'right after': (stream) => {
      stream.write('OK');
      stream.end();
    },
    'with a second write': (stream) => {
      stream.write('O');
      stream.end('K!');
    },
    'with what waited meanwhile': (stream) => {
      stream.write('O');
      stream.write('K');
      stream.end('!?');
    },
    corked: (stream) => {
      stream.cork();
      stream.write('O');
      stream.end('K');
    },
    later: (stream) => stream.write('OK', () => stream.end()),
  };
  for (const [name, answer] of Object.entries(cases)) {
    test(name, async (t) => {
      assert.deepEqual(await bodyFrames(t, ours, answer), await bodyFrames(t, builtin, answer));
    });
  }
});
