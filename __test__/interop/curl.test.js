'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const http2 = require('../..');
const { MIB, bodyOf, chunked, sha256 } = require('../support/bodies');
const { TRANSPORTS, serve } = require('../support/net');
const { absent, run } = require('../support/programs');

const skip = absent('curl');

for (const { transport, tls } of TRANSPORTS) {
  const flags = tls ? ['--http2', '--insecure'] : ['--http2-prior-knowledge'];
  const curl = (args, input) => run('curl', ['--silent', '--show-error', ...flags, ...args], input);

  test(`curl gets status, headers and body over ${transport}`, { skip }, async (t) => {
    const { server, url } = await serve(t, http2, { tls });
    server.on('stream', (stream, headers) => {
      stream.respond({ ':status': 418, 'x-method': headers[':method'], 'set-cookie': ['a', 'b'] });
      stream.end('short and stout');
    });
    const text = String(await curl(['--include', `${url}/pot`]));
    assert.match(text, /^HTTP\/2 418 /);
    assert.match(text, /^x-method: GET\r$/m);
    assert.match(text, /^set-cookie: a\r\nset-cookie: b\r$/m);
    assert.match(text, /\r\n\r\nshort and stout$/);
  });

  test(`curl downloads 50 MiB over ${transport}`, { skip }, async (t) => {
    const body = bodyOf(50 * MIB);
    const { server, url } = await serve(t, http2, { tls });
    server.on('stream', (stream) => {
      stream.respond({ ':status': 200 });
      chunked(body).pipe(stream);
    });
    assert.equal(await sha256(await curl([url])), await sha256(body));
  });

  test(`curl uploads 50 MiB over ${transport}`, { skip }, async (t) => {
    const body = bodyOf(50 * MIB);
    const { server, url } = await serve(t, http2, { tls });
    server.on('stream', async (stream) => {
      const digest = await sha256(stream);
      stream.respond({ ':status': 200 });
      stream.end(digest);
    });
    const digest = await curl(['--upload-file', '-', `${url}/upload`], body);
    assert.equal(String(digest), await sha256(body));
  });
}
