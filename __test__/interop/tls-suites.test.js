'use strict';

// Which cipher suite is agreed on with rustls, at one end or the other.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const tls = require('node:tls');
const { once } = require('node:events');
const { test } = require('node:test');
const ours = require('../..');
const { makeAuthority } = require('../support/authority');
const { connect, serve } = require('../support/tls-peers');

const AES_128 = 'TLS_AES_128_GCM_SHA256';
const AES_256 = 'TLS_AES_256_GCM_SHA384';
const CHACHA20 = 'TLS_CHACHA20_POLY1305_SHA256';

/** The suite that a server and a client agree on. */
async function agree(t, server, client) {
  const authority = await makeAuthority();
  const options = { tlsEngine: 'rustls', ...(await authority.issue()), ...server.options };
  const { url } = await serve(t, server.http2, options);
  const session = connect(t, client.http2, url, {
    tlsEngine: 'rustls',
    ca: authority.cert,
    ...client.options,
  });
  await once(session, 'connect');
  const { name, version } = session.socket.getCipher();
  session.destroy();
  return { name, version };
}

test('a server prefers AES-128, whatever the client does', async (t) => {
  for (const http2 of [builtin, ours]) {
    const options = { ciphers: `${AES_256}:${AES_128}` };
    const agreed = await agree(t, { http2: ours }, { http2, options });
    assert.deepEqual(agreed, { name: AES_128, version: 'TLSv1.3' });
  }
});

test('a client prefers AES-128, which a server may follow', async (t) => {
  const options = { honorCipherOrder: false };
  for (const http2 of [builtin, ours]) {
    const agreed = await agree(t, { http2, options }, { http2: ours });
    assert.equal(agreed.name, AES_128);
  }
});

test('with TLS 1.2 both prefer what node:tls does', async (t) => {
  const options = { maxVersion: 'TLSv1.2' };
  const expected = await agree(t, { http2: builtin, options }, { http2: builtin });
  assert.equal(expected.version, 'TLSv1.2');
  for (const [server, client] of [
    [ours, builtin],
    [builtin, ours],
    [ours, ours],
  ]) {
    const agreed = await agree(t, { http2: server, options }, { http2: client });
    assert.deepEqual(agreed, expected);
  }
});

test("a user's list is in his order", async (t) => {
  for (const ciphers of [
    `${CHACHA20}:${AES_128}:${AES_256}`,
    `${AES_256}:${AES_128}`,
    tls.DEFAULT_CIPHERS,
  ]) {
    const [first] = ciphers.split(':');
    const options = { ciphers };
    const served = await agree(t, { http2: ours, options }, { http2: builtin });
    assert.equal(served.name, first);
    const follower = { http2: builtin, options: { honorCipherOrder: false } };
    const connected = await agree(t, follower, { http2: ours, options });
    assert.equal(connected.name, first);
  }
});

test("a server follows the client's order if it is told to", async (t) => {
  const options = { honorCipherOrder: false };
  for (const http2 of [builtin, ours]) {
    const client = { http2, options: { ciphers: `${CHACHA20}:${AES_128}` } };
    const { name } = await agree(t, { http2: ours, options }, client);
    assert.equal(name, CHACHA20);
  }
});

test("a process's list is in its order", async (t) => {
  const { DEFAULT_CIPHERS } = tls;
  t.after(() => {
    tls.DEFAULT_CIPHERS = DEFAULT_CIPHERS;
  });
  tls.DEFAULT_CIPHERS = `${AES_256}:${AES_128}`;
  const { name } = await agree(t, { http2: ours }, { http2: builtin });
  assert.equal(name, AES_256);
});
