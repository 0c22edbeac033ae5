'use strict';

/**
 * Makes a self-signed certificate for localhost with a fresh key, in PEM.
 * @returns {Promise<{key: string, cert: string}>}
 */
async function makeCertificate() {
  const { generate } = require('selfsigned');
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 'dns', value: 'localhost' },
          { type: 'ip', value: '127.0.0.1' },
          { type: 'ip', value: '::1' },
        ],
      },
    ],
  });
  return { key, cert };
}

module.exports = { makeCertificate };
