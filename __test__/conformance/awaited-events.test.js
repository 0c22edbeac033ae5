'use strict';

// Events that are awaited one after another, though one read brought them all: none is missed.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const builtin = require('node:http2');
const net = require('node:net');
const { test } = require('node:test');
const ours = require('../..');
const { serve } = require('../support/net');

/** How long writes are gathered for, in ms. Whether they are decides what a test covers only. */
const GATHER = 20;

function ignore() {}

/** Passes on in one write what comes within a while. */
function gatherWrites(from, to) {
  let held = [];
  from.on('error', ignore).on('close', () => to.destroy());
  from.on('data', (chunk) => {
    if (held.push(chunk) > 1) return;
    setTimeout(() => {
      to.write(Buffer.concat(held));
      held = [];
    }, GATHER);
  });
}

/** A session with a server whose connection brings what either side says in few, large reads. */
async function start(t, { client = builtin, server: side = builtin }, onStream) {
  const { server, url } = await serve(t, side);
  server.on('sessionError', ignore);
  if (onStream !== undefined) server.on('stream', onStream);
  const relay = net.createServer((near) => {
    const far = net.connect(new URL(url).port, '127.0.0.1');
    gatherWrites(near, far);
    gatherWrites(far, near);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const session = client.connect(`http://127.0.0.1:${relay.address().port}`);
  session.on('error', ignore);
  t.after(() => {
    session.destroy();
    relay.close();
  });
  return { server, session };
}

async function awaitAll(emitter, events) {
  for (const event of events) await once(emitter, event);
}

const limits = { timeout: 10_000 };

test('the settings of both sides', limits, async (t) => {
  const { session } = await start(t, { client: ours });
  await awaitAll(session, ['connect', 'remoteSettings', 'localSettings']);
});

const responses = {
  'interim responses, the response and its body': {
    answer(stream) {
      stream.additionalHeaders({ ':status': 103 });
      stream.additionalHeaders({ ':status': 103 });
      stream.respond();
      stream.end('hello');
    },
    events: ['headers', 'headers', 'response', 'data', 'end', 'close'],
  },
  'a response and its trailers': {
    answer(stream) {
      stream.respond({}, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '5' }));
      stream.end('hello');
    },
    events: ['response', 'data', 'trailers', 'end', 'close'],
  },
  'a response that nobody waits for the body of': {
    answer(stream) {
      stream.respond();
      stream.end('hello');
    },
    reads: true,
    events: ['response', 'end', 'close'],
  },
};

for (const [name, { answer, reads, events }] of Object.entries(responses)) {
  test(name, limits, async (t) => {
    const { session } = await start(t, { client: ours }, answer);
    const request = session.request();
    if (reads) request.resume();
    await awaitAll(request, events);
  });
}

test('the end that came with a response', limits, async (t) => {
  const { session } = await start(t, { client: ours }, (stream) => {
    stream.respond({}, { endStream: true });
  });
  for (const method of ['GET', 'HEAD']) {
    const stream = session.request({ ':method': method });
    await awaitAll(stream, ['response']);
    await awaitAll(stream.resume(), ['end', 'close']);
  }
});

test('what a session is told behind a response', limits, async (t) => {
  const { session } = await start(t, { client: ours }, (stream) => {
    stream.respond();
    // They overtake what is written in the same turn of the event loop.
    setImmediate(() => {
      stream.session.ping(ignore);
      stream.session.ping(ignore);
      stream.session.settings({ maxConcurrentStreams: 5 });
    });
  });
  await once(session, 'remoteSettings');
  const request = session.request().on('error', ignore).resume();
  await once(request, 'response');
  await awaitAll(session, ['ping', 'ping', 'remoteSettings']);
});

test('a request, its body and its trailers', limits, async (t) => {
  const { server, session } = await start(t, { server: ours });
  const request = session.request({ ':method': 'POST' }, { waitForTrailers: true });
  request.on('wantTrailers', () => request.sendTrailers({ 'x-sum': '5' }));
  request.on('error', ignore).end('hello');
  const [stream] = await once(server, 'stream');
  await awaitAll(stream, ['data', 'trailers', 'end']);
});

test('a request that is given up', limits, async (t) => {
  const { server, session } = await start(t, { server: ours });
  const request = session.request({ ':method': 'POST' }).on('error', ignore);
  request.write('hello', () => request.close(builtin.constants.NGHTTP2_CANCEL));
  const [stream] = await once(server, 'stream');
  await once(stream, 'aborted');
  assert.equal(stream.rstCode, builtin.constants.NGHTTP2_CANCEL);
});
