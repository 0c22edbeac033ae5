'use strict';

/**
 * What `import` of http2 gets. CommonJS, because a CommonJS module that was itself imported may come
 * here through the same hooks, and can only take another CommonJS module.
 *
 * Its own `require` may be that of the hooks: a fresh one finds the instance that others have.
 */

const { createRequire } = require('node:module');

module.exports = createRequire(__filename)('./index.js');

// Never runs: it is how import learns the names without running the module.
/* eslint-disable no-constant-binary-expression, no-undef */
0 &&
  (module.exports = {
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
  });
