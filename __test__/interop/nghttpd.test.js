'use strict';

const assert = require('node:assert/strict');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { test } = require('node:test');
const http2 = require('../..');
const { MIB, bodyOf, chunked, gather, sha256 } = require('../support/bodies');
const { TRANSPORTS, connect, freePort, untilListening } = require('../support/net');
const { absent } = require('../support/programs');
const { makeCertificate } = require('../../scripts/certificate');

const skip = absent('nghttpd');
const BIG = bodyOf(50 * MIB);

/**
 * Starts an nghttpd that serves files, echoes uploads, adds a trailer and pushes /page.css with
 * /page; resolves to a session with it.
 */
async function startNghttpd(t, tls) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rust-http2-nghttpd-'));
  const { key, cert } = await makeCertificate();
  const files = { page: 'page', 'page.css': 'style', big: BIG, 'key.pem': key, 'cert.pem': cert };
  for (const [name, body] of Object.entries(files)) writeFileSync(path.join(folder, name), body);
  const port = await freePort();
  const child = spawn(
    'nghttpd',
    [
      ...['--address=127.0.0.1', `--htdocs=${folder}`, '--echo-upload', '--push=/page=/page.css'],
      ...['--trailer=x-last: word', tls ? [] : '--no-tls', String(port)].flat(),
      ...(tls ? ['key.pem', 'cert.pem'].map((name) => path.join(folder, name)) : []),
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  let session = null;
  t.after(async () => {
    // A server that ends first resets the connection.
    session?.destroy();
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const stopped = ended.then(([code]) => {
    throw new Error(`nghttpd ended with ${code}`);
  });
  stopped.catch(() => {});
  await untilListening(port, stopped);
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  session = await connect(t, http2, url, { tlsEngine: tls || undefined });
  return session;
}

for (const { transport, tls } of TRANSPORTS) {
  test(`a download of 50 MiB from nghttpd over ${transport}`, { skip }, async (t) => {
    const session = await startNghttpd(t, tls);
    const stream = session.request({ ':path': '/big' });
    const [headers] = await once(stream, 'response');
    assert.equal(headers[':status'], 200);
    assert.equal(headers['content-length'], String(BIG.length));
    assert.equal(await sha256(stream), await sha256(BIG));
  });

  test(`an upload that nghttpd echoes over ${transport}`, { skip }, async (t) => {
    const body = BIG.subarray(0, 5 * MIB);
    const session = await startNghttpd(t, tls);
    const stream = session.request({ ':method': 'POST', ':path': '/echo' });
    chunked(body).pipe(stream);
    const [headers] = await once(stream, 'response');
    assert.equal(headers[':status'], 200);
    assert.equal(await sha256(stream), await sha256(body));
  });

  test(`trailers and a push from nghttpd over ${transport}`, { skip }, async (t) => {
    const session = await startNghttpd(t, tls);
    // Read from the start: Node 26 takes a stream that is closed for one that cannot be read.
    const pushed = new Promise((resolve, reject) => {
      session.once('stream', (push, request) => {
        assert.equal(request[':path'], '/page.css');
        gather(push).then(resolve, reject);
      });
    });
    const stream = session.request({ ':path': '/page' });
    const trailers = once(stream, 'trailers');
    assert.equal(String(await gather(stream)), 'page');
    assert.equal((await trailers)[0]['x-last'], 'word');
    assert.equal(String(await pushed), 'style');
  });
}
