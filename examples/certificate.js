'use strict';

const { generate } = require('selfsigned');

/**
 * A certificate for localhost, made anew at each start, so that the examples need no files. Yours
 * comes from an authority: `{ key: readFileSync('key.pem'), cert: readFileSync('cert.pem') }`.
 * @param {string} [commonName]
 * @returns {Promise<{key: string, cert: string}>} PEM
 */
async function makeCertificate(commonName = 'localhost') {
  const altNames = [
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
  ];
  const pems = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  return { key: pems.private, cert: pems.cert };
}

module.exports = { makeCertificate };
