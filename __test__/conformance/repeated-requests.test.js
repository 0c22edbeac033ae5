'use strict';

// Requests one after the other that are alike: what is remembered of one must not show in the next,
// whatever its receiver did with it, nor in those of another session. The requests are the builtin's.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { once } = require('node:events');
const { test } = require('node:test');
const ours = require('../..');
const { connect, serve } = require('../support/net');

const { sensitiveHeaders } = builtin;

/** Each comes this often in a row: filling the dynamic table, by references to it, and as before. */
const TIMES = 5;

const REQUESTS = [
  { ':path': '/' },
  { ':path': '/', 'user-agent': 'one' },
  { ':path': '/other', 'user-agent': 'one' },
  { ':path': '/', 'user-agent': 'two', accept: '*/*' },
  { ':path': '/', cookie: 'a=1; b=2; c=3' },
  { ':path': '/', cookie: ['a=1', 'b=2'] },
  { ':path': '/', 'x-list': ['1', '2', '2'] },
  { ':path': '/', 'x-list': ['1', '1'] },
  { ':path': '/', 'x-list': '1' },
  { ':path': '/', 7: 'seven', 'x-last': '8', 3: 'three' },
  { ':path': '/', 'x-key': 'secret', [sensitiveHeaders]: ['x-key'] },
  { ':path': '/', 'x-key': 'secret' },
  { ':path': '/', 'set-cookie': 'a=1' },
  { ':path': '/', 'x-long': 'long '.repeat(60) },
  { ':path': '/', ...Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`x-${i}`, `${i}`])) },
];

function describe(headers, raw) {
  const { [sensitiveHeaders]: sensitive } = headers;
  const prototype = Object.getPrototypeOf(headers);
  return { entries: Object.entries(headers), sensitive: [...sensitive], raw: [...raw], prototype };
}

/** What a receiver may do with what it is given. */
function spoil(headers, raw) {
  for (const name of Object.keys(headers)) {
    if (Array.isArray(headers[name])) headers[name].push('spoilt');
    headers[name] = 'spoilt';
  }
  headers.spoilt = true;
  headers[sensitiveHeaders].push('spoilt');
  raw.fill('spoilt');
  raw.push('spoilt');
}

/** What a server is told of the requests of two sessions in turn. */
async function exchange(t, http2) {
  const { server, url } = await serve(t, http2);
  const seen = [];
  server.on('stream', (stream, headers, flags, raw) => {
    delete headers[':authority'];
    seen.push(describe(headers, raw.toSpliced(raw.indexOf(':authority'), 2)));
    spoil(headers, raw);
    stream.respond();
    stream.end();
  });
  const clients = [await connect(t, builtin, url), await connect(t, builtin, url)];
  for (const headers of REQUESTS) {
    for (let i = 0; i < TIMES; i++) {
      for (const client of clients) {
        const stream = client.request(headers);
        stream.resume();
        await once(stream, 'close');
      }
    }
  }
  return seen;
}

test('what a request was is forgotten when the next comes', async (t) => {
  const expected = await exchange(t, builtin);
  assert.equal(expected.length, 2 * TIMES * REQUESTS.length);
  assert.deepEqual(await exchange(t, ours), expected);
});

test('sessions that take duplicates differently are told apart', async (t) => {
  const headers = { ':authority': 'a.test', 'content-type': ['a', 'a'] };
  const seen = { strict: [], lenient: [] };
  const servers = {};
  for (const kind of ['strict', 'lenient']) {
    const options = { strictSingleValueFields: kind === 'strict' };
    servers[kind] = await serve(t, ours, { options });
    servers[kind].server.on('stream', (stream, headers) => {
      seen[kind].push(headers['content-type']);
      stream.respond();
      stream.end();
    });
  }
  const options = { strictSingleValueFields: false };
  const clients = {
    strict: await connect(t, ours, servers.strict.url, options),
    lenient: await connect(t, ours, servers.lenient.url, options),
  };
  for (let i = 0; i < TIMES; i++) {
    for (const kind of ['strict', 'strict', 'lenient']) {
      const stream = clients[kind].request(headers);
      stream.resume();
      await once(stream, 'close');
    }
  }
  assert.deepEqual(seen, {
    strict: new Array(2 * TIMES).fill('a'),
    lenient: new Array(TIMES).fill('a, a'),
  });
});
