'use strict';

/** What is known of a field by its name, and lists of fields on their way to the engine. */

const { isHttpToken } = require('./validators.js');

/** The pseudo-header fields (RFC 9113 §8.3, RFC 8441). */
const PSEUDO_HEADERS = [':status', ':method', ':authority', ':scheme', ':path', ':protocol'];

/** Fields that occur at most once in a message; of received duplicates the first counts. */
const SINGLE_VALUE = new Set([
  ...PSEUDO_HEADERS,
  'access-control-allow-credentials',
  'access-control-max-age',
  'access-control-request-method',
  'age',
  'authorization',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'dnt',
  'etag',
  'expires',
  'from',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'range',
  'referer',
  'retry-after',
  'tk',
  'upgrade-insecure-requests',
  'user-agent',
  'x-content-type-options',
]);

/** RFC 9113 §8.2.2; `te` may say "trailers". */
const CONNECTION_SPECIFIC = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** Fields whose values rarely come twice: not worth a place in a table of strings. */
const VOLATILE = new Set([
  ':path',
  'age',
  'content-length',
  'content-range',
  'etag',
  'if-modified-since',
  'if-none-match',
  'last-modified',
  'location',
  'set-cookie',
]);

/** What is known of a field name, worked out once for each spelling. */
class FieldName {
  constructor(name) {
    this.spelling = name;
    this.lower = name.toLowerCase();
    this.pseudo = this.lower.charCodeAt(0) === 58; // ':'
    this.single = SINGLE_VALUE.has(this.lower);
    this.connection = CONNECTION_SPECIFIC.has(this.lower);
    this.volatile = VOLATILE.has(this.lower);
    this.valid = this.pseudo || isHttpToken(this.lower);
    /** Whether the name is common enough for the table of strings. */
    this.known = false;
    /** Its id there, good for one generation of the table (see commands.js). */
    this.id = -1;
    this.generation = -1;
  }
}

/** Bounds the memory of applications that make names up. */
const MAX_NAMES = 2048;
const names = new Map();

function fieldName(name) {
  let known = names.get(name);
  if (known !== undefined) return known;
  known = new FieldName(name);
  if (names.size < MAX_NAMES && known.lower.length <= 64) {
    known.known = true;
    names.set(name, known);
  }
  return known;
}

/**
 * A checked list of fields in wire order: pseudo-header fields first (RFC 9113 §8.3).
 *
 * A list that is filled again remembers the block it held: blocks are mostly alike, and what stands
 * where it stood before needs no check and has an id already.
 */
class FieldList {
  constructor() {
    /** @type {FieldName[]} */
    this.names = [];
    /** @type {string[]} */
    this.values = [];
    this.count = 0;
    this.pseudoCount = 0;
    /** Octets of all names and values. */
    this.size = 0;
    /** Lower-case names of the never-indexed fields. */
    this.sensitive = undefined;

    /** By place: the value as it was given, a string or a number. */
    this.sources = [];
    /** By place: ids of name and value in a generation of the table of strings; -1: none known. */
    this.ids = [];
    this.generation = -1;
    /** The rules that the block was checked by. */
    this.pseudo = undefined;
    this.strictSingle = true;
    /** How many fields, from the first on, came of one key each, in the order of the keys. */
    this.plain = 0;
    /** How many of these the block before had. */
    this.before = 0;
  }

  /**
   * Begins a block.
   * @param {Set<string>} pseudo The pseudo-header fields it may have.
   * @param {boolean} strictSingle Whether single-value fields must not come twice.
   */
  restart(pseudo, strictSingle) {
    const same = pseudo === this.pseudo && strictSingle === this.strictSingle;
    this.before = same ? this.plain : 0;
    this.pseudo = pseudo;
    this.strictSingle = strictSingle;
    this.plain = 0;
    this.count = 0;
    this.pseudoCount = 0;
    this.size = 0;
    this.sensitive = undefined;
  }

  /**
   * Takes a field over from the block before, with its value or a new one.
   * @returns {boolean} false: it has another name there, or has to be checked
   */
  repeat(key, value) {
    const place = this.count;
    if (place >= this.before) return false;
    const name = this.names[place];
    if (name.spelling !== key) {
      this.before = 0;
      return false;
    }
    if (value !== this.sources[place]) {
      if (name.connection || !isPlain(value)) {
        this.before = 0;
        return false;
      }
      this.values[place] = String(value);
      this.sources[place] = value;
      this.ids[2 * place + 1] = -1;
    }
    if (name.pseudo) this.pseudoCount += 1;
    this.size += name.lower.length + this.values[place].length;
    this.count = place + 1;
    this.plain = place + 1;
    return true;
  }

  add(name, value) {
    const { names, values } = this;
    let index = this.count++;
    if (name.pseudo) {
      const place = this.pseudoCount++;
      // The order of the keys is not that of the list.
      if (index > place) this.plain = -1;
      // The arrays are longer than a list that is used again: only its own fields move.
      for (; index > place; index--) {
        names[index] = names[index - 1];
        values[index] = values[index - 1];
        this.forgetIds(index);
      }
    }
    names[index] = name;
    values[index] = value;
    this.forgetIds(index);
    this.size += name.lower.length + value.length;
  }

  /** Notes that all fields so far, and the last of `value`, came of one key each. */
  noteSource(place, value) {
    if (this.plain !== place || this.count !== place + 1 || !isPlain(value)) return;
    this.sources[place] = value;
    this.plain = place + 1;
  }

  forgetIds(place) {
    this.ids[2 * place] = -1;
    this.ids[2 * place + 1] = -1;
  }

  has(name, upTo) {
    for (let i = 0; i < upTo; i++) if (this.names[i].lower === name) return true;
    return false;
  }
}

/** Whether a value makes one field, and the same whenever it is made a string. */
function isPlain(value) {
  return typeof value === 'string' || typeof value === 'number';
}

module.exports = { FieldList, PSEUDO_HEADERS, SINGLE_VALUE, fieldName };
