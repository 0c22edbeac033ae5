'use strict';

const assert = require('node:assert/strict');
const http = require('node:http');
const http2 = require('../../lib/index.js');
const { createHash } = require('node:crypto');
const { once } = require('node:events');
const { readFileSync, rmSync } = require('node:fs');
const { text } = require('node:stream/consumers');
const { test } = require('node:test');
const { absent } = require('../support/programs');
const { example, outputOf, shell } = require('./running');

const skip = absent('curl');

test('hello', { skip }, async (t) => {
  const server = example(t, 'hello-server.js', '0');
  const [curl, client] = await server.commands(2);
  assert.equal(await outputOf(t, curl), 'hello you\n');
  assert.equal(await outputOf(t, client), 'status 200\nhello you\n');
});

test('static files: ranges, and nothing outside of the folder', { skip }, async (t) => {
  const server = example(t, 'static-files.js', '0');
  const [, curl] = await server.commands(2);
  const first = await outputOf(t, curl);
  assert.match(first, /^HTTP\/2 206/);
  assert.match(first, /^content-range: bytes 0-14\/\d+\r$/m);
  assert.match(first, /\r\n\r\n<!doctype html>$/);

  const page = readFileSync('examples/public/index.html', 'utf8');
  const get = (options, target) =>
    outputOf(t, curl.replace('-i -r 0-14', options).replace('/index.html', target));
  assert.equal(await get('', '/'), page);
  assert.equal(await get('-r -8', '/'), page.slice(-8));
  assert.equal(await get('-r 5-', '/'), page.slice(5));
  assert.match(await get('-I', '/'), new RegExp(`^content-length: ${page.length}\r$`, 'm'));
  assert.match(await get('-i -r 99999-', '/'), /^HTTP\/2 416/);
  assert.match(await get('-i', '/none'), /^HTTP\/2 404/);
  assert.match(await get('-i --path-as-is', '/../hello-server.js'), /^HTTP\/2 404/);
  assert.match(await get('-i', '/%2e%2e%2fhello-server.js'), /^HTTP\/2 404/);
  assert.match(await get('-i -X POST', '/'), /^HTTP\/2 405/);
  assert.notEqual((await shell(t, curl.replace('/index.html', '/%zz')).ended).code, 0);
  assert.equal(await get('', '/'), page, 'the server lives on');
});

test('static files: the style sheet is pushed', { skip: absent('nghttp') }, async (t) => {
  const server = example(t, 'static-files.js', '0');
  const [nghttp] = await server.commands(2);
  const output = await outputOf(t, nghttp);
  assert.match(output, /recv PUSH_PROMISE frame/);
  assert.ok(output.includes(readFileSync('examples/public/style.css', 'utf8')));
});

test('server-sent events', { skip }, async (t) => {
  const server = example(t, 'sse.js', '0');
  const [curl] = await server.commands(1);
  const listener = shell(t, curl);
  await listener.printed(/(id: \d+\nevent: tick\ndata: \{.*\}\n\n){2}/);
});

test('upload, with a bar', { skip }, async (t) => {
  const server = example(t, 'upload-server.js', '0');
  const [client, curl] = await server.commands(2);
  const file = readFileSync('examples/upload-server.js');
  const sha256 = createHash('sha256').update(file).digest('hex');
  const answer = `${JSON.stringify({ octets: file.length, sha256 })}\n`;
  assert.equal(await outputOf(t, curl), answer);
  const output = await outputOf(t, client);
  assert.ok(output.includes(answer));
  assert.match(output, /\r\[#{40}\] 100 %\n/);
});

test('a proxy, and a client of it', async (t) => {
  const origin = http.createServer((request, response) => response.end('from the origin\n'));
  origin.listen(0, '127.0.0.1');
  await once(origin, 'listening');
  t.after(() => origin.close());
  const proxy = example(t, 'connect-proxy.js', '0');
  const [client] = await proxy.commands(1);
  const target = `http://127.0.0.1:${origin.address().port}/`;
  const output = await outputOf(t, client.replace('http://example.org/', target));
  assert.equal(output, 'status 200\nfrom the origin\n');

  const refused = await shell(t, client.replace('http://example.org/', 'http://127.0.0.1:1/'))
    .ended;
  assert.equal(refused.code, 1);
  assert.match(refused.output, /^the proxy answers 502$/m);
});

test('a shutdown lets requests finish', async (t) => {
  const server = example(t, 'graceful-shutdown.js', '0');
  const [command] = await server.commands(1);
  const session = http2.connect(/http:\S+/.exec(command)[0]);
  t.after(() => session.destroy());
  const streams = Array.from({ length: 50 }, () => session.request());
  // What was sent before a PING that is answered has arrived.
  await once(session, 'connect');
  await new Promise((resolve) => session.ping(resolve));
  const goaway = once(session, 'goaway');
  server.child.kill('SIGTERM');
  assert.equal((await goaway)[0], http2.constants.NGHTTP2_NO_ERROR);
  const answers = await Promise.all(streams.map(text));
  assert.deepEqual(new Set(answers), new Set(['done\n']));
  const { code, output } = await server.ended;
  assert.equal(code, 0);
  assert.match(output, /^Stopping: 1 sessions/m);
});

test('a cluster replaces a worker that dies', { skip }, async (t) => {
  const server = example(t, 'cluster.js', '0');
  const [get, remove] = await server.commands(2);
  assert.match(await outputOf(t, get), /^worker \d+\n$/);
  const [, worker] = /^worker (\d+)\n$/.exec(await outputOf(t, remove));
  await server.printed(new RegExp(`^Worker ${worker} is gone`, 'm'));
  assert.match(await outputOf(t, get), /^worker \d+\n$/);
  server.child.kill('SIGTERM');
  await server.ended;
});

test('certificates on both sides', { skip }, async (t) => {
  const server = example(t, 'mtls.js', '0');
  const [known, unknown] = await server.commands(2);
  const [, folder] = /--cacert (\S+)\/server.pem/.exec(known);
  t.after(() => rmSync(folder, { recursive: true }));
  assert.equal(await outputOf(t, known), 'hello alice\n');
  assert.notEqual((await shell(t, unknown).ended).code, 0);
  await server.printed(/^A client was turned away: ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE$/m);
});
