'use strict';

/**
 * `npm run pack`: builds the addon for this machine and packs it together with the package, as
 * target/rust-http2.tgz. It takes cargo, and nothing from npm.
 */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { npm } = require('./npm.js');
const { stagePackage } = require('./pack.js');
const { name, version } = require('../../package.json');

const ROOT = path.join(__dirname, '../..');
const TARGET = path.join(ROOT, 'target');
/** What cargo calls a library, by system. */
const LIBRARIES = { darwin: 'librust_http2.dylib', win32: 'rust_http2.dll' };

/** Builds the addon. @returns {string} The file. */
function build() {
  const args = ['build', '--release', '--locked', '--target-dir', TARGET];
  const { error, status } = spawnSync('cargo', args, { cwd: ROOT, stdio: 'inherit' });
  if (error !== undefined) {
    throw new Error('cargo is not on the PATH: get Rust from https://rustup.rs.', { cause: error });
  }
  if (status !== 0) throw new Error('The addon could not be built; the reason is above.');
  return path.join(TARGET, 'release', LIBRARIES[process.platform] ?? 'librust_http2.so');
}

async function main() {
  const addon = build();
  const folder = path.join(TARGET, 'package');
  fs.rmSync(folder, { recursive: true, force: true });
  stagePackage(folder, addon);
  const { ok, output } = await npm(['pack', '--ignore-scripts', folder], { cwd: TARGET });
  if (!ok) throw new Error(output);
  const tarball = path.join(TARGET, `${name}.tgz`);
  fs.renameSync(path.join(TARGET, `${name}-${version}.tgz`), tarball);
  console.log(tarball);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
