'use strict';

// Both TLS engines, each against Node's own http2: what is agreed on, shown and resumed.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const https = require('node:https');
const tls = require('node:tls');
const { createPrivateKey, X509Certificate } = require('node:crypto');
const { once } = require('node:events');
const { Duplex } = require('node:stream');
const { test } = require('node:test');
const ours = require('../..');
const { makeAuthority } = require('../support/authority');
const { MIB, bodyOf, gather, sha256 } = require('../support/bodies');
const { ask, connect, serve } = require('../support/tls-peers');

function throws(work) {
  try {
    work();
    return false;
  } catch {
    return true;
  }
}

const noCallback = throws(() => builtin.createSecureServer({ ALPNCallback() {} }))
  ? 'this Node has no ALPNCallback'
  : false;

const ENGINES = ['node', 'rustls'];
const VERSIONS = ['TLSv1.2', 'TLSv1.3'];
const VERSION_PAIRS = ENGINES.flatMap((engine) => VERSIONS.map((version) => [engine, version]));

for (const [engine, version] of VERSION_PAIRS) {
  test(`${engine} tells users what node:tls does: ${version}`, async (t) => {
    const authority = await makeAuthority();
    const credentials = await authority.issue();
    const versions = { minVersion: version, maxVersion: version };
    const told = [];
    for (const [server, client] of [
      [builtin, builtin],
      [ours, builtin],
      [builtin, ours],
      [ours, ours],
    ]) {
      const agreed = { ecdhCurve: 'X25519', ciphers: tls.DEFAULT_CIPHERS };
      const options = { ...credentials, ...versions, ...agreed, tlsEngine: engine };
      const { url } = await serve(t, server, options);
      const session = connect(t, client, url, { ca: authority.cert, tlsEngine: engine });
      await once(session, 'connect');
      const { socket } = session;
      const { raw, ...certificate } = socket.getPeerCertificate();
      const { issuerCertificate } = socket.getPeerCertificate(true);
      told.push({
        server: await ask(session),
        alpn: [session.alpnProtocol, socket.alpnProtocol],
        encrypted: [session.encrypted, socket.encrypted],
        authorized: [socket.authorized, socket.authorizationError],
        cipher: socket.getCipher(),
        version: socket.getProtocol(),
        reused: socket.isSessionReused(),
        key: socket.getEphemeralKeyInfo(),
        certificate,
        raw: Buffer.compare(raw, new X509Certificate(credentials.cert).raw),
        issued: typeof issuerCertificate,
        originSet: session.originSet.map((origin) => new URL(origin).hostname),
        isSocket: socket instanceof tls.TLSSocket,
      });
    }
    for (const one of told) assert.deepEqual({ ...one, issued: 0 }, { ...told[0], issued: 0 });
    assert.equal(told[0].server.authorized, false);
  });

  test(`${engine} resumes sessions: ${version}`, async (t) => {
    const authority = await makeAuthority();
    const versions = { minVersion: version, maxVersion: version };
    for (const [server, client] of [
      [ours, builtin],
      [builtin, ours],
      [ours, ours],
    ]) {
      const options = { ...(await authority.issue()), ...versions, tlsEngine: engine };
      const { url } = await serve(t, server, options);
      const given = { ca: authority.cert, tlsEngine: engine };
      const first = connect(t, client, url, given);
      const [ticket] = await once(first.socket, 'session');
      assert.equal((await ask(first)).reused, false);
      const second = connect(t, client, url, { ...given, session: ticket });
      assert.equal((await ask(second)).reused, true);
      assert.equal(second.socket.isSessionReused(), true);
      assert.equal(second.socket.authorized, true);
    }
  });
}

