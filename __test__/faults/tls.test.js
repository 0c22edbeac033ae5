'use strict';

// TLS that goes wrong, with both engines: certificates, handshakes, records, options. The right
// side hears of it by the right event, and the server answers the next client.

const assert = require('node:assert/strict');
const net = require('node:net');
const tls = require('node:tls');
const { once } = require('node:events');
const { test } = require('node:test');
const http2 = require('../..');
const { makeAuthority } = require('../support/authority');
const { gather } = require('../support/bodies');

const ENGINES = ['node', 'rustls'];

async function serve(t, options) {
  const server = http2.createSecureServer(options);
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond();
    stream.end('hello');
  });
  server.on('sessionError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { server, port: server.address().port };
}

function connect(t, port, options) {
  const session = http2.connect(`https://127.0.0.1:${port}`, {
    servername: 'localhost',
    ...options,
  });
  t.after(() => session.destroy());
  return session;
}

/** Resolves when nobody is connected any more. */
async function untilEmpty(server) {
  for (;;) {
    const count = await new Promise((resolve, reject) => {
      server.getConnections((error, n) => (error ? reject(error) : resolve(n)));
    });
    if (count === 0) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A server still does what it is for. */
async function assertServes(t, port, options) {
  const session = connect(t, port, options);
  assert.equal(String(await gather(session.request())), 'hello');
  session.close();
  await once(session, 'close');
}

for (const engine of ENGINES) {
  const bad = [
    ['past its time', (us) => us.issue('localhost', -3, -2), 'CERT_HAS_EXPIRED'],
    ['before its time', (us) => us.issue('localhost', 2, 3), 'CERT_NOT_YET_VALID'],
    ['for another name', (us) => us.issue('example.org'), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    [
      'of an unknown authority',
      async () => (await makeAuthority('a stranger')).issue(),
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    [
      'of an unknown authority that is shown',
      async () => {
        const stranger = await makeAuthority('a stranger');
        const { key, cert } = await stranger.issue();
        return { key, cert: cert + '\n' + stranger.cert };
      },
      'SELF_SIGNED_CERT_IN_CHAIN',
    ],
  ];
  for (const [what, make, code] of bad) {
    test(`${engine}: a certificate ${what} is refused`, async (t) => {
      const authority = await makeAuthority();
      const options = { ...(await make(authority)), tlsEngine: engine };
      const { server, port } = await serve(t, options);
      const client = { ca: authority.cert, tlsEngine: engine };
      const [error] = await once(connect(t, port, client), 'error');
      assert.equal(error.code, code);

      const lenient = connect(t, port, { ...client, rejectUnauthorized: false });
      await once(lenient, 'connect');
      assert.equal(lenient.socket.authorized, false);
      assert.equal(lenient.socket.authorizationError, code);
      assert.equal(String(await gather(lenient.request())), 'hello');

      const own = connect(t, port, { ...client, checkServerIdentity: () => undefined });
      if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') await once(own, 'connect');
      else assert.equal((await once(own, 'error'))[0].code, code);
      for (const session of [lenient, own]) session.destroy();
      await untilEmpty(server);
    });
  }

  test(`${engine}: a self-signed certificate is trusted when it is listed`, async (t) => {
    const { makeCertificate } = require('../../scripts/certificate');
    const credentials = await makeCertificate();
    const { port } = await serve(t, { ...credentials, tlsEngine: engine });
    await assertServes(t, port, { ca: credentials.cert, tlsEngine: engine });
    const [error] = await once(connect(t, port, { tlsEngine: engine }), 'error');
    assert.equal(error.code, 'DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  const hello = Buffer.from('16030102000100', 'hex');
  const noises = [
    ['an HTTP/1 request', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'ERR_SSL_HTTP_REQUEST'],
    ['garbage', Buffer.alloc(3000, 0xa5), /^ERR_SSL_/],
    ['zeros', Buffer.alloc(3000), /^ERR_SSL_/],
    ['a hello that is none', Buffer.concat([hello, Buffer.alloc(510)]), /^ERR_SSL_/],
    ['the beginning of a hello', hello, 'ECONNRESET'],
    ['nothing', Buffer.alloc(0), 'ECONNRESET'],
  ];
  for (const named of [false, true]) {
    for (const [what, octets, code] of noises) {
      const where = named ? ', where names have contexts' : '';
      test(`${engine}: ${what} instead of a handshake${where}`, async (t) => {
        const authority = await makeAuthority();
        const credentials = await authority.issue();
        const { server, port } = await serve(t, { ...credentials, tlsEngine: engine });
        if (named) server.addContext('example.org', await authority.issue('example.org'));
        const failed = once(server, 'tlsClientError');
        const socket = net.connect(port, '127.0.0.1');
        t.after(() => socket.destroy());
        socket.on('error', () => {}).resume();
        socket.end(octets);
        const [error, client] = await failed;
        if (typeof code === 'string') assert.equal(error.code, code);
        else assert.match(error.code, code);
        assert.ok(client instanceof tls.TLSSocket);
        await untilEmpty(server);
        await assertServes(t, port, { ca: authority.cert, tlsEngine: engine });
      });
    }
  }

  test(`${engine}: a handshake that takes too long is given up`, async (t) => {
    const credentials = await (await makeAuthority()).issue();
    const options = { ...credentials, tlsEngine: engine, handshakeTimeout: 20 };
    const { server, port } = await serve(t, options);
    const socket = net
      .connect(port, '127.0.0.1')
      .on('error', () => {})
      .resume();
    const [error] = await once(server, 'tlsClientError');
    assert.equal(error.code, 'ERR_TLS_HANDSHAKE_TIMEOUT');
    await once(socket, 'close');
    await untilEmpty(server);
  });

  test(`${engine}: no protocol in common`, async (t) => {
    const authority = await makeAuthority();
    const { server, port } = await serve(t, { ...(await authority.issue()), tlsEngine: engine });
    const failed = once(server, 'tlsClientError');
    const stranger = tls.connect({ port, host: '127.0.0.1', ALPNProtocols: ['http/1.1'] });
    const [error] = await once(stranger, 'error');
    // Some versions of Node lose the alert when the connection ends behind it.
    assert.match(error.code, /_ALERT_NO_APPLICATION_PROTOCOL$|^ECONNRESET$/);
    await failed;
    await untilEmpty(server);
  });

  test(`${engine}: no version in common`, async (t) => {
    const credentials = await (await makeAuthority()).issue();
    const { server, port } = await serve(t, {
      ...credentials,
      minVersion: 'TLSv1.3',
      tlsEngine: engine,
    });
    const failed = once(server, 'tlsClientError');
    const session = connect(t, port, { maxVersion: 'TLSv1.2', tlsEngine: engine });
    const [error] = await once(session, 'error');
    assert.match(error.code, /_ALERT_PROTOCOL_VERSION$/);
    assert.equal((await failed)[0].code, 'ERR_SSL_UNSUPPORTED_PROTOCOL');
  });

  test(`${engine}: a server that is none`, async (t) => {
    const answers = [
      [(socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /^ERR_SSL_/],
      [(socket) => socket.end(), 'ECONNRESET'],
      [(socket) => socket.resetAndDestroy(), 'ECONNRESET'],
    ];
    for (const [answer, code] of answers) {
      const server = net.createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => answer(socket));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      const session = connect(t, server.address().port, { tlsEngine: engine });
      const closed = new Promise((resolve) => session.on('close', resolve));
      const [error] = await once(session, 'error');
      if (typeof code === 'string') assert.equal(error.code, code);
      else assert.match(error.code, code);
      await closed;
      await untilEmpty(server);
    }
    const closed = connect(t, 1, { tlsEngine: engine });
    assert.equal((await once(closed, 'error'))[0].code, 'ECONNREFUSED');
  });

  for (const side of ['server', 'client']) {
    test(`${engine}: the ${side} notices a record that was altered`, async (t) => {
      const authority = await makeAuthority();
      const { server, port } = await serve(t, { ...(await authority.issue()), tlsEngine: engine });
      let alter = false;
      const relay = net.createServer((near) => {
        const far = net.connect(port, '127.0.0.1');
        const [from, to] = side === 'server' ? [near, far] : [far, near];
        from.on('data', (octets) => {
          if (alter) octets[octets.length - 1] ^= 1;
          to.write(octets);
        });
        to.pipe(from);
        for (const socket of [near, far]) {
          socket.on('error', () => {}).on('close', () => (near.destroy(), far.destroy()));
        }
      });
      relay.listen(0, '127.0.0.1');
      await once(relay, 'listening');
      t.after(() => relay.close());
      const session = connect(t, relay.address().port, { ca: authority.cert, tlsEngine: engine });
      assert.equal(String(await gather(session.request())), 'hello');
      const heard = side === 'server' ? once(server, 'sessionError') : once(session, 'error');
      session.on('error', () => {});
      alter = true;
      session.request().on('error', () => {});
      const [error] = await heard;
      assert.equal(error.code, 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC');
      await untilEmpty(server);
    });
  }
}

test('rustls refuses what it cannot honour, by name', async () => {
  const credentials = await (await makeAuthority()).issue();
  const refused = {
    secureProtocol: 'TLSv1_2_method',
    secureOptions: 4,
    sigalgs: 'ed25519',
    dhparam: 'auto',
    pskCallback() {},
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'HIGH:!aNULL',
    ecdhCurve: 'secp521r1',
    enableTrace: true,
  };
  for (const [name, value] of Object.entries(refused)) {
    const options = { ...credentials, tlsEngine: 'rustls', [name]: value };
    const expected = { code: 'ERR_TLS_ENGINE_OPTION', message: new RegExp(`"${name}".* Use `) };
    assert.throws(() => http2.createSecureServer(options), expected);
    assert.throws(() => http2.connect('https://localhost:1', options), expected);
  }
  const server = http2.createSecureServer({ ...credentials, tlsEngine: 'rustls' });
  assert.throws(() => server.on('resumeSession', () => {}), { code: 'ERR_TLS_ENGINE_OPTION' });
  assert.throws(() => server.addContext('a', tls.createSecureContext(credentials)), {
    code: 'ERR_TLS_ENGINE_OPTION',
  });
  assert.throws(() => server.setTicketKeys(Buffer.alloc(47)), { code: 'ERR_INVALID_ARG_VALUE' });
  for (const make of [http2.createSecureServer, (options) => http2.connect('https://a', options)]) {
    assert.throws(() => make({ tlsEngine: 'gnutls' }), { code: 'ERR_INVALID_ARG_VALUE' });
  }
});
