'use strict';

// What sessions and streams take as arguments, and how they refuse the rest: called in the same way
// with the builtin, whose answers are expected.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { once } = require('node:events');
const { describe, test } = require('node:test');
const ours = require('../..');
const { outcome } = require('../support/compat');
const { connect, serve } = require('../support/net');

const { sensitiveHeaders } = builtin;
const noop = () => {};
const onPush = (_error, pushed) => pushed?.on('error', noop);

/** Calls `method` of `target` with each list of arguments; what is made is closed again. */
function call(target, method, lists) {
  return lists.map((args) =>
    outcome(() => {
      const made = target[method](...args);
      if (made === target || typeof made?.close !== 'function') return typeof made;
      made.on('error', noop).close();
      return made.constructor.name;
    }),
  );
}

/** A session of each side, and the server's stream of a request. */
async function open(t, http2, fields = { ':method': 'POST' }) {
  const { server, url } = await serve(t, http2);
  const opened = once(server, 'stream');
  const client = await connect(t, http2, url);
  for (const each of [client, server]) each.on('error', noop).on('sessionError', noop);
  client.request(fields).on('error', noop);
  const [stream] = await opened;
  stream.on('error', noop);
  return { client, server: stream.session, stream };
}

async function same(t, scenario) {
  const expected = await scenario(t, builtin);
  assert.deepEqual(await scenario(t, ours), expected);
}

const SESSION_CALLS = {
  goaway: [['a'], [0, 'a'], [0, 0, 5], [0, 0, 'a'], [null], [0, 0, null]],
  ping: [
    [5],
    [null, noop],
    ['8 octets', noop],
    [Buffer.alloc(7), noop],
    [Buffer.alloc(8)],
    [Buffer.alloc(8), 5],
    [new DataView(new ArrayBuffer(9)), noop],
  ],
  settings: [
    [5],
    [null],
    [{}, 5],
    [{ maxFrameSize: 1 }],
    [{ enablePush: 'a' }],
    [{ headerTableSize: -1 }],
    [{ initialWindowSize: 2 ** 32 }],
  ],
  setNextStreamID: [['a'], [0], [-1], [2 ** 32], [null], []],
  setLocalWindowSize: [['a'], [-1], [1.5], [2 ** 31], [null], []],
  setTimeout: [['a'], [-1], [Infinity], [NaN], [1, 5], [0, noop], [2 ** 31, noop], [0, 5]],
};

for (const side of ['client', 'server']) {
  for (const [method, lists] of Object.entries(SESSION_CALLS)) {
    test(`${method} of a ${side}'s session`, (t) =>
      same(t, async (_t, http2) => call((await open(t, http2))[side], method, lists)));
  }
}

describe('request', () => {
  const HEADERS = [
    5,
    'a',
    true,
    null,
    undefined,
    { ':method': 'CONNECT' },
    { ':method': 'CONNECT', ':authority': 'a', ':scheme': 'http' },
    { ':method': 'CONNECT', ':authority': 'a', ':path': '/' },
    { ':method': 'CONNECT', ':authority': 'a' },
    { ':method': 'CONNECT', ':protocol': 'a', ':path': '/' },
    { ':status': 200 },
    { ':unknown': 'a' },
    { connection: 'close' },
    { Upgrade: 'a' },
    { 'transfer-encoding': 'chunked' },
    { 'http2-settings': 'a' },
    { te: 'gzip' },
    { te: 'trailers' },
    { 'content-length': ['1', '2'] },
    { 'CONTENT-TYPE': ['a', 'b'] },
    { 'content-type': ['a'] },
    { cookie: ['a=b', 'c=d'] },
    { 'x-none': undefined, 'x-null': null, 'x-number': 5, 'x-list': ['a', 5] },
    { 'x-empty': [] },
    { host: 'a.example' },
    { 'x-secret': 'a', [sensitiveHeaders]: ['X-Secret'] },
  ];

  test('headers', (t) =>
    same(t, async (_t, http2) => {
      const { client } = await open(t, http2);
      return call(
        client,
        'request',
        HEADERS.map((headers) => [headers]),
      );
    }));

  test('flat arrays of headers', (t) =>
    same(t, async (_t, http2) => {
      const { client } = await open(t, http2);
      const arrays = HEADERS.filter((headers) => headers !== null && typeof headers === 'object');
      const pairs = arrays.map((headers) => Object.entries(headers).flat());
      return call(
        client,
        'request',
        [...pairs, ['a'], ['a', 'b', 'a', 'c']].map((headers) => [headers]),
      );
    }));

  test('names that are none', async (t) => {
    // Each may cost the session.
    for (const name of ['', 'a b', ':']) {
      await same(t, async (_t, http2) => {
        const { client } = await open(t, http2);
        return [call(client, 'request', [[{ [name]: 'a' }]]), client.destroyed];
      });
    }
  });

  test('options', (t) =>
    same(t, async (_t, http2) => {
      const { client } = await open(t, http2);
      const options = [
        5,
        null,
        { endStream: 5 },
        { signal: AbortSignal.abort() },
        { weight: 'a' },
        { parent: 'a' },
        { parent: -1 },
        { exclusive: 5 },
        { silent: 5 },
        { waitForTrailers: 5 },
      ];
      return call(
        client,
        'request',
        options.map((each) => [{}, each]),
      );
    }));
});

