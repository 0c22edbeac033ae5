'use strict';

// Headers as flat arrays, in both directions, and what becomes of fields that occur several times.
// The builtin shows what is expected.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { once } = require('node:events');
const { test } = require('node:test');
const ours = require('../..');
const { outcome } = require('../support/compat');
const { connect, serve } = require('../support/net');

const { sensitiveHeaders } = builtin;
const [major, minor] = process.versions.node.split('.').map(Number);
const since = (...releases) =>
  releases.some(([at, after]) => major === at && minor >= after) || major > releases.at(-1)[0];
const skipRequests = !since([22, 17], [24, 0]) && 'this Node takes no arrays for requests';
const skipResponses = !since([22, 20], [24, 7]) && 'this Node takes no arrays for responses';

/** Headers without what differs between any two runs. */
function shown(headers, raw) {
  const list = [...raw];
  for (const name of ['date', ':authority']) {
    const at = list.indexOf(name);
    if (at >= 0) list.splice(at, 2);
  }
  return { ...sentOf(headers), list };
}

function sentOf(headers) {
  const fields = Object.entries(headers)
    .filter(([name]) => name !== 'date')
    .map(([name, value]) => [name, name === ':authority' ? typeof value : value]);
  return { fields, date: typeof headers.date, sensitive: headers[sensitiveHeaders] };
}

/** What either side hears and shows of one exchange. */
async function exchange(t, http2, request, respond) {
  const { server, url } = await serve(t, http2);
  const heard = {};
  server.on('stream', (stream, headers, _flags, raw) => {
    heard.request = shown(headers, raw);
    heard.outcome = outcome(() => respond(stream));
    if (!stream.headersSent) stream.respond();
    heard.sentByServer = sentOf(stream.sentHeaders);
    stream.end();
  });
  const session = await connect(t, http2, url);
  const stream = session.request(request);
  heard.sentByClient = sentOf(stream.sentHeaders);
  const [headers, , raw] = await once(stream, 'response');
  heard.response = shown(headers, raw);
  stream.resume();
  await once(stream, 'close');
  return heard;
}

async function same(t, request, respond = (stream) => stream.respond()) {
  const expected = await exchange(t, builtin, request, respond);
  const actual = await exchange(t, ours, request, respond);
  assert.deepEqual(actual, expected);
  return actual;
}

const sensitive = (list) => Object.assign(list, { [sensitiveHeaders]: ['x-secret'] });

const REQUESTS = {
  'an empty array': [],
  'all pseudo-headers': [':method', 'PUT', ':scheme', 'https', ':authority', 'a', ':path', '/b'],
  'some pseudo-headers': [':path', '/b', ':method', 'POST'],
  'names in capitals': ['X-Name', 'a', 'x-name', 'b'],
  'a name many times': ['x-a', '1', 'x-b', '2', 'x-a', '3', 'x-a', '4', 'x-b', '5'],
  cookies: ['cookie', 'a=b', 'cookie', 'c=d'],
  'values of other types': ['x-number', 5, 'x-true', true],
  'a secret': sensitive(['x-secret', 'a', 'x-open', 'b']),
};

for (const [name, request] of Object.entries(REQUESTS)) {
  test(`a request of ${name}`, { skip: skipRequests }, (t) => same(t, request));
}

const RESPONSES = {
  'an empty array': [],
  'a status': [':status', 404],
  'a status in words': [':status', '201', 'x-a', 'b'],
  'a status that is none': [':status', 99],
  'a date': ['date', 'today'],
  'cookies that are set': ['set-cookie', 'a=b', 'set-cookie', 'c=d', 'x-a', '1', 'X-A', '2'],
  'a secret': sensitive(['x-secret', 'a']),
};

for (const [name, response] of Object.entries(RESPONSES)) {
  test(`a response of ${name}`, { skip: skipResponses }, (t) =>
    same(t, {}, (stream) => stream.respond(response)),
  );
}

test('a response without a date', { skip: skipResponses }, async (t) => {
  const { sentByServer } = await same(t, {}, (stream) => {
    stream.respond([':status', 200], { sendDate: false });
  });
  assert.equal(sentByServer.date, 'undefined');
});

test('fields that occur several times', async (t) => {
  const fields = {
    cookie: ['a=b', 'c=d'],
    'x-list': ['1', '2', 3],
    accept: ['a', 'b'],
    'x-secret': ['a', 'b'],
    [sensitiveHeaders]: ['X-Secret'],
  };
  const { request } = await same(t, fields, (stream) => {
    stream.respond({ 'set-cookie': ['a=b', 'c=d'], 'x-list': ['1', '2'], 'content-type': ['one'] });
  });
  const received = Object.fromEntries(request.fields);
  assert.deepEqual([received.cookie, received['x-list']], ['a=b; c=d', '1, 2, 3']);
});
