'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { createRequire } = require('node:module');

const ROOT = path.resolve(__dirname, '../..');
const isAddon = (name) => name.endsWith('.node');

/**
 * Makes a second copy of the package, in a folder of its own that is gone after the test.
 * @param {import('node:test').TestContext} t
 * @param {string} [addon] The copy's addon, if it is not that of this one.
 * @returns {string} The folder.
 */
function makeCopy(t, addon) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http2-copy-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  for (const name of fs.readdirSync(ROOT)) {
    if (name !== 'lib' && name !== 'package.json' && !isAddon(name)) continue;
    const source = isAddon(name) ? (addon ?? path.join(ROOT, name)) : path.join(ROOT, name);
    fs.cpSync(source, path.join(folder, name), { recursive: true });
  }
  return folder;
}

/** Loads a second copy of the package; see makeCopy. */
function loadCopy(t, addon) {
  return createRequire(__filename)(makeCopy(t, addon));
}

module.exports = { loadCopy, makeCopy };