// The builtin leaves a stream behind, whose error nobody can hear.
test('a signal that is none', async (t) => {
  const { client } = await open(t, ours);
  for (const signal of [5, {}]) {
    assert.throws(() => client.request({}, { signal }), {
      code: 'ERR_INVALID_ARG_TYPE',
      message: /^The "options\.signal" property must be an instance of AbortSignal/,
    });
  }
});

const STREAM_CALLS = {
  respond: [
    [5],
    ['a'],
    [{}, 5],
    [{}, 'a'],
    [{ ':status': 99 }],
    [{ ':status': 100 }],
    [{ ':status': 600 }],
    [{ ':path': '/' }],
    [{ connection: 'close' }],
    [{ 'content-length': ['1', '2'] }],
    [{ [sensitiveHeaders]: 5 }],
  ],
  additionalHeaders: [
    [],
    [null],
    [5],
    [{ ':status': 101 }],
    [{ ':status': 200 }],
    [{ ':status': 99 }],
    [{ connection: 'close' }],
    [{ ':status': 103, link: 'a' }],
    [{}],
  ],
  pushStream: [
    [],
    [{}, 5],
    [{}, {}, 5],
    [null, onPush],
    [5, onPush],
    [['a', 'b'], onPush],
    [{ connection: 'close' }, onPush],
    [{ ':unknown': 'a' }, onPush],
  ],
  respondWithFD: [
    [],
    ['a'],
    [null],
    [{}],
    [5, {}, { offset: 'a' }],
    [5, {}, { length: 'a' }],
    [5, {}, { statCheck: 5 }],
    [5, { ':status': 204 }],
    [5, { ':status': 205 }],
    [5, { ':status': 304 }],
  ],
  respondWithFile: [
    [__filename, {}, { offset: 'a' }],
    [__filename, {}, { length: {} }],
    [__filename, {}, { statCheck: 'a' }],
    [__filename, { ':status': 204 }],
  ],
  sendTrailers: [[{}], [], [5]],
  setTimeout: [['a'], [-1], [Infinity], [1, 5], [0, noop]],
  priority: [[{ parent: 'a' }], [{ parent: -1 }], [{ exclusive: 5 }], [{ silent: 5 }]],
  close: [['a'], [-1], [2 ** 32], [0, 5]],
};

describe('a stream of a server', () => {
  for (const [method, lists] of Object.entries(STREAM_CALLS)) {
    test(method, (t) =>
      same(t, async (_t, http2) => call((await open(t, http2)).stream, method, lists)),
    );
  }

  test('that was responded to', (t) =>
    same(t, async (_t, http2) => {
      const { stream } = await open(t, http2);
      stream.respond();
      return [
        ...call(stream, 'respond', [[]]),
        ...call(stream, 'additionalHeaders', [[{ ':status': 103 }]]),
        ...call(stream, 'respondWithFile', [[__filename]]),
        ...call(stream, 'respondWithFD', [[1]]),
      ];
    }));

  test('that answers HEAD', (t) =>
    same(t, async (_t, http2) => {
      const { stream } = await open(t, http2, { ':method': 'HEAD' });
      return [
        ...call(stream, 'respondWithFile', [[__filename]]),
        ...call(stream, 'respondWithFD', [[1], [1, { ':status': 404 }]]),
        stream.pushAllowed,
      ];
    }));

  test('whose client takes no pushes', (t) =>
    same(t, async (_t, http2) => {
      const { server, url } = await serve(t, http2);
      const opened = once(server, 'stream');
      const client = await connect(t, http2, url, { settings: { enablePush: false } });
      client.request().on('error', noop);
      const [stream] = await opened;
      return [stream.pushAllowed, ...call(stream, 'pushStream', [[{}, onPush]])];
    }));

  test('that was closed', (t) =>
    same(t, async (_t, http2) => {
      const { stream } = await open(t, http2);
      stream.close();
      return Object.entries(STREAM_CALLS).flatMap(([method, [args]]) =>
        call(stream, method, [args, [{}, onPush]]),
      );
    }));
});

test('delays that no timer can take are cut, with a warning', async (t) => {
  for (const http2 of [builtin, ours]) {
    const { client, stream } = await open(t, http2);
    for (const target of [client, stream]) {
      const warned = once(process, 'warning');
      target.setTimeout(2 ** 31);
      const [{ name, message }] = await warned;
      assert.equal(name, 'TimeoutOverflowWarning');
      assert.match(message, /truncated to 2147483647/);
      target.setTimeout(0);
    }
  }
});
