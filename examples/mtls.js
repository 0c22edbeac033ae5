'use strict';

// Both sides show a certificate: the server takes only clients whose certificate it trusts, and
// knows them by name.

const http2 = require('rust-http2');
const { mkdtempSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { makeCertificate } = require('./certificate.js');

async function main() {
  const [own, alice] = await Promise.all([makeCertificate(), makeCertificate('alice')]);
  const server = http2.createSecureServer(
    { ...own, ca: [alice.cert], requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      const { subject } = request.stream.session.socket.getPeerCertificate();
      response.end(`hello ${subject.CN}\n`);
    },
  );
  server.on('tlsClientError', ({ code }) => console.error(`A client was turned away: ${code}`));

  server.listen(Number(process.argv[2] ?? 8443), () => {
    const { port } = server.address();
    const folder = mkdtempSync(path.join(tmpdir(), 'mtls-'));
    const files = { 'server.pem': own.cert, 'alice.pem': alice.cert, 'alice.key': alice.key };
    for (const [name, pem] of Object.entries(files)) {
      writeFileSync(path.join(folder, name), pem, { mode: 0o600 });
    }
    const trust = `--cacert ${folder}/server.pem`;
    const identity = `--cert ${folder}/alice.pem --key ${folder}/alice.key`;
    console.log('Now, in another terminal, with a certificate and without:');
    console.log(`  curl ${trust} ${identity} https://localhost:${port}/`);
    console.log(`  curl ${trust} https://localhost:${port}/`);
  });
}

main();
