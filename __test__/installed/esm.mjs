// The package as it is installed, from ES modules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import http2, {
  connect,
  constants,
  createSecureServer,
  createServer,
  getDefaultSettings,
  getPackedSettings,
  getUnpackedSettings,
  Http2ServerRequest,
  Http2ServerResponse,
  performServerHandshake,
  sensitiveHeaders,
} from 'rust-http2';

test('import has every name, of the module that require gives', async () => {
  const named = {
    connect,
    constants,
    createSecureServer,
    createServer,
    getDefaultSettings,
    getPackedSettings,
    getUnpackedSettings,
    Http2ServerRequest,
    Http2ServerResponse,
    performServerHandshake,
    sensitiveHeaders,
  };
  for (const name of Object.keys(http2)) assert.equal(named[name], http2[name], name);
  const { createRequire } = await import('node:module');
  assert.equal(createRequire(import.meta.url)('rust-http2'), http2);
});
