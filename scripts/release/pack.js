'use strict';

/**
 * Packs what a release consists of: a package for each platform, those of npm/, with its addon,
 * and the package itself, which names them as optional dependencies. They are named there only, so
 * that `npm install` in the repository does not look for what is not published yet.
 *
 *   node scripts/release/pack.js [--addons DIR] [--out DIR]
 *
 *   --addons   where rust-http2.PLATFORM.node of every platform is, in folders or not (default: artifacts)
 *   --out      where the tarballs go (default: target/packages)
 */

const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const platforms = require('../../lib/platforms.js');
const manifest = require('../../package.json');
const { npm } = require('./npm.js');

const ROOT = path.join(__dirname, '../..');
/** Members of package.json that are for the repository only. */
const PRIVATE = ['devDependencies', 'napi', 'scripts'];

const fileOf = (platform) => `rust-http2.${platform}.node`;
const nameOf = (platform) => `${manifest.name}-${platform}`;

function writeJson(file, value) {
  fs.writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** The manifest of the package as others get it. */
function publicManifest() {
  return Object.fromEntries(Object.entries(manifest).filter(([key]) => !PRIVATE.includes(key)));
}

/**
 * Lays out a platform's package, that of `npm/`, in a folder.
 * @param {string} folder
 * @param {string} platform
 * @param {string} addon The file.
 */
function stagePlatform(folder, platform, addon) {
  const source = path.join(ROOT, 'npm', platform);
  fs.cpSync(source, folder, { recursive: true });
  const own = JSON.parse(fs.readFileSync(path.join(source, 'package.json'), 'utf8'));
  // All packages of a release have its version.
  writeJson(path.join(folder, 'package.json'), { ...own, version: manifest.version });
  fs.copyFileSync(path.join(ROOT, 'LICENSE'), path.join(folder, 'LICENSE'));
  fs.copyFileSync(addon, path.join(folder, fileOf(platform)));
}

/**
 * Lays out the package in a folder.
 * @param {string} folder
 * @param {string} [addon] A file to be in it. Without one, the package depends on those of the
 *   platforms.
 */
function stagePackage(folder, addon) {
  fs.mkdirSync(folder, { recursive: true });
  for (const name of [...manifest.files, 'README.md', 'LICENSE']) {
    fs.cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  }
  const own = publicManifest();
  if (addon === undefined) {
    const addons = platforms.map((platform) => [nameOf(platform), manifest.version]);
    own.optionalDependencies = Object.fromEntries(addons);
  } else {
    const name = fileOf(`${process.platform}-${process.arch}`);
    fs.copyFileSync(addon, path.join(folder, name));
    own.files = [...own.files, name];
  }
  writeJson(path.join(folder, 'package.json'), own);
}

/** Where each platform's addon is. Throws one sentence where one is missing. */
function findAddons(folder) {
  const files = fs.readdirSync(folder, { recursive: true });
  return platforms.map((platform) => {
    const file = files.find((name) => path.basename(name) === fileOf(platform));
    if (file === undefined) throw new Error(`There is no ${fileOf(platform)} in ${folder}.`);
    return [platform, path.join(folder, file)];
  });
}

/**
 * @param {string} addons The folder of the addons.
 * @param {string} out The folder of the tarballs; what it had is gone.
 * @returns {Promise<string[]>} The tarballs, in the order in which to publish them: the package is
 *   last, as nobody is to get it without its addons.
 */
async function pack(addons, out) {
  fs.rmSync(out, { recursive: true, force: true });
  const folders = findAddons(addons).map(([platform, addon]) => {
    const folder = path.join(out, nameOf(platform));
    stagePlatform(folder, platform, addon);
    return folder;
  });
  folders.push(path.join(out, manifest.name));
  stagePackage(folders.at(-1));
  const { ok, output } = await npm(['pack', '--ignore-scripts', ...folders], { cwd: out });
  if (!ok) throw new Error(output);
  return folders.map((folder) => `${folder}-${manifest.version}.tgz`);
}

async function main() {
  const { values } = parseArgs({
    options: {
      addons: { type: 'string', default: path.join(ROOT, 'artifacts') },
      out: { type: 'string', default: path.join(ROOT, 'target/packages') },
    },
  });
  const tarballs = await pack(path.resolve(values.addons), path.resolve(values.out));
  console.log(tarballs.join('\n'));
}

module.exports = { pack, stagePackage, stagePlatform };

if (require.main === module) {
  main().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
