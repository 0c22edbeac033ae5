'use strict';

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { pathToFileURL } = require('node:url');

const register = path.join(__dirname, '../../lib/register.js');
const fixtures = path.join(__dirname, 'fixtures/register');

function run(args, env = {}) {
  const output = execFileSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  return JSON.parse(output);
}

const everything = {
  importBare: true,
  importPrefixed: true,
  importDynamic: true,
  sameForAll: true,
  named: true,
  names: true,
  require: true,
  resolve: 'http2',
  dependency: true,
  getBuiltinModule: true,
  otherModules: true,
  builtinModules: true,
};

const app = path.join(fixtures, 'app.mjs');
const loadings = {
  '-r': [['-r', register, app]],
  '--import': [['--import', pathToFileURL(register).href, app]],
  NODE_OPTIONS: [[app], { NODE_OPTIONS: `-r ${JSON.stringify(register)}` }],
};

for (const [name, [args, env]] of Object.entries(loadings)) {
  test(`${name}: http2 is ours, in the main thread and in workers`, () => {
    assert.deepStrictEqual(run(args, env), { main: everything, worker: everything });
  });
}

test('import works beside the load hooks of others', () => {
  const hooks = `
    const { register, registerHooks } = require('node:module');
    if (registerHooks) registerHooks({ load: (url, context, next) => next(url, context) });
  `;
  const preload = `data:text/javascript,${encodeURIComponent(
    "import { createRequire } from 'node:module'; const require = createRequire('file:///');" +
      hooks,
  )}`;
  const { main } = run(['--import', preload, '-r', register, app]);
  assert.deepStrictEqual(main, everything);
});

test('without the preload nothing is replaced', () => {
  const { main } = run([app]);
  assert.strictEqual(main.importBare, false);
  assert.strictEqual(main.require, false);
});

test('the package itself still reaches the builtin, and registering twice does no harm', () => {
  const script = `
    require(${JSON.stringify(register)});
    delete require.cache[${JSON.stringify(register)}];
    delete require.cache[require.resolve(${JSON.stringify(path.join(register, '../builtin.js'))})];
    require(${JSON.stringify(register)});
    const { builtin } = require(${JSON.stringify(path.join(register, '../builtin.js'))});
    const ours = require('http2');
    console.log(JSON.stringify({
      marked: Symbol.for('rust-http2') in builtin,
      ours: Symbol.for('rust-http2') in ours,
      sameSymbol: ours.sensitiveHeaders === builtin.sensitiveHeaders,
    }));
  `;
  assert.deepStrictEqual(run(['-e', script]), { marked: false, ours: true, sameSymbol: true });
});

test('the hooks look like what they replace', () => {
  const script = `
    const Module = require('module');
    const before = [Module._load, process.getBuiltinModule];
    require(${JSON.stringify(register)});
    const after = [Module._load, process.getBuiltinModule];
    console.log(JSON.stringify(before.map((original, i) =>
      original === after[i] || (original.name === after[i].name && original.length === after[i].length))));
  `;
  assert.deepStrictEqual(run(['-e', script]), [true, true]);
});
