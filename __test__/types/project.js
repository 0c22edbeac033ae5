'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.join(__dirname, '../..');

const OPTIONS = {
  target: 'es2022',
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  // The declarations themselves are on trial.
  skipLibCheck: false,
  types: ['node'],
};

const installed = (name) => path.join(ROOT, 'node_modules', name);

/**
 * Makes a project in TypeScript that has this package installed beside the types of a Node.
 * @param {import('node:test').TestContext} t At whose end it is removed.
 * @param {Record<string, string>} files Its programs, by name.
 * @param {{nodeTypes?: string, compilerOptions?: object}} [options] The name under which the types of
 *   Node are installed here, and options for the compiler beside the usual.
 * @returns {string} Its folder.
 */
function project(t, files, { nodeTypes = '@types/node', compilerOptions } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http2-types-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const ours = path.join(folder, 'node_modules/rust-http2');
  fs.mkdirSync(path.join(ours, 'lib'), { recursive: true });
  for (const file of ['package.json', 'index.d.ts', 'lib/register.d.ts']) {
    fs.copyFileSync(path.join(ROOT, file), path.join(ours, file));
  }
  fs.mkdirSync(path.join(folder, 'node_modules/@types'));
  fs.symlinkSync(installed(nodeTypes), path.join(folder, 'node_modules/@types/node'), 'junction');
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, file), text);
  const config = {
    compilerOptions: { ...OPTIONS, ...compilerOptions },
    include: ['*.mts', '*.cts'],
  };
  fs.writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
  return folder;
}

/**
 * @param {string} folder Of a project.
 * @param {string} [compiler] The name under which it is installed here.
 */
function assertCompiles(folder, compiler = 'typescript') {
  const tsc = path.join(installed(compiler), 'bin/tsc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout + stderr);
}

module.exports = { assertCompiles, project };
