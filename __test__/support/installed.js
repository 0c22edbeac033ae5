'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { stagePackage, stagePlatform } = require('../../scripts/release/pack.js');

const ROOT = path.join(__dirname, '../..');
const addon = fs.readdirSync(ROOT).find((name) => /^rust-http2\..+\.node$/.test(name));

/**
 * Makes a project that has the package installed as a release would be.
 * @param {import('node:test').TestContext} t At whose end it is removed.
 * @param {Record<string, string>} [files] Of the project, by name.
 * @returns {{folder: string, addon: string}} The project's folder, and that of the platform's
 *   package in it.
 */
function install(t, files = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http2-installed-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const modules = path.join(folder, 'node_modules');
  stagePackage(path.join(modules, 'rust-http2'));
  const [, platform] = addon.split('.');
  const own = path.join(modules, `rust-http2-${platform}`);
  stagePlatform(own, platform, path.join(ROOT, addon));
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  return { folder, addon: own };
}

/** Why there is nothing to install, where the addon was not built here; else false. */
const skip = addon === undefined && 'the addon was not built here (npm run build)';

module.exports = { install, skip };
