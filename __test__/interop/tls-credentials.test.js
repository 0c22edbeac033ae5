'use strict';

// Where keys, certificates and revocation lists come from, with both TLS engines: what node:tls takes
// rustls takes, and what node:tls says of the rest.

const assert = require('node:assert/strict');
const os = require('node:os');
const path = require('node:path');
const { execFile, execFileSync } = require('node:child_process');
const { createPrivateKey, X509Certificate } = require('node:crypto');
const { once } = require('node:events');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { test } = require('node:test');
const { promisify } = require('node:util');
const builtin = require('node:http2');
const ours = require('../..');
const { makeAuthority } = require('../support/authority');
const { absent, run } = require('../support/programs');
const { ask, connect, serve } = require('../support/tls-peers');

const ENGINES = ['node', 'rustls'];
const ROOT = path.resolve(__dirname, '../..');
const skip = absent('openssl') || notOpenSsl3();

function notOpenSsl3() {
  const version = String(execFileSync('openssl', ['version']));
  return version.startsWith('OpenSSL 3') ? false : `openssl is ${version.trim()}`;
}

/** Writes files for one test, and answers with their names. */
function makeFolder(t) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rust-http2-credentials-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return (name, content) => {
    const file = path.join(folder, name);
    if (content !== undefined) writeFileSync(file, content);
    return file;
  };
}

/** A PFX of a key and its certificate. */
function pack(file, { key, cert }, passphrase, ...flags) {
  const files = ['-inkey', file('key.pem', key), '-in', file('cert.pem', cert)];
  return run('openssl', [
    'pkcs12',
    '-export',
    ...files,
    '-passout',
    `pass:${passphrase}`,
    ...flags,
  ]);
}

/** What creating a server says of options. */
function complaint(options) {
  try {
    ours.createSecureServer(options);
    return 'nothing';
  } catch ({ code, message }) {
    return { code, message };
  }
}

const SCHEMES = {
  'by default': [],
  'AES-128': ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC'],
  'triple DES': ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'],
  'no cipher': ['-keypbe', 'NONE', '-certpbe', 'NONE'],
  'a MAC of SHA-512': ['-macalg', 'sha512'],
};

