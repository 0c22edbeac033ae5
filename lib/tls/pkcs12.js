'use strict';

/**
 * Reads the key and the certificates of a PFX (PKCS #12, RFC 7292). What digests and decrypts is
 * node:crypto: an algorithm that it lacks is one that node:tls cannot read either.
 */

const {
  X509Certificate,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  pbkdf2Sync,
  timingSafeEqual,
} = require('node:crypto');
const { contentOf, inside, integerOf, oidOf, valuesOf } = require('./der.js');

const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const KEY_BAG = '1.2.840.113549.1.12.10.1.1';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';
const SAFE_CONTENTS_BAG = '1.2.840.113549.1.12.10.1.6';
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1';
const PBKDF2 = '1.2.840.113549.1.5.12';
const PBES2 = '1.2.840.113549.1.5.13';

const INTEGER = 0x02;
/** Of the tag of a value that is made up of others. */
const CONSTRUCTED = 0x20;

/** Digests, by the identifiers of their own and of HMAC with them, and the octets of a block. */
const DIGESTS = new Map();
for (const [name, blockSize, ...oids] of [
  ['sha1', 64, '1.3.14.3.2.26', '1.2.840.113549.2.7'],
  ['sha224', 64, '2.16.840.1.101.3.4.2.4', '1.2.840.113549.2.8'],
  ['sha256', 64, '2.16.840.1.101.3.4.2.1', '1.2.840.113549.2.9'],
  ['sha384', 128, '2.16.840.1.101.3.4.2.2', '1.2.840.113549.2.10'],
  ['sha512', 128, '2.16.840.1.101.3.4.2.3', '1.2.840.113549.2.11'],
]) {
  for (const oid of oids) DIGESTS.set(oid, { name, blockSize });
}
const SHA1 = DIGESTS.get('1.3.14.3.2.26');

/** Ciphers of PBES2 (RFC 8018, Appendix B.2), and octets of their keys. */
const CIPHERS = new Map([
  ['1.2.840.113549.3.7', { name: 'des-ede3-cbc', keyLength: 24 }],
  ['2.16.840.1.101.3.4.1.2', { name: 'aes-128-cbc', keyLength: 16 }],
  ['2.16.840.1.101.3.4.1.22', { name: 'aes-192-cbc', keyLength: 24 }],
  ['2.16.840.1.101.3.4.1.42', { name: 'aes-256-cbc', keyLength: 32 }],
]);

/** Those of RFC 7292, Appendix C. */
const OLD_CIPHERS = new Map([
  ['1.2.840.113549.1.12.1.3', { name: 'des-ede3-cbc', keyLength: 24 }],
  ['1.2.840.113549.1.12.1.4', { name: 'des-ede-cbc', keyLength: 16 }],
  ['1.2.840.113549.1.12.1.5', { name: 'rc2-cbc', keyLength: 16 }],
  ['1.2.840.113549.1.12.1.6', { name: 'rc2-40-cbc', keyLength: 5 }],
]);
const OLD_NONCE_LENGTH = 8;

/** What is derived from a password (RFC 7292, Appendix B.3). */
const FOR_KEY = 1;
const FOR_NONCE = 2;
const FOR_MAC = 3;

/** What node:tls says of it. */
function unsupported(cause) {
  const error = new Error('Unsupported PKCS12 PFX data', { cause });
  error.code = 'ERR_CRYPTO_UNSUPPORTED_OPERATION';
  return error;
}

function absent(what) {
  const error = new Error(`Unable to load ${what} from PFX data`);
  error.code = 'ERR_CRYPTO_OPERATION_FAILED';
  return error;
}

function known(table, oid) {
  const found = table.get(oid);
  if (found === undefined) throw unsupported();
  return found;
}

/** Adds a block and 1 to another, as large numbers; the carry beyond its first octet is lost. */
function increase(block, addend) {
  let carry = 1;
  for (let i = block.length - 1; i >= 0; i--) {
    carry += block[i] + addend[i];
    block[i] = carry;
    carry >>= 8;
  }
}

/** Derives octets from a password (RFC 7292, Appendix B.2). */
function derive(use, length, { digest, password, salt, iterations }) {
  const { name, blockSize } = digest;
  const repeat = (octets) => Buffer.alloc(Math.ceil(octets.length / blockSize) * blockSize, octets);
  const input = Buffer.concat([repeat(salt), repeat(password)]);
  const derived = [];
  for (let left = length; left > 0; left -= derived.at(-1).length) {
    let octets = createHash(name).update(Buffer.alloc(blockSize, use)).update(input).digest();
    for (let i = 1; i < iterations; i++) octets = createHash(name).update(octets).digest();
    derived.push(octets);
    const addend = Buffer.alloc(blockSize, octets);
    for (let at = 0; at < input.length; at += blockSize) {
      increase(input.subarray(at, at + blockSize), addend);
    }
  }
  return Buffer.concat(derived, length);
}

/**
 * What a passphrase is to the schemes: UTF-8 to PBKDF2; UTF-16 and an end to the older ones, which
 * tell an empty passphrase from none.
 */
function passwordsOf(passphrase) {
  const text = passphrase ?? '';
  const utf8 = Buffer.from(text);
  const utf16 = Buffer.from(`${utf8}\0`, 'utf16le').swap16();
  const password = { utf8, utf16 };
  return utf8.length > 0 ? [password] : [{ utf8, utf16: Buffer.alloc(0) }, password];
}

