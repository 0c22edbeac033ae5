'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { configOf } = require('../../lib/session-config.js');
const { serverOptions } = require('../../lib/options.js');
const { NGHTTP2_SESSION_SERVER } = require('../../lib/constants.js');

const optionsOf = (options) => serverOptions(options, {});
const serverConfig = (options) => configOf(NGHTTP2_SESSION_SERVER, options);

test('sessions that begin alike share their config', () => {
  const options = optionsOf({ settings: { enablePush: false } });
  const config = serverConfig(options);
  assert.deepStrictEqual(config.settings, [2, 0]);
  options.settings = { ...options.settings };
  assert.strictEqual(serverConfig(options), config);
  assert.notStrictEqual(serverConfig(optionsOf({ settings: { enablePush: false } })), config);
});

test('other settings make another config', () => {
  const options = optionsOf({});
  const config = serverConfig(options);
  assert.deepStrictEqual(config.settings, []);
  options.settings = { maxConcurrentStreams: 1 };
  assert.deepStrictEqual(serverConfig(options).settings, [3, 1]);
  options.settings.maxConcurrentStreams = 2;
  assert.deepStrictEqual(serverConfig(options).settings, [3, 2]);
  options.settings = { maxConcurrentStreams: 0, maxFrameSize: 1 };
  assert.throws(() => serverConfig(options), { code: 'ERR_HTTP2_INVALID_SETTING_VALUE' });
});

test('streams that may be opened before the peer says how many', () => {
  assert.strictEqual(serverConfig(optionsOf({})).peerStreams, 100);
  assert.strictEqual(serverConfig(optionsOf({ peerMaxConcurrentStreams: 7 })).peerStreams, 7);
});
