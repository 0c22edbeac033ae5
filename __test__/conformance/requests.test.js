'use strict';

// Turns that the life of a request or session may take: a signal that aborts, a promise of HEAD, a
// goodbye, settings that wait. The builtin shows what is expected.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { once } = require('node:events');
const { test } = require('node:test');
const ours = require('../..');
const { connect, serve } = require('../support/net');

async function same(t, scenario) {
  const expected = await scenario(t, builtin);
  const actual = await scenario(t, ours);
  assert.deepEqual(actual, expected);
  return actual;
}

test('a signal aborts a request that is under way, and nothing else', async (t) => {
  const { error, code, other } = await same(t, async (_t, http2) => {
    const { server, url } = await serve(t, http2);
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {}).respond();
      if (headers[':path'] === '/other') stream.end('whole');
      else stream.write('begun');
    });
    const session = await connect(t, http2, url);
    const controller = new AbortController();
    const stream = session.request({}, { signal: controller.signal });
    await once(stream, 'data');
    const failed = new Promise((resolve) => stream.on('error', resolve));
    const closed = new Promise((resolve) => stream.on('close', resolve));
    controller.abort('enough');
    const { name, code, cause } = await failed;
    await closed;
    const other = session.request({ ':path': '/other' }).setEncoding('utf8');
    const [body] = await once(other, 'data');
    return { error: { name, code, cause }, code: stream.rstCode, other: body };
  });
  assert.deepEqual(error, { name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' });
  assert.equal(code, builtin.constants.NGHTTP2_CANCEL);
  assert.equal(other, 'whole');
});

test('a promised HEAD has no body', async (t) => {
  const { pushed, octets } = await same(t, async (_t, http2) => {
    const { server, url } = await serve(t, http2);
    const pushed = {};
    server.on('stream', (stream) => {
      stream.pushStream({ ':method': 'HEAD', ':path': '/pushed' }, (error, push, headers) => {
        assert.ifError(error);
        pushed.method = headers[':method'];
        pushed.headRequest = push.headRequest;
        pushed.writableEnded = push.writableEnded;
        push.respond({ 'content-length': 1000 });
      });
      stream.respond({}, { endStream: true });
    });
    const session = await connect(t, http2, url);
    const promised = once(session, 'stream');
    session.request().resume();
    const [push] = await promised;
    let octets = 0;
    push.on('data', (chunk) => (octets += chunk.length));
    await once(push, 'close');
    return { pushed, octets };
  });
  assert.deepEqual(pushed, { method: 'HEAD', headRequest: true, writableEnded: true });
  assert.equal(octets, 0);
});

test('a session knows how the other side said goodbye', async (t) => {
  const { before, after } = await same(t, async (_t, http2) => {
    const { server, url } = await serve(t, http2);
    const opened = once(server, 'session');
    const client = await connect(t, http2, url);
    client.on('error', () => {});
    const [session] = await opened;
    const known = () => [client.goawayCode, client.goawayLastStreamID];
    const before = known();
    const told = once(client, 'goaway');
    session.goaway(builtin.constants.NGHTTP2_ENHANCE_YOUR_CALM, 7, Buffer.from('calm'));
    const [code, last, data] = await told;
    return { before, after: known(), code, last, data: String(data) };
  });
  assert.deepEqual(before, [0, 0]);
  assert.deepEqual(after, [builtin.constants.NGHTTP2_ENHANCE_YOUR_CALM, 7]);
});

test('a session knows of settings that wait for their acknowledgement', async (t) => {
  const states = await same(t, async (_t, http2) => {
    const { url } = await serve(t, http2);
    const session = await connect(t, http2, url);
    if (session.pendingSettingsAck) await once(session, 'localSettings');
    const states = [session.pendingSettingsAck];
    await new Promise((resolve) => {
      session.settings({ enablePush: false }, resolve);
      states.push(session.pendingSettingsAck);
    });
    states.push(session.pendingSettingsAck);
    return states;
  });
  assert.deepEqual(states, [false, true, false]);
});
