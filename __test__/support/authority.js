'use strict';

const { generate } = require('selfsigned');

const DAY = 86_400_000;
const EC = { keyType: 'ec', algorithm: 'sha256' };

/** How long a certificate is good: from and to so many days from now. */
function validity(from, to) {
  const now = Date.now();
  return { notBeforeDate: new Date(now + from * DAY), notAfterDate: new Date(now + to * DAY) };
}

/**
 * Makes an authority that issues certificates.
 * @returns {Promise<{key: string, cert: string, issue: Function}>} `issue` takes the common name, which is its
 *   DNS name too, and days from now between which it is good.
 */
async function makeAuthority(name = 'an authority') {
  const own = await generate([{ name: 'commonName', value: name }], {
    ...EC,
    ...validity(-100, 100),
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  });
  async function issue(commonName = 'localhost', from = -1, to = 1) {
    const { private: key, cert } = await generate([{ name: 'commonName', value: commonName }], {
      ...EC,
      ...validity(from, to),
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'subjectAltName', altNames: [{ type: 'dns', value: commonName }] },
      ],
      ca: { key: own.private, cert: own.cert },
    });
    return { key, cert };
  }
  return { key: own.private, cert: own.cert, issue };
}

module.exports = { makeAuthority };
