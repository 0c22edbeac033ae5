'use strict';

// What is published: nothing but what runs, and an addon for each platform.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { describe, it } = require('node:test');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const platforms = require('../../lib/platforms.js');
const { stagePackage, stagePlatform } = require('../../scripts/release/pack.js');
const { napi, version } = require('../../package.json');

const ROOT = path.join(__dirname, '../..');
const ALLOWED =
  /^(lib\/.+\.(js|mjs|d\.ts)|index\.d\.ts|package\.json|(CHANGELOG|README)\.md|LICENSE)$/;

/** The target of Rust's compiler that a platform's addon is built for. */
const TARGETS = {
  'darwin-arm64': 'aarch64-apple-darwin',
  'darwin-x64': 'x86_64-apple-darwin',
  'linux-arm64-gnu': 'aarch64-unknown-linux-gnu',
  'linux-x64-gnu': 'x86_64-unknown-linux-gnu',
  'linux-x64-musl': 'x86_64-unknown-linux-musl',
  'win32-x64-msvc': 'x86_64-pc-windows-msvc',
};

function stage(t, write) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http2-contents-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  write(folder);
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, path: parent, name }) =>
      path.relative(folder, path.join(parentPath ?? parent, name)).replaceAll('\\', '/'),
    );
  return { manifest, files };
}

describe('the package', () => {
  it('has JavaScript and types, and no sources of Rust', (t) => {
    const { files } = stage(t, (folder) => stagePackage(folder));
    assert.deepEqual(
      files.filter((file) => !ALLOWED.test(file)),
      [],
    );
    for (const file of ['lib/index.js', 'lib/register.js', 'index.d.ts', 'README.md', 'LICENSE']) {
      assert.ok(files.includes(file), file);
    }
  });

  it('depends on the addons of its own version, and on nothing else', (t) => {
    const { manifest } = stage(t, (folder) => stagePackage(folder));
    const addons = platforms.map((platform) => [`rust-http2-${platform}`, version]);
    assert.deepEqual(manifest.optionalDependencies, Object.fromEntries(addons));
    assert.equal(manifest.dependencies, undefined);
    assert.equal(manifest.devDependencies, undefined);
    assert.deepEqual(manifest.scripts, undefined);
  });

  it('has the addon in itself where it is built for one machine', (t) => {
    const { manifest, files } = stage(t, (folder) => stagePackage(folder, __filename));
    const addon = `rust-http2.${process.platform}-${process.arch}.node`;
    assert.ok(files.includes(addon));
    assert.ok(manifest.files.includes(addon));
    assert.equal(manifest.optionalDependencies, undefined);
  });

  it('in the repository, looks for no addon that is not published', () => {
    assert.equal(require('../../package.json').optionalDependencies, undefined);
  });
});

describe('the crate', () => {
  const args = ['package', '--list', '--allow-dirty', '--offline'];
  const { error, stdout } = spawnSync('cargo', args, { cwd: ROOT, encoding: 'utf8' });

  it('has its sources and examples, and nothing else', { skip: error && 'no cargo here' }, () => {
    const files = stdout
      .trim()
      .split(/\r?\n/)
      .map((file) => file.replaceAll('\\', '/'));
    assert.ok(files.includes('src/lib.rs'));
    const own =
      /^(src|examples)\/.+\.rs$|^(build\.rs|README\.md|LICENSE|Cargo\..+|\.cargo_vcs_info\.json)$/;
    assert.deepEqual(
      files.filter((file) => !own.test(file)),
      [],
    );
  });
});

describe('the packages of platforms', () => {
  it('are those that are built', () => {
    assert.deepEqual(
      platforms.map((platform) => TARGETS[platform]).sort(),
      [...napi.targets].sort(),
    );
  });

  it('have a folder each in npm/, and the version of the package', () => {
    const folders = fs.readdirSync(path.join(ROOT, 'npm')).sort();
    assert.deepEqual(folders, [...platforms].sort());
    for (const folder of folders) {
      const own = require(`../../npm/${folder}/package.json`);
      assert.equal(own.name, `rust-http2-${folder}`);
      assert.equal(own.version, version);
    }
  });

  it('hold an addon, for that platform alone', (t) => {
    const staged = (platform) => stage(t, (folder) => stagePlatform(folder, platform, __filename));
    const gnu = staged('linux-x64-gnu');
    assert.deepEqual(gnu.files.sort(), [
      'LICENSE',
      'README.md',
      'package.json',
      'rust-http2.linux-x64-gnu.node',
    ]);
    const { name, main, os: system, cpu, libc } = gnu.manifest;
    assert.deepEqual(
      { name, main, system, cpu, libc },
      {
        name: 'rust-http2-linux-x64-gnu',
        main: 'rust-http2.linux-x64-gnu.node',
        system: ['linux'],
        cpu: ['x64'],
        libc: ['glibc'],
      },
    );
    assert.deepEqual(staged('linux-x64-musl').manifest.libc, ['musl']);
    assert.equal(staged('darwin-arm64').manifest.libc, undefined);
    assert.deepEqual(staged('win32-x64-msvc').manifest.os, ['win32']);
  });
});
