'use strict';

// Where the addon cannot be had, the error says what to do.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { test } = require('node:test');
const fs = require('node:fs');
const path = require('node:path');
const { install, skip } = require('../support/installed.js');

/** The message of the error that a program ends with when it requires the package. */
function messageOf(folder, before = '') {
  const program = `
    ${before};
    try { require('rust-http2'); } catch (error) { console.log(error.message); }
  `;
  const { stdout } = spawnSync(process.execPath, ['-e', program], {
    cwd: folder,
    encoding: 'utf8',
  });
  return stdout.trim();
}

test('without the package of the platform, it is named', { skip }, (t) => {
  const { folder, addon } = install(t);
  assert.equal(messageOf(folder), '');
  fs.rmSync(addon, { recursive: true });
  const message = messageOf(folder);
  assert.ok(message.includes(path.basename(addon)), message);
  assert.match(message, /--omit=optional/);
});

test('on a platform that has none, it is said how to build one', { skip }, (t) => {
  const { folder } = install(t);
  const message = messageOf(folder, "Object.defineProperty(process, 'arch', { value: 'riscv64' })");
  assert.match(message, /no prebuilt addon for \w+-riscv64/);
  assert.match(message, /git clone \S+ .*npm run pack/);
  assert.match(message, /rustup/);
});

test('an addon that cannot be loaded is the cause', { skip }, (t) => {
  const { folder, addon } = install(t);
  const [file] = fs.readdirSync(addon).filter((name) => name.endsWith('.node'));
  fs.writeFileSync(path.join(addon, file), 'no addon');
  const message = messageOf(folder);
  assert.match(message, /cannot load its addon/);
  assert.ok(message.includes(file), message);
});

test('an addon that was built in the folder of the package is taken', { skip }, (t) => {
  const { folder, addon } = install(t);
  const [file] = fs.readdirSync(addon).filter((name) => name.endsWith('.node'));
  fs.renameSync(path.join(addon, file), path.join(folder, 'node_modules/rust-http2', file));
  assert.equal(messageOf(folder), '');
});
