'use strict';

// The examples in Rust: the engine without Node.

const assert = require('node:assert/strict');
const path = require('node:path');
const { readFileSync } = require('node:fs');
const { before, test } = require('node:test');
const { absent, run } = require('../support/programs');
const { ROOT, Running, outputOf } = require('./running');

const skip = absent('cargo') || absent('curl');
let folder;

before(async () => {
  if (skip) return;
  const options = ['build', '--quiet', '--no-default-features', '--examples'];
  await run('cargo', [...options, '--manifest-path', path.join(ROOT, 'Cargo.toml')]);
  const metadata = await run('cargo', ['metadata', '--format-version', '1', '--no-deps']);
  folder = path.join(JSON.parse(metadata).target_directory, 'debug', 'examples');
});

test('server and client', { skip }, async (t) => {
  const server = new Running(t, path.join(folder, 'server'), ['127.0.0.1:0']);
  const [, url] = await server.printed(/^listening on (http:\S+)$/m);
  const hello = await outputOf(t, `curl --http2-prior-knowledge ${url}/`);
  assert.match(hello, /hello/i);
  const manifest = readFileSync(path.join(ROOT, 'Cargo.toml'));
  const count = await outputOf(
    t,
    `curl --http2-prior-knowledge --data-binary @Cargo.toml ${url}/count`,
  );
  assert.match(count, new RegExp(`\\b${manifest.length}\\b`));
  assert.ok((await outputOf(t, `${path.join(folder, 'client')} ${url}/`)).includes(hello));
});
