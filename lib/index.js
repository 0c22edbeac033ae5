'use strict';

const behavior = require('./behavior.js');
const constants = require('./constants.js');
const { version } = require('../package.json');
const { Http2ServerRequest, Http2ServerResponse } = require('./compat/index.js');
const { connect } = require('./connect.js');
const { createSecureServer, createServer, performServerHandshake } = require('./server.js');
const { getDefaultSettings, getPackedSettings, getUnpackedSettings } = require('./settings.js');
const { sensitiveHeaders } = require('./headers.js');

// A plain literal, so that `import { connect }` finds the names without running the module.
module.exports = {
  connect,
  constants,
  createServer,
  createSecureServer,
  getDefaultSettings,
  getPackedSettings,
  getUnpackedSettings,
  performServerHandshake,
  sensitiveHeaders,
  Http2ServerRequest,
  Http2ServerResponse,
};

if (!behavior.performServerHandshake) delete module.exports.performServerHandshake;

/** Tells which http2 answers: this package's version. */
Object.defineProperty(module.exports, Symbol.for('rust-http2'), { value: version });