/** A key by PBKDF2 (RFC 8018, Appendix A.2). */
function pbkdf2(algorithm, password, keyLength) {
  const [scheme, parameters] = inside(algorithm);
  if (oidOf(scheme) !== PBKDF2) throw unsupported();
  const [salt, iterations, ...rest] = inside(parameters);
  const length = rest[0]?.tag === INTEGER ? integerOf(rest.shift()) : keyLength;
  const digest = rest.length > 0 ? known(DIGESTS, oidOf(inside(rest[0])[0])) : SHA1;
  return pbkdf2Sync(password.utf8, contentOf(salt), integerOf(iterations), length, digest.name);
}

/** The cipher, the key and the nonce that an algorithm names. */
function cipherOf(algorithm, password) {
  const [scheme, parameters] = inside(algorithm);
  if (oidOf(scheme) === PBES2) {
    const [derivation, encryption] = inside(parameters);
    const [oid, nonce] = inside(encryption);
    const { name, keyLength } = known(CIPHERS, oidOf(oid));
    return { name, key: pbkdf2(derivation, password, keyLength), nonce: contentOf(nonce) };
  }
  const { name, keyLength } = known(OLD_CIPHERS, oidOf(scheme));
  const [salt, iterations] = inside(parameters);
  const source = {
    digest: SHA1,
    password: password.utf16,
    salt: contentOf(salt),
    iterations: integerOf(iterations),
  };
  const key = derive(FOR_KEY, keyLength, source);
  return { name, key, nonce: derive(FOR_NONCE, OLD_NONCE_LENGTH, source) };
}

function decrypt(algorithm, octets, password) {
  const { name, key, nonce } = cipherOf(algorithm, password);
  let decipher;
  try {
    decipher = createDecipheriv(name, key, nonce);
  } catch (cause) {
    throw unsupported(cause);
  }
  return Buffer.concat([decipher.update(octets), decipher.final()]);
}

/** Whether a password gives the MAC of what is authenticated (RFC 7292 §5.1). */
function isAuthentic(macData, octets, password) {
  const [digestInfo, salt, iterations] = inside(macData);
  const [algorithm, expected] = inside(digestInfo);
  const digest = known(DIGESTS, oidOf(inside(algorithm)[0]));
  const key = derive(FOR_MAC, contentOf(expected).length, {
    digest,
    password: password.utf16,
    salt: contentOf(salt),
    iterations: iterations === undefined ? 1 : integerOf(iterations),
  });
  const mac = createHmac(digest.name, key).update(octets).digest();
  return mac.length === expected.content.length && timingSafeEqual(mac, expected.content);
}

/** The octets of an OCTET STRING that has its own tag or another's, in one piece or in several. */
function joined(value) {
  const isConstructed = (value.tag & CONSTRUCTED) !== 0;
  return isConstructed ? Buffer.concat(inside(value).map(contentOf)) : value.content;
}

/** The safe contents in a part of the authenticated safe (RFC 7292 §4.1). */
function openSafe(part, password) {
  const [type, wrapped] = inside(part);
  const [content] = inside(wrapped);
  switch (oidOf(type)) {
    case DATA:
      return joined(content);
    case ENCRYPTED_DATA: {
      const [, encrypted] = inside(content);
      const [, algorithm, octets] = inside(encrypted);
      return decrypt(algorithm, joined(octets), password);
    }
    default:
      throw unsupported();
  }
}

/** Keys and certificates of safe contents (RFC 7292 §4.2), in their order. */
function readBags(safeContents, password, into) {
  for (const bag of inside(valuesOf(safeContents)[0])) {
    const [type, wrapped] = inside(bag);
    const [value] = inside(wrapped);
    switch (oidOf(type)) {
      case KEY_BAG:
        into.keys.push(wrapped.content);
        break;
      case SHROUDED_KEY_BAG: {
        const [algorithm, octets] = inside(value);
        into.keys.push(decrypt(algorithm, contentOf(octets), password));
        break;
      }
      case CERTIFICATE_BAG: {
        const [format, certificate] = inside(value);
        if (oidOf(format) !== X509_CERTIFICATE) break;
        into.certificates.push(new X509Certificate(contentOf(inside(certificate)[0])));
        break;
      }
      case SAFE_CONTENTS_BAG:
        readBags(wrapped.content, password, into);
        break;
      // Revocation lists and secrets are nobody's identity.
      default:
    }
  }
}

/**
 * @param {Buffer} pfx
 * @param {string | Buffer} [passphrase]
 * @returns {{key: import('node:crypto').KeyObject, certificates: X509Certificate[]}} The first
 *   certificate is the key's own.
 */
function readPfx(pfx, passphrase) {
  const [, authSafe, macData] = inside(valuesOf(pfx)[0]);
  const authenticated = openSafe(authSafe);
  const passwords = passwordsOf(passphrase);
  const password =
    macData === undefined
      ? passwords[0]
      : passwords.find((one) => isAuthentic(macData, authenticated, one));
  if (password === undefined) throw new Error('mac verify failure');
  const found = { keys: [], certificates: [] };
  for (const part of inside(valuesOf(authenticated)[0])) {
    readBags(openSafe(part, password), password, found);
  }
  if (found.keys.length === 0) throw absent('private key');
  const key = createPrivateKey({ key: found.keys[0], format: 'der', type: 'pkcs8' });
  const own = found.certificates.find((one) => one.checkPrivateKey(key));
  if (own === undefined) throw absent('certificate');
  return { key, certificates: [own, ...found.certificates.filter((one) => one !== own)] };
}

module.exports = { readPfx };