for (const engine of ENGINES) {
  test(`${engine} takes PKCS #12`, { skip }, async (t) => {
    const file = makeFolder(t);
    const authority = await makeAuthority();
    const credentials = await authority.issue();
    const served = async (options) => {
      const { url } = await serve(t, ours, { ...options, tlsEngine: engine });
      const session = connect(t, builtin, url, { ca: authority.cert });
      await ask(session);
      return new X509Certificate(session.socket.getPeerCertificate().raw).subject;
    };
    for (const [scheme, flags] of Object.entries(SCHEMES)) {
      for (const passphrase of ['sécret', '']) {
        const pfx = await pack(file, credentials, passphrase, ...flags);
        assert.equal(await served({ pfx, passphrase }), 'CN=localhost', `${scheme}, ${passphrase}`);
      }
    }
    const bare = await pack(file, credentials, '', ...SCHEMES['no cipher'], '-nomac');
    assert.equal(await served({ pfx: bare }), 'CN=localhost');
    const pfx = await pack(file, credentials, 'sécret');
    await served({ pfx: [{ buf: pfx, passphrase: 'sécret' }] });
    await served({ pfx: [pfx], passphrase: 'sécret' });
    await served({ pfx: [{ buf: pfx }], passphrase: 'sécret' });
  });

  test(`${engine} trusts the authorities in a client's PKCS #12`, { skip }, async (t) => {
    const file = makeFolder(t);
    const authority = await makeAuthority();
    const { url } = await serve(t, ours, {
      ...(await authority.issue()),
      ca: authority.cert,
      requestCert: true,
      tlsEngine: engine,
    });
    const certificates = ['-certfile', file('authority.pem', authority.cert)];
    const pfx = await pack(file, await authority.issue('client'), 'secret', ...certificates);
    for (const ca of [undefined, (await makeAuthority('another')).cert]) {
      const session = connect(t, ours, url, { pfx, ca, passphrase: 'secret', tlsEngine: engine });
      const { authorized, subject } = await ask(session);
      assert.deepEqual({ authorized, subject }, { authorized: true, subject: 'client' });
      assert.equal(session.socket.authorized, true);
    }
  });

  test(`${engine} refuses what is revoked`, { skip }, async (t) => {
    const authority = await makeAuthority();
    const [server, good, bad] = [
      await authority.issue(),
      await authority.issue('good'),
      await authority.issue('bad'),
    ];
    const crl = await revoke(makeFolder(t), authority, bad);
    const both = { ca: authority.cert, tlsEngine: engine };
    // Only rustls takes DER, as it does for keys.
    const der = Buffer.from(crl.replace(/-----[^-]+-----/g, ''), 'base64');
    for (const list of [crl, [Buffer.from(crl)], ...(engine === 'rustls' ? [der] : [])]) {
      const asking = { ...both, crl: list, requestCert: true, rejectUnauthorized: false };
      const { url } = await serve(t, ours, { ...server, ...asking });
      const told = async (credentials) => {
        const { authorized, error } = await ask(connect(t, ours, url, { ...both, ...credentials }));
        return { authorized, error };
      };
      assert.deepEqual(await told(good), { authorized: true, error: null });
      assert.deepEqual(await told(bad), { authorized: false, error: 'CERT_REVOKED' });
    }
    const { port } = await serve(t, ours, { ...bad, tlsEngine: engine });
    const options = { ...both, crl, servername: 'bad' };
    const [error] = await once(connect(t, ours, `https://127.0.0.1:${port}`, options), 'error');
    assert.equal(error.code, 'CERT_REVOKED');
    assert.deepEqual(complaint({ ...server, tlsEngine: engine, crl: 'x' }), {
      code: 'ERR_CRYPTO_OPERATION_FAILED',
      message: 'Failed to parse CRL',
    });
  });

  test(`${engine} trusts NODE_EXTRA_CA_CERTS`, async (t) => {
    const authority = await makeAuthority();
    const { port } = await serve(t, ours, { ...(await authority.issue()), tlsEngine: engine });
    const program = `
      const [url, tlsEngine] = process.argv.slice(1);
      const options = { servername: 'localhost', tlsEngine };
      const session = require(${JSON.stringify(ROOT)}).connect(url, options);
      session.on('error', ({ code }) => console.log(code));
      session.on('connect', () => {
        console.log(session.socket.authorized);
        session.close();
      });`;
    const told = async (env) => {
      const args = ['-e', program, `https://127.0.0.1:${port}`, engine];
      const options = { env: { ...process.env, ...env } };
      return (await promisify(execFile)(process.execPath, args, options)).stdout.trim();
    };
    const extra = makeFolder(t)('extra.pem', authority.cert);
    assert.equal(await told({ NODE_EXTRA_CA_CERTS: extra }), 'true');
    assert.equal(await told({ NODE_EXTRA_CA_CERTS: '' }), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });
}

/** A list that names one certificate, as PEM. */
async function revoke(file, authority, { cert }) {
  const config = file(
    'ca.cnf',
    `[ca]
    default_ca = own
    [own]
    database = ${file('index.txt', '')}
    crlnumber = ${file('number', '01\n')}
    certificate = ${file('authority.pem', authority.cert)}
    private_key = ${file('authority.key', authority.key)}
    default_md = sha256
    default_crl_days = 1
    `,
  );
  const ca = ['ca', '-config', config];
  await run('openssl', [...ca, '-revoke', file('revoked.pem', cert)]);
  return String(await run('openssl', [...ca, '-gencrl']));
}

test('rustls says of PKCS #12 what node:tls does', { skip }, async (t) => {
  const file = makeFolder(t);
  const credentials = await (await makeAuthority()).issue();
  const whole = await pack(file, credentials, 'secret');
  const cases = [
    { pfx: whole, passphrase: 'wrong' },
    { pfx: whole },
    { pfx: await pack(file, credentials, 'secret', '-nokeys'), passphrase: 'secret' },
    { pfx: await pack(file, credentials, 'secret', '-nocerts'), passphrase: 'secret' },
    { pfx: whole.subarray(0, 100), passphrase: 'secret' },
    { pfx: 5 },
  ];
  for (const [nth, options] of cases.entries()) {
    const [expected, told] = ENGINES.map((tlsEngine) => complaint({ ...options, tlsEngine }));
    assert.deepEqual(told, expected, `case ${nth}`);
    assert.notEqual(told, 'nothing');
  }
  const broken = [Buffer.alloc(0), Buffer.from('x'), Buffer.from([0x30, 3, 2, 1, 3])];
  for (let length = 0; length < whole.length; length += 7) broken.push(whole.subarray(0, length));
  for (const pfx of broken) {
    assert.notEqual(complaint({ pfx, passphrase: 'secret', tlsEngine: 'rustls' }), 'nothing');
  }
  // RC2 is none of what OpenSSL has in Node.
  const old = await pack(file, credentials, 'secret', '-legacy');
  assert.deepEqual(complaint({ pfx: old, passphrase: 'secret', tlsEngine: 'rustls' }), {
    code: 'ERR_CRYPTO_UNSUPPORTED_OPERATION',
    message: 'Unsupported PKCS12 PFX data',
  });
});

test('rustls takes keys, certificates and authorities as DER', async (t) => {
  const authority = await makeAuthority();
  const { key, cert } = await authority.issue();
  const [der, root] = [new X509Certificate(cert).raw, new X509Certificate(authority.cert).raw];
  for (const type of ['pkcs8', 'sec1']) {
    const own = createPrivateKey(key).export({ type, format: 'der' });
    const { url } = await serve(t, ours, { key: own, cert: der, tlsEngine: 'rustls' });
    await ask(connect(t, ours, url, { ca: root, tlsEngine: 'rustls' }));
  }
});

const KEYS = {
  RSA: ['rsa:2048'],
  'P-384': ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  'P-521': ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  Ed25519: ['ed25519'],
};

for (const [name, kind] of Object.entries(KEYS)) {
  test(`rustls proves a key of ${name}`, { skip }, async (t) => {
    const file = makeFolder(t);
    const [keyFile, subject] = [file('key.pem'), ['-subj', '/CN=localhost', '-days', '1']];
    const key = ['-newkey', ...kind, '-nodes', '-keyout', keyFile];
    const cert = String(await run('openssl', ['req', '-x509', ...key, ...subject]));
    const credentials = { key: String(await run('openssl', ['pkey', '-in', keyFile])), cert };
    const { url } = await serve(t, ours, { ...credentials, tlsEngine: 'rustls' });
    for (const client of [builtin, ours]) {
      const session = connect(t, client, url, { ca: cert, tlsEngine: 'rustls' });
      await ask(session);
      assert.equal(session.socket.authorized, true);
    }
  });
}

test('rustls agrees on keys that hold against quantum computers', async (t) => {
  const authority = await makeAuthority();
  const { url } = await serve(t, ours, { ...(await authority.issue()), tlsEngine: 'rustls' });
  const group = async (options) => {
    const session = connect(t, ours, url, { ca: authority.cert, tlsEngine: 'rustls', ...options });
    await once(session, 'connect');
    return session.socket.getEphemeralKeyInfo().name;
  };
  assert.equal(await group({}), 'X25519MLKEM768');
  assert.equal(await group({ ecdhCurve: 'X25519MLKEM768' }), 'X25519MLKEM768');
  assert.equal(await group({ ecdhCurve: 'P-384' }), 'secp384r1');
});
