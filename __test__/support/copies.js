'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { createRequire } = require('node:module');

const ROOT = path.resolve(__dirname, '../..');
const isAddon = (name) => name.endsWith('.node');

/**
 * Loads a second copy of the package, in a folder of its own that is gone after the test.
 * @param {import('node:test').TestContext} t
 * @param {string} [addon] The copy's addon, if it is not that of this one.
 */
function loadCopy(t, addon) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http2-copy-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  for (const name of fs.readdirSync(ROOT)) {
    if (name !== 'lib' && name !== 'package.json' && !isAddon(name)) continue;
    const source = isAddon(name) ? (addon ?? path.join(ROOT, name)) : path.join(ROOT, name);
    fs.cpSync(source, path.join(folder, name), { recursive: true });
  }
  return createRequire(path.join(folder, 'x.js'))(folder);
}

module.exports = { loadCopy };
