'use strict';

// Alternative services (RFC 7838) and origins (RFC 8336): what a server may announce, what its
// clients hear, and what they make of it. The builtin shows what is expected.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { once } = require('node:events');
const { test } = require('node:test');
const ours = require('../..');
const { outcome } = require('../support/compat');
const { connect, serve } = require('../support/net');

const LONG = 'x'.repeat(17_000);

const ALTSVC = [
  ['h2=":8000"', 'https://example.org/path'],
  ['h2=":8000"', new URL('https://example.org:8443/path')],
  ['h2=":8000"', { origin: 'https://example.org' }],
  ['h2=":8000"', 1],
  ['h2=":8000"', 'file:///a'],
  ['h2=":8000"', 'no origin'],
  ['h2=":8000"', { origin: 'null' }],
  ['h2=":8000"', { origin: '' }],
  ['h2=":8000"', { origin: 5 }],
  ['h2=":8000"', {}],
  ['h2=":8000"', null],
  ['h2=":8000"', true],
  ['h2=":8000"', 0],
  ['h2=":8000"', -1],
  ['h2=":8000"', 1.5],
  ['h2=":8000"', 2 ** 32],
  ['h2=\u0001', 'https://example.org'],
  ['h2="\u00e9"', 'https://example.org'],
  [5, 'https://example.org'],
  [undefined, 'https://example.org'],
  [LONG, 'https://example.org'],
];

const ORIGINS = [
  [],
  ['https://example.org/path', new URL('https://example.com:8443')],
  [{ origin: 'https://example.net' }],
  ['file:///a'],
  ['no origin'],
  [{ origin: 'null' }],
  [{ origin: 5 }],
  [{}],
  [null],
  [5],
  [`https://${LONG}.example`],
  Array(2000).fill('https://example.org'),
];

/** A client of the same http2, what its server's session says, and a stream that it opened. */
async function open(t, http2, options) {
  const { server, url } = await serve(t, http2, options);
  const accepted = once(server, 'session');
  const client = await connect(t, http2, url, options.client);
  const [session] = await accepted;
  return { client, server, session, url };
}

async function answers(t, http2, tls) {
  const { client, server, session, url } = await open(t, http2, { tls });
  const heard = [];
  client.on('altsvc', (...args) => heard.push(['altsvc', ...args]));
  client.on('origin', (origins) => heard.push(['origin', origins]));
  // Stream 1 is there while its alternative services are told.
  client.request({ ':method': 'POST' });
  await once(server, 'stream');
  const outcomes = [
    ...ALTSVC.map((args) => outcome(() => session.altsvc(...args))),
    ...ORIGINS.map((origins) => outcome(() => session.origin(...origins))),
  ];
  // What was sent before the answer to a PING has arrived.
  await new Promise((resolve) => session.ping(resolve));
  const known = client.originSet?.map((origin) => origin.replace(url, 'itself'));
  session.destroy();
  outcomes.push(outcome(() => session.altsvc('h2', 'https://example.org')));
  outcomes.push(outcome(() => session.origin('https://example.org')));
  return { outcomes, heard, known };
}

for (const tls of [false, true]) {
  test(`announcements over ${tls ? 'TLS' : 'h2c'} are taken, refused and heard`, async (t) => {
    const expected = await answers(t, builtin, tls);
    const actual = await answers(t, ours, tls);
    assert.deepEqual(actual, expected);
    assert.equal(actual.known?.length, tls ? 4 : undefined);
  });
}

test('origins given as an option are told to every client', async (t) => {
  const origins = ['https://example.org', 'https://example.com'];
  for (const http2 of [builtin, ours]) {
    const { client } = await open(t, http2, { tls: true, options: { origins } });
    if (client.originSet.length === 1) await once(client, 'origin');
    assert.deepEqual(client.originSet.slice(1), origins);
  }
});

test('an origin that answers 421 is struck off', async (t) => {
  for (const http2 of [builtin, ours]) {
    const { client, server, url } = await open(t, http2, { tls: true });
    server.on('stream', (stream) => stream.respond({ ':status': 421 }, { endStream: true }));
    assert.deepEqual(client.originSet, [url]);
    const request = client.request();
    await once(request, 'response');
    assert.deepEqual(client.originSet, []);
  }
});

test('both sides know the origin they stand for, until they are destroyed', async (t) => {
  for (const http2 of [builtin, ours]) {
    const options = { tls: true, client: { servername: 'example.org' } };
    const { client, session, url } = await open(t, http2, options);
    const origin = `https://example.org:${new URL(url).port}`;
    assert.deepEqual(client.originSet, [origin]);
    assert.deepEqual(session.originSet.length, 1);
    assert.match(session.originSet[0], /^https:\/\/example\.org:\d+$/);
    client.destroy();
    assert.equal(client.originSet, undefined);
  }
});

/** Whether this Node checks `maxOriginSetSize`, and so has it. */
function limited() {
  return /must be of type number/.test(
    outcome(() => builtin.connect('x:', { maxOriginSetSize: '' })),
  );
}

test(
  'a server that names too many origins loses the session',
  { skip: !limited() && 'this Node has no maxOriginSetSize' },
  async (t) => {
    for (const http2 of [builtin, ours]) {
      const client = { maxOriginSetSize: 2 };
      const { client: session, session: server } = await open(t, http2, { tls: true, client });
      const failed = once(session, 'error');
      server.origin('https://a.example', 'https://b.example');
      assert.equal((await failed)[0].code, 'ERR_HTTP2_TOO_MANY_ORIGINS');
    }
  },
);

test('a server may name 127 origins beside its own, where the user says nothing', async (t) => {
  const { client, session } = await open(t, ours, { tls: true });
  const named = (count) => Array.from({ length: count }, (_, i) => `https://h${i}.example`);
  session.origin(...named(127));
  await once(client, 'origin');
  assert.equal(client.originSet.length, 128);
  const failed = once(client, 'error');
  session.origin('https://one-more.example');
  assert.equal((await failed)[0].code, 'ERR_HTTP2_TOO_MANY_ORIGINS');
});
