'use strict';

const { spawnSync } = require('node:child_process');
const assert = require('node:assert');
const { after, describe, test } = require('node:test');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { eventsProgram } = require('./events.js');

const ROOT = path.join(__dirname, '../..');
const PROGRAMS = ['program.mts', 'usage.cts', 'usage.mts'];

/** Types of Node, by its major version, as they are named in the package's devDependencies. */
const NODE_TYPES = {
  20: 'types-node-20',
  22: 'types-node-22',
  24: 'types-node-24',
  26: '@types/node',
};

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

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http2-types-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

const read = (name) => fs.readFileSync(path.join(__dirname, name), 'utf8');
const installed = (name) => path.join(ROOT, 'node_modules', name);

/**
 * Makes a project that has this package installed beside the types of one Node.
 * @param {string} name
 * @param {string} nodeTypes The folder of those types.
 * @param {Record<string, string>} files
 * @param {object} [options] For the compiler, beside the usual.
 * @returns {string} Its folder.
 */
function project(name, nodeTypes, files, options) {
  const folder = path.join(scratch, name);
  const ours = path.join(folder, 'node_modules/rust-http2');
  fs.mkdirSync(path.join(ours, 'lib'), { recursive: true });
  for (const file of ['package.json', 'index.d.ts', 'lib/register.d.ts']) {
    fs.copyFileSync(path.join(ROOT, file), path.join(ours, file));
  }
  fs.mkdirSync(path.join(folder, 'node_modules/@types'));
  fs.symlinkSync(nodeTypes, path.join(folder, 'node_modules/@types/node'), 'junction');
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, file), text);
  const config = { compilerOptions: { ...OPTIONS, ...options }, include: ['*.mts', '*.cts'] };
  fs.writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
  return folder;
}

function assertCompiles(folder, compiler = 'typescript') {
  const tsc = path.join(installed(compiler), 'bin/tsc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder], {
    encoding: 'utf8',
  });
  assert.strictEqual(status, 0, stdout + stderr);
}

const programs = (version) => ({
  ...Object.fromEntries(PROGRAMS.map((name) => [name, read(name)])),
  'events.mts': eventsProgram(version),
  // The same program, written for the builtin.
  'builtin.mts': read('program.mts').replaceAll("'rust-http2'", "'node:http2'"),
});

describe('the types accept what users write and refuse what they should', () => {
  for (const [version, name] of Object.entries(NODE_TYPES)) {
    test(`beside the types of Node ${version}`, () => {
      const folder = project(`node-${version}`, installed(name), programs(Number(version)));
      assertCompiles(folder);
      // The newest Node's and the oldest's with the compiler that is still in JavaScript, too.
      if (version === '20' || version === '26') assertCompiles(folder, 'typescript-5');
    });
  }
});

test('with the preload, options are known on node:http2', () => {
  const files = { 'preload.mts': read('preload.mts') };
  const options = { types: ['node', 'rust-http2/register'] };
  assertCompiles(project('preload', installed(NODE_TYPES[26]), files, options));
});
