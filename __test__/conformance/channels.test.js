'use strict';

// What the http2.* diagnostics channels publish, against the running Node's http2.

const assert = require('node:assert');
const builtin = require('node:http2');
const ours = require('../../lib/index.js');
const { subscribe, unsubscribe } = require('node:diagnostics_channel');
const { once } = require('node:events');
const { test } = require('node:test');
const { connect, serve } = require('../support/net.js');

const NAMES = ['created', 'start', 'error', 'finish', 'close', 'bodyChunkSent', 'bodySent'];
const CHANNELS = ['client', 'server'].flatMap((side) =>
  NAMES.map((name) => `http2.${side}.stream.${name}`),
);

/** What of a message can be compared: not when it was, nor where. */
function summary({ stream: _, headers, error, data, ...rest }) {
  const same = ([name]) => name !== 'date' && name !== ':authority';
  return {
    ...rest,
    ...(headers && { headers: Object.fromEntries(Object.entries(headers).filter(same)) }),
    ...(data && { data: Array.isArray(data) ? [...data] : data }),
    ...(error && { error: error.code ?? error.message }),
  };
}

/** Messages by stream, then by channel: which of two ends is heard first is no matter. */
function record(t) {
  const messages = [];
  for (const name of CHANNELS) {
    const listener = (message) => messages.push({ name, stream: message.stream, message });
    subscribe(name, listener);
    t.after(() => unsubscribe(name, listener));
  }
  return () =>
    messages
      .map(({ name, stream, message }) => ({ name, id: stream.id, ...summary(message) }))
      .sort((a, b) => a.id - b.id || CHANNELS.indexOf(a.name) - CHANNELS.indexOf(b.name));
}

const answers = {
  '/end': (stream) => stream.respond({ ':status': 204 }, { endStream: true }),
  '/body': (stream) => {
    stream.respond();
    stream.end('body');
  },
  '/echo': (stream) => {
    stream.respond();
    stream.pipe(stream);
  },
  '/early': (stream) => {
    stream.additionalHeaders({ ':status': 103 });
    stream.respond({ ':status': 404 }, { endStream: true });
  },
  '/trailers': (stream) => {
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-a': 'b' }));
    stream.end('body');
  },
  '/push': (stream) => {
    stream.pushStream({ ':path': '/pushed' }, (error, pushed) => {
      assert.ifError(error);
      pushed.respond();
      pushed.end('pushed');
    });
    stream.respond();
    stream.end('body');
  },
  '/refused': (stream) => stream.close(builtin.constants.NGHTTP2_REFUSED_STREAM),
  '/broken': (stream) => stream.destroy(new Error('out of order')),
};

/** Resolves when a stream is gone, with an error or without. */
function closing(stream) {
  return new Promise((resolve) => (stream.destroyed ? resolve() : stream.once('close', resolve)));
}

async function play(t, http2, requests) {
  const messages = record(t);
  const { server, url } = await serve(t, http2);
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    answers[headers[':path']](stream);
  });
  const client = await connect(t, http2, url);
  const open = new Set();
  client.on('stream', (stream) => open.add(closing(stream.resume())));
  for (const { body = [], ...headers } of requests) {
    const arrived = once(server, 'stream');
    const stream = client.request(headers, body.length > 0 ? { endStream: false } : undefined);
    stream.on('error', () => {});
    for (const chunk of body) stream.write(chunk);
    stream.end();
    const closed = closing(stream.resume());
    const [other] = await arrived;
    await Promise.all([closed, closing(other)]);
  }
  await Promise.all(open);
  return messages();
}

function compare(name, ...requests) {
  test(name, async (t) => {
    const expected = await play(t, builtin, requests);
    assert.deepStrictEqual(await play(t, ours, requests), expected);
  });
}

compare('without bodies', { ':path': '/end' }, { ':path': '/end', ':method': 'HEAD' });
compare('the response has a body', { ':path': '/body' }, { ':path': '/trailers' });
compare('interim responses', { ':path': '/early' });
compare(
  'the request has a body',
  { ':path': '/echo', ':method': 'POST', body: ['text'] },
  { ':path': '/echo', ':method': 'POST', body: [Buffer.from('octets'), 'text'] },
  { ':path': '/echo', ':method': 'POST', body: ['a', Buffer.from('b'), Buffer.from('c')] },
);
compare('promises', { ':path': '/push' });
compare('streams that end with an error', { ':path': '/refused' }, { ':path': '/broken' });
