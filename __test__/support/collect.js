'use strict';

const v8 = require('node:v8');
const vm = require('node:vm');

v8.setFlagsFromString('--expose-gc');

/** Collects garbage now. */
module.exports = globalThis.gc ?? vm.runInNewContext('gc');
