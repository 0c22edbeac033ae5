'use strict';

// Sees to it that the addon can be loaded and is not older than its sources; builds it if need be.
// Nothing is built where the package of this platform is installed and no own build exists.

const { spawnSync } = require('node:child_process');
const { existsSync, readdirSync, statSync } = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
const SOURCES = ['Cargo.toml', 'Cargo.lock', 'build.rs'];

/** The time of the last change to what the addon is built from, in milliseconds. */
function sourcesChangedAt() {
  const files = readdirSync(path.join(ROOT, 'src'), { recursive: true })
    .filter((name) => name.endsWith('.rs'))
    .map((name) => path.join('src', name));
  return Math.max(...[...SOURCES, ...files].map((file) => statSync(path.join(ROOT, file)).mtimeMs));
}

/** The addons built here; none in an installed package. */
function builtAddons() {
  return readdirSync(ROOT).filter((name) => /^rust-http2\..+\.node$/.test(name));
}

/** Whether there is something to build, for want of an addon or because it is too old. */
function needsBuild() {
  const built = builtAddons();
  if (built.length > 0) {
    const builtAt = Math.max(...built.map((name) => statSync(path.join(ROOT, name)).mtimeMs));
    return sourcesChangedAt() > builtAt;
  }
  try {
    require('../lib/native.js');
    return false;
  } catch {
    return true;
  }
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

function build() {
  if (spawnSync('cargo', ['--version'], { stdio: 'ignore' }).status !== 0) {
    fail(
      'The addon has to be built and cargo is not on the PATH: get Rust from https://rustup.rs.',
    );
  }
  if (!existsSync(path.join(ROOT, 'node_modules', '@napi-rs', 'cli'))) {
    fail('The addon has to be built and what builds it is not installed: run npm install first.');
  }
  // npm is a script of the shell on Windows.
  const { status } = spawnSync('npm run --silent build', {
    cwd: ROOT,
    shell: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) fail('The addon could not be built; the reason is above.');
}

if (needsBuild()) build();
