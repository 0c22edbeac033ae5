'use strict';

// undici's HTTP/2 client with the preload, so that both its sides are ours.

require('../../lib/register');

const assert = require('node:assert/strict');
const http2 = require('node:http2');
const { test } = require('node:test');
const { Client } = require('undici');
const { MIB, bodyOf, chunked, gather, sha256 } = require('../support/bodies');
const { serve } = require('../support/net');

async function start(t, onStream) {
  const { server, url } = await serve(t, http2, { tls: 'rustls' });
  server.on('stream', onStream);
  const client = new Client(url, { allowH2: true, connect: { rejectUnauthorized: false } });
  t.after(() => client.destroy());
  return client;
}

test('undici gets a response', async (t) => {
  const client = await start(t, (stream, headers) => {
    stream.respond({ ':status': 200, 'x-path': headers[':path'] });
    stream.end('hello');
  });
  const { statusCode, headers, body } = await client.request({ method: 'GET', path: '/a' });
  assert.equal(statusCode, 200);
  assert.equal(headers['x-path'], '/a');
  assert.equal(await body.text(), 'hello');
});

test('undici uploads a stream and downloads it again', async (t) => {
  const content = bodyOf(10 * MIB);
  const client = await start(t, (stream) => {
    stream.respond({ ':status': 200 });
    stream.pipe(stream);
  });
  const { body } = await client.request({ method: 'POST', path: '/', body: chunked(content) });
  assert.equal(await sha256(body), await sha256(content));
});

test('undici sends many requests at a time', async (t) => {
  const client = await start(t, (stream, headers) => {
    stream.respond({ ':status': 200 });
    stream.end(headers[':path']);
  });
  const paths = Array.from({ length: 100 }, (_, i) => `/${i}`);
  const answers = await Promise.all(
    paths.map(async (path) => {
      const { body } = await client.request({ method: 'GET', path });
      return String(await gather(body));
    }),
  );
  assert.deepEqual(answers, paths);
});

test("Node's own fetch, where it speaks HTTP/2, does so with ours", async (t) => {
  const { NODE_TLS_REJECT_UNAUTHORIZED } = process.env;
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  t.after(() => {
    if (NODE_TLS_REJECT_UNAUTHORIZED !== undefined) {
      Object.assign(process.env, { NODE_TLS_REJECT_UNAUTHORIZED });
    } else {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });
  const { server, url } = await serve(t, http2, { tls: true, options: { allowHTTP1: true } });
  server.on('request', (request, response) => {
    response.setHeader('x-version', request.httpVersion);
    request.pipe(response);
  });
  const connect = t.mock.method(http2, 'connect');
  const content = bodyOf(MIB);
  const response = await fetch(url, { method: 'POST', body: content });
  assert.ok(content.equals(Buffer.from(await response.arrayBuffer())));
  const sessions = response.headers.get('x-version') === '2.0' ? 1 : 0;
  assert.equal(connect.mock.callCount(), sessions);
});
