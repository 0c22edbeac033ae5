'use strict';

// fastify over http2 with the preload.

require('../../lib/register');

const assert = require('node:assert/strict');
const http2 = require('node:http2');
const { once } = require('node:events');
const { test } = require('node:test');
const { fastify } = require('fastify');
const { gather } = require('../support/bodies');
const { TRANSPORTS, connect } = require('../support/net');
const { makeCertificate } = require('../../scripts/certificate');

async function start(t, tls) {
  const https = tls
    ? { ...(await makeCertificate()), allowHTTP1: true, tlsEngine: tls }
    : undefined;
  const app = fastify({ http2: true, https, forceCloseConnections: true });
  app.get('/hello/:name', async (request, reply) => {
    reply.header('x-version', request.raw.httpVersion);
    return { hello: request.params.name };
  });
  app.post('/sum', async (request) => ({ sum: request.body.reduce((a, b) => a + b, 0) }));
  app.get('/broken', async () => {
    throw new Error('out of order');
  });
  t.after(() => app.close());
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return connect(t, http2, url, { tlsEngine: tls || undefined });
}

async function request(session, headers, body) {
  const stream = session.request(headers);
  stream.end(body);
  const [response] = await once(stream, 'response');
  return { response, body: JSON.parse(await gather(stream)) };
}

for (const { transport, tls } of TRANSPORTS) {
  test(`fastify answers over ${transport}`, async (t) => {
    assert.equal(typeof http2[Symbol.for('rust-http2')], 'string');
    const session = await start(t, tls);
    const { response, body } = await request(session, { ':path': '/hello/world' });
    assert.equal(response[':status'], 200);
    assert.equal(response['x-version'], '2.0');
    assert.deepEqual(body, { hello: 'world' });
  });

  test(`fastify reads a body over ${transport}`, async (t) => {
    const session = await start(t, tls);
    const numbers = Array.from({ length: 10_000 }, (_, i) => i);
    const headers = { ':method': 'POST', ':path': '/sum', 'content-type': 'application/json' };
    const { body } = await request(session, headers, JSON.stringify(numbers));
    assert.deepEqual(body, { sum: 49_995_000 });
  });

  test(`fastify's own answers to errors arrive over ${transport}`, async (t) => {
    const session = await start(t, tls);
    const broken = await request(session, { ':path': '/broken' });
    assert.equal(broken.response[':status'], 500);
    assert.equal(broken.body.message, 'out of order');
    const absent = await request(session, { ':path': '/nowhere' });
    assert.equal(absent.response[':status'], 404);
  });
}
