'use strict';

const assert = require('node:assert/strict');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { absent } = require('../support/programs');
const { Running, example, outputOf } = require('./running');

test('a client of this package', async (t) => {
  const server = example(t, 'websocket.js', '0');
  const [client] = await server.commands(1);
  const output = await outputOf(t, client);
  assert.equal(output, 'hello, over HTTP/2 stream 1\nclosed with 1000\n');
});

test('Chromium', { skip: absent('chromium') }, async (t) => {
  const server = example(t, 'websocket.js', '0');
  const [, url] = await server.printed(/(https:\S+) in a browser/);
  const profile = mkdtempSync(path.join(tmpdir(), 'chromium-'));
  new Running(t, 'chromium', [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--ignore-certificate-errors',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    url,
  ]);
  // Once it has ended; processes of its own take a moment more.
  t.after(() => rmSync(profile, { recursive: true, force: true, maxRetries: 10 }));
  const [, stream] = await server.printed(/^A WebSocket on stream (\d+) says hello$/m);
  assert.ok(Number(stream) > 1, 'the page came over the same connection');
});
