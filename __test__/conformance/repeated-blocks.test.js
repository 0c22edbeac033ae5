'use strict';

// Header blocks one after the other on one session: what is remembered of a block must not show in
// the next. The builtin's client tells what arrived, and its server what was to.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { once } = require('node:events');
const { test } = require('node:test');
const ours = require('../..');
const { outcome } = require('../support/compat');
const { connect, serve } = require('../support/net');

const { sensitiveHeaders } = builtin;

const BLOCKS = [
  { ':status': 200, 'content-type': 'text/plain', date: 'today' },
  { ':status': 200, 'content-type': 'text/plain', date: 'today' },
  { ':status': 404, 'content-type': 'text/plain', date: 'today' },
  { ':status': 404, 'content-type': 'text/html', date: 'tomorrow' },
  { ':status': '404', 'content-type': 'text/html', date: 'tomorrow' },
  // The same fields in another order, fewer, more.
  { 'content-type': 'text/html', ':status': 404, date: 'tomorrow' },
  { 'content-type': 'text/html', ':status': 404, date: 'tomorrow' },
  { ':status': 404, 'content-type': 'text/html', date: 'tomorrow' },
  { ':status': 404, date: 'tomorrow' },
  { ':status': 404, 'content-type': 'text/html', date: 'tomorrow', 'x-more': 'more' },
  { ':status': 404, 'x-more': 'more', 'content-type': 'text/html', date: 'tomorrow' },
  { 'x-more': 200, ':status': 404, date: 'tomorrow' },
  { ':status': 200, 'x-more': 404, date: 'tomorrow' },
  // Other spellings and kinds of values.
  { ':status': 404, 'X-More': 'more', 'content-type': 'text/html', date: 'tomorrow' },
  { ':status': 404, 'x-more': 7, date: 'tomorrow' },
  { ':status': 404, 'x-more': '7', date: 'tomorrow' },
  { ':status': 404, 'x-more': ['7', '8'], date: 'tomorrow' },
  { ':status': 404, 'x-more': ['7', '8'], date: 'tomorrow' },
  { ':status': 404, 'x-more': ['9'], date: 'tomorrow' },
  { ':status': 404, 'x-more': undefined, date: 'tomorrow' },
  { ':status': 404, 'x-more': true, date: 'tomorrow' },
  { ':status': 404, 'x-more': 'true', date: 'tomorrow' },
  // Never-indexed fields that were ordinary ones, and the other way round.
  { ':status': 200, 'x-key': 'secret', date: 'today' },
  { ':status': 200, 'x-key': 'secret', date: 'today', [sensitiveHeaders]: ['x-key'] },
  { ':status': 200, 'x-key': 'secret', date: 'today', [sensitiveHeaders]: ['x-key'] },
  { ':status': 200, 'x-key': 'secret', date: 'today' },
  { ':status': 200, 'x-key': 'secret', date: 'today', [sensitiveHeaders]: 'x-key' },
  { ':status': 200, 'x-key': 'public', date: 'today' },
  // Blocks that are refused on the way, behind fields that were not.
  { ':status': 200, 'x-key': 'other', te: 'trailers', date: 'today' },
  { ':status': 200, 'x-key': 'other', te: 'gzip', date: 'today' },
  { ':status': 200, 'x-key': 'other', te: 'trailers', date: 'yesterday' },
  { ':status': 200, 'x-key': 'third', date: 'today', 'bad name': 'x' },
  { ':status': 200, 'x-key': 'third', date: 'today', ':path': '/' },
  { ':status': 200, 'x-key': 'third', date: 'today', Date: 'yesterday' },
  { ':status': 200, 'x-key': 'third', date: 'today', etag: '1' },
  { ':status': 200, 'x-key': 'third', date: 'today', etag: ['1', '2'] },
  { ':status': 200, 'x-key': 'third', date: 'today', etag: '2' },
  // Values too long for a table, and none.
  { ':status': 200, 'x-key': 'long '.repeat(40), date: 'today' },
  { ':status': 200, 'x-key': 'long '.repeat(40), date: 'today' },
  { ':status': 200, 'x-key': '', date: 'today' },
  { ':status': 200, 'x-key': '', date: 'today', '': 'nameless' },
];

/** What became of each block: its outcome where it was given, and what arrived. */
async function exchange(t, http2) {
  const { server, url } = await serve(t, http2);
  const seen = [];
  let next = 0;
  server.on('stream', (stream) => {
    seen.push(outcome(() => stream.respond(BLOCKS[next++])));
    if (!stream.headersSent) stream.respond({ ':status': 500, date: 'today' });
    stream.end();
  });
  const session = await connect(t, builtin, url);
  for (let i = 0; i < BLOCKS.length; i++) {
    const stream = session.request();
    const [headers, , raw] = await once(stream, 'response');
    seen.push({ headers: { ...headers }, raw, sensitive: headers[sensitiveHeaders] });
    stream.resume();
    await once(stream, 'close');
  }
  return seen;
}

test('no block shows in the one behind it', async (t) => {
  assert.deepEqual(await exchange(t, ours), await exchange(t, builtin));
});

test('blocks survive a table of strings that starts anew', async (t) => {
  const { server, url } = await serve(t, ours);
  const fields = (n) => ({ ':status': 200, date: 'today', 'x-one': `${n}`, 'x-two': `${n >> 1}` });
  let count = 0;
  server.on('stream', (stream) => {
    stream.respond(fields(count++));
    stream.end();
  });
  const session = await connect(t, builtin, url);
  for (let i = 0; i < 6000; i += 50) {
    const batch = Array.from({ length: 50 }, async (_, k) => {
      const stream = session.request();
      const [headers] = await once(stream, 'response');
      stream.resume();
      await once(stream, 'close');
      assert.deepEqual({ ...headers }, { ...fields(i + k), [sensitiveHeaders]: [] });
    });
    await Promise.all(batch);
  }
});

test('trailers are not held to the rules of the response before them', async (t) => {
  const fields = { ':status': 200, date: 'today' };
  const outcomes = async (http2) => {
    const { server, url } = await serve(t, http2);
    const seen = [];
    server.on('stream', (stream) => {
      stream.on('wantTrailers', () => {
        seen.push(outcome(() => stream.sendTrailers(fields)));
        seen.push(outcome(() => stream.sendTrailers({ date: 'today' })));
      });
      stream.respond(fields, { waitForTrailers: true });
      stream.end();
    });
    const session = await connect(t, builtin, url);
    const stream = session.request();
    stream.resume();
    const [trailers] = await once(stream, 'trailers');
    return [...seen, { ...trailers }];
  };
  assert.deepEqual(await outcomes(ours), await outcomes(builtin));
});
