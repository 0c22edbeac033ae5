'use strict';

// OpenSSL's client and a browser at servers of either TLS engine.

const assert = require('node:assert/strict');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { test } = require('node:test');
const http2 = require('../..');
const { makeAuthority } = require('../support/authority');
const { TRANSPORTS, serve } = require('../support/net');
const { absent, run } = require('../support/programs');

const ENGINES = TRANSPORTS.map(({ tls }) => tls).filter(Boolean);
const VERSIONS = [
  { name: 'TLS 1.2', flag: '-tls1_2', protocol: 'TLSv1.2' },
  { name: 'TLS 1.3', flag: '-tls1_3', protocol: 'TLSv1.3' },
];

/** Type, flags and stream of SETTINGS, which come behind what s_client tells of the handshake. */
const SETTINGS = '\x04\0\0\0\0\0';

/** What the server's side of the next connection is, told while it is open. */
function nextConnection(server) {
  return new Promise((resolve) => {
    server.once('secureConnection', (socket) => {
      const { authorized } = socket;
      resolve({ authorized, protocol: socket.getProtocol(), reused: socket.isSessionReused() });
    });
  });
}

/** Starts a server that asks for certificates, with files of what a client needs. */
async function start(t, tlsEngine) {
  const authority = await makeAuthority();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rust-http2-tls-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = (name, content) => {
    const full = path.join(folder, name);
    if (content !== undefined) writeFileSync(full, content);
    return full;
  };
  file('ca.pem', authority.cert);
  const client = await authority.issue('a client');
  file('client.pem', client.key + client.cert);
  const server = http2.createSecureServer({
    ...(await authority.issue()),
    tlsEngine,
    ca: authority.cert,
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.on('session', (session) => session.on('error', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { server, file, address: `127.0.0.1:${server.address().port}` };
}

/** Runs s_client until the server's preface has come. */
async function shake(t, address, flags) {
  const args = ['s_client', '-connect', address, '-servername', 'localhost', '-alpn', 'h2'];
  const child = spawn('openssl', [...args, ...flags], { stdio: ['pipe', 'pipe', 'ignore'] });
  t.after(() => child.kill());
  let output = '';
  child.stdout.setEncoding('latin1').on('data', (text) => {
    output += text;
    if (output.includes(SETTINGS)) child.stdin.end();
  });
  await once(child, 'close');
  return output;
}

for (const engine of ENGINES) {
  for (const { name, flag, protocol } of VERSIONS) {
    test(`openssl s_client over ${name}, ${engine}`, { skip: absent('openssl') }, async (t) => {
      const { server, file, address } = await start(t, engine);
      const ticket = file('session.pem');
      const flags = [flag, '-CAfile', file('ca.pem')];
      const fresh = nextConnection(server);
      const first = await shake(t, address, [...flags, '-sess_out', ticket]);
      assert.match(first, new RegExp(`New, ${protocol}`));
      assert.match(first, /Verify return code: 0 \(ok\)/);
      assert.match(first, /ALPN protocol: h2/);
      assert.deepEqual(await fresh, { authorized: false, protocol, reused: false });

      const resumed = nextConnection(server);
      const second = await shake(t, address, [...flags, '-sess_in', ticket]);
      assert.match(second, new RegExp(`Reused, ${protocol}`));
      const { reused } = await resumed;
      assert.equal(reused, true);

      const known = nextConnection(server);
      await shake(t, address, [...flags, '-cert', file('client.pem')]);
      assert.deepEqual(await known, { authorized: true, protocol, reused: false });
    });
  }

  test(`renegotiation is refused by ${engine}`, { skip: absent('openssl') }, async (t) => {
    const { server, file, address } = await start(t, engine);
    const closed = new Promise((resolve) => {
      server.once('session', (session) => session.on('close', resolve));
    });
    const args = ['s_client', '-connect', address, '-tls1_2', '-alpn', 'h2', '-CAfile'];
    const child = spawn('openssl', [...args, file('ca.pem')]);
    t.after(() => child.kill());
    let told = '';
    child.stderr.setEncoding('latin1').on('data', (text) => {
      told += text;
    });
    child.stdout.setEncoding('latin1').on('data', (text) => {
      // A line of its own that asks s_client to do it.
      if (text.includes(SETTINGS)) child.stdin.write('R\n');
    });
    // Nobody but the server ends the connection, with an alert or, from Node 26 on, without.
    await Promise.all([once(child, 'close'), closed]);
    assert.match(told, /^RENEGOTIATING$/m);
  });

  test(`Chromium loads a page from ${engine}`, { skip: absent('chromium') }, async (t) => {
    const { server, url } = await serve(t, http2, { tls: engine });
    const seen = [];
    server.on('request', (request, response) => {
      seen.push(`${request.httpVersion} ${request.url}`);
      const page = request.url === '/';
      response.setHeader('content-type', page ? 'text/html' : 'text/javascript');
      response.end(page ? '<script src="/script.js"></script>' : 'document.write("it ran")');
    });
    const profile = mkdtempSync(path.join(os.tmpdir(), 'rust-http2-chromium-'));
    t.after(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--ignore-certificate-errors'];
    const dom = await run('chromium', [...flags, `--user-data-dir=${profile}`, '--dump-dom', url]);
    assert.match(String(dom), /it ran/);
    assert.deepEqual(seen.slice(0, 2), ['2.0 /', '2.0 /script.js']);
  });
}