for (const engine of ENGINES) {
  test(`${engine} resumes sessions of another server with the same ticket keys`, async (t) => {
    const authority = await makeAuthority();
    const options = { ...(await authority.issue()), tlsEngine: engine };
    const one = await serve(t, ours, options);
    const other = await serve(t, ours, options);
    assert.equal(one.server.getTicketKeys().length, 48);
    other.server.setTicketKeys(one.server.getTicketKeys());
    const first = connect(t, builtin, one.url, { ca: authority.cert });
    const [session] = await once(first.socket, 'session');
    const second = connect(t, builtin, other.url, { ca: authority.cert, session });
    assert.equal((await ask(second)).reused, true);
  });

  test(`${engine} asks clients for certificates`, async (t) => {
    const [authority, stranger] = [await makeAuthority(), await makeAuthority('a stranger')];
    const credentials = await authority.issue();
    const options = { ...credentials, ca: authority.cert, requestCert: true, tlsEngine: engine };
    const strict = await serve(t, ours, options);
    const lenient = await serve(t, ours, { ...options, rejectUnauthorized: false });
    const known = { ca: authority.cert, tlsEngine: engine, ...(await authority.issue('client')) };
    const unknown = { ca: authority.cert, tlsEngine: engine, ...(await stranger.issue('client')) };
    const nobody = { ca: authority.cert, tlsEngine: engine };
    for (const client of [builtin, ours]) {
      for (const { url } of [strict, lenient]) {
        const { authorized, error, subject } = await ask(connect(t, client, url, known));
        assert.deepEqual(
          { authorized, error, subject },
          {
            authorized: true,
            error: null,
            subject: 'client',
          },
        );
      }
      const other = await ask(connect(t, client, lenient.url, unknown));
      assert.equal(other.authorized, false);
      assert.equal(other.error, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
      const anonymous = await ask(connect(t, client, lenient.url, nobody));
      assert.equal(anonymous.authorized, false);

      const refused = once(strict.server, 'tlsClientError');
      await assert.rejects(ask(connect(t, client, strict.url, nobody).on('error', () => {})));
      assert.equal((await refused)[0].code, 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE');
      await assert.rejects(ask(connect(t, client, strict.url, unknown).on('error', () => {})));
    }
  });

  test(`${engine} chooses a context by name`, async (t) => {
    const authority = await makeAuthority();
    const [named, other] = [await authority.issue('a.example'), await authority.issue('localhost')];
    const { server, url, port } = await serve(t, ours, { ...other, tlsEngine: engine });
    server.addContext('*.example', named);
    for (const client of [builtin, ours]) {
      const options = { ca: authority.cert, servername: 'a.example', tlsEngine: engine };
      const session = connect(t, client, `https://127.0.0.1:${port}`, options);
      assert.equal((await ask(session)).servername, 'a.example');
      assert.equal(session.socket.getPeerCertificate().subject.CN, 'a.example');
      const plain = connect(t, client, url, { ca: authority.cert, tlsEngine: engine });
      assert.equal((await ask(plain)).servername, 'localhost');
      assert.equal(plain.socket.getPeerCertificate().subject.CN, 'localhost');
    }
  });

  test(`${engine} lets a callback choose the protocol`, { skip: noCallback }, async (t) => {
    const authority = await makeAuthority();
    const asked = [];
    const { url, server, port } = await serve(t, ours, {
      ...(await authority.issue()),
      tlsEngine: engine,
      ALPNCallback(offer) {
        asked.push(offer);
        return offer.protocols.includes('h2') ? 'h2' : undefined;
      },
    });
    const session = connect(t, builtin, url, { ca: authority.cert });
    assert.equal((await ask(session)).version, 'TLSv1.3');
    assert.deepEqual(asked, [{ servername: 'localhost', protocols: ['h2'] }]);
    const failed = once(server, 'tlsClientError');
    const stranger = tls.connect({ port, host: '127.0.0.1', ALPNProtocols: ['x'] });
    const [error] = await once(stranger, 'error');
    assert.match(error.code, /ALERT_NO_APPLICATION_PROTOCOL$/);
    await failed;
  });

  test(`${engine} serves clients of HTTP/1 and strangers`, async (t) => {
    const authority = await makeAuthority();
    const options = { ...(await authority.issue()), tlsEngine: engine };
    const { server, port } = await serve(t, ours, { ...options, allowHTTP1: true });
    server.on('request', (request, response) => {
      if (request.httpVersion !== '1.1') return;
      request.pipe(response);
    });
    const body = Buffer.alloc(300_000, 'HTTP/1 ');
    const agent = new https.Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    for (let i = 0; i < 2; i++) {
      const request = https.request({
        port,
        host: '127.0.0.1',
        method: 'POST',
        ca: authority.cert,
        agent,
        servername: 'localhost',
      });
      request.end(body);
      const [response] = await once(request, 'response');
      assert.equal(Buffer.compare(await gather(response), body), 0);
    }

    const strict = await serve(t, ours, options);
    const plain = tls.connect({ port: strict.port, host: '127.0.0.1', rejectUnauthorized: false });
    assert.match(String(await gather(plain)), /^HTTP\/1\.0 403 Forbidden/);
    strict.server.on('unknownProtocol', (socket) => socket.end('bye'));
    const told = tls.connect({ port: strict.port, host: '127.0.0.1', rejectUnauthorized: false });
    assert.equal(String(await gather(told)), 'bye');
  });

  test(`${engine} tells the keys on both sides`, async (t) => {
    const authority = await makeAuthority();
    const { url, server } = await serve(t, ours, {
      ...(await authority.issue()),
      tlsEngine: engine,
    });
    const lines = { server: [], client: [] };
    server.on('keylog', (line) => lines.server.push(String(line)));
    const session = connect(t, ours, url, { ca: authority.cert, tlsEngine: engine });
    session.socket.on('keylog', (line) => lines.client.push(String(line)));
    await ask(session);
    for (const side of [lines.server, lines.client]) {
      assert.ok(side.some((line) => /^CLIENT_TRAFFIC_SECRET_0 [\da-f]{64} [\da-f]+\n$/.test(line)));
    }
    assert.deepEqual(lines.server.sort(), lines.client.sort());
  });

  test(`${engine} takes keys and certificates in every form`, async (t) => {
    const authority = await makeAuthority();
    const { key, cert } = await authority.issue();
    const encrypted = createPrivateKey(key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'secret',
    });
    const forms = [
      { key: Buffer.from(key), cert: [cert] },
      { key: [key], cert: Buffer.from(cert) },
      { key: encrypted, passphrase: 'secret', cert },
      { key: [{ pem: encrypted, passphrase: 'secret' }], cert },
      { key, cert: `${cert}\n${authority.cert}` },
    ];
    for (const form of forms) {
      const { url } = await serve(t, ours, { ...form, tlsEngine: engine });
      const session = connect(t, ours, url, {
        ca: [Buffer.from(authority.cert)],
        tlsEngine: engine,
      });
      await ask(session);
    }
    const wrong = { key: (await authority.issue()).key, cert, tlsEngine: engine };
    assert.throws(() => ours.createSecureServer(wrong), {
      code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH',
    });
    assert.throws(
      () => ours.createSecureServer({ key: encrypted, passphrase: 'no', cert, tlsEngine: engine }),
      // One wrong key of 256 leaves padding that looks right: then what it covers cannot be read.
      { code: /^ERR_OSSL_(BAD_DECRYPT|UNSUPPORTED)$/ },
    );
  });
}

test('rustls gives one ticket for each handshake, resumed or not', async (t) => {
  const authority = await makeAuthority();
  const { url } = await serve(t, ours, { ...(await authority.issue()), tlsEngine: 'rustls' });
  let ticket;
  for (const reused of [false, true, true]) {
    const client = connect(t, builtin, url, { ca: authority.cert, session: ticket });
    const tickets = [];
    client.socket.on('session', (session) => tickets.push(session));
    // Whatever is answered comes behind them.
    assert.equal((await ask(client)).reused, reused);
    assert.equal(tickets.length, 1);
    [ticket] = tickets;
  }
});

/** Two ends that pass on what they are given as it is, and later. */
function makePair() {
  const ends = [];
  for (let i = 0; i < 2; i++) {
    ends.push(
      new Duplex({
        read() {},
        write(chunk, encoding, callback) {
          setImmediate(() => ends[1 - i].push(chunk));
          callback();
        },
        final(callback) {
          setImmediate(() => ends[1 - i].push(null));
          callback();
        },
      }),
    );
  }
  return ends;
}

test('rustls works over any Duplex', async (t) => {
  const authority = await makeAuthority();
  const options = { ...(await authority.issue()), tlsEngine: 'rustls' };
  const server = ours.createSecureServer(options, (request, response) => request.pipe(response));
  const [near, far] = makePair();
  server.emit('connection', far);
  const session = connect(t, ours, 'https://localhost', {
    socket: near,
    ca: authority.cert,
    tlsEngine: 'rustls',
  });
  const body = bodyOf(3 * MIB);
  const stream = session.request({ ':method': 'POST', ':path': '/' });
  stream.end(body);
  assert.equal(await sha256(stream), await sha256(body));
  session.close();
  await once(session, 'close');
});

test('rustls asks SNICallback, at once or later', async (t) => {
  const authority = await makeAuthority();
  const named = await authority.issue('a.example');
  const { server, port } = await serve(t, ours, {
    ...(await authority.issue()),
    tlsEngine: 'rustls',
    SNICallback(name, callback) {
      if (name === 'a.example') setImmediate(callback, null, named);
      else callback(new Error('no such name'));
    },
  });
  const url = `https://127.0.0.1:${port}`;
  for (const client of [builtin, ours]) {
    const options = { ca: authority.cert, servername: 'a.example', tlsEngine: 'rustls' };
    await ask(connect(t, client, url, options));
    const failed = once(server, 'tlsClientError');
    const refused = connect(t, client, url, { ...options, servername: 'b.example' });
    await assert.rejects(once(refused, 'connect'));
    assert.equal((await failed)[0].message, 'no such name');
  }
});
