'use strict';

const { spreadIsShared } = require('./behavior.js');

function copyByAssignment(object) {
  // Assigning a key of that name would set the prototype.
  if (object == null || Object.hasOwn(object, '__proto__')) return { ...object };
  return Object.assign({}, object);
}

function copyBySpread(object) {
  return { ...object };
}

/**
 * A copy of an object's own enumerable properties, to which others are going to be added.
 * @type {(object: object | null | undefined) => object}
 */
const copyOf = spreadIsShared ? copyBySpread : copyByAssignment;

module.exports = { copyOf };
