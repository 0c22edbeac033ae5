'use strict';

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { pathToFileURL } = require('node:url');

const { makeCopy } = require('../support/copies');

const register = path.join(__dirname, '../../lib/register.js');
const index = path.join(__dirname, '../../lib/index.js');
const fixtures = path.join(__dirname, 'fixtures/register');

function run(args, env = {}) {
  const output = execFileSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  return JSON.parse(output);
}

/** A module that --import takes. */
function dataUrl(source) {
  return `data:text/javascript,${encodeURIComponent(source)}`;
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
  const preload = dataUrl(
    "import { createRequire } from 'node:module'; const require = createRequire('file:///');" +
      hooks,
  );
  const { main } = run(['--import', preload, '-r', register, app]);
  assert.deepStrictEqual(main, everything);
});

test('without the preload nothing is replaced', () => {
  const { main } = run([app]);
  assert.strictEqual(main.importBare, false);
  assert.strictEqual(main.require, false);
});

test('what was imported before the preload is ours from then on', () => {
  const early = `
    import http2, { connect } from 'node:http2';
    globalThis.early = () => [http2, connect];
  `;
  const program = `
    const [http2, connect] = early();
    console.log(JSON.stringify([
      http2 === require('http2'), connect === require('http2').connect,
      Symbol.for('rust-http2') in http2, connect === require(${JSON.stringify(index)}).connect,
    ]));
  `;
  const preloads = [dataUrl(early), pathToFileURL(register).href];
  const flags = preloads.flatMap((url) => ['--import', url]);
  assert.deepStrictEqual(run([...flags, '-e', program]), [true, true, true, true]);
});

// Node 20.11 reads the members of every builtin that is loaded.
const readsAtOnce = process.versions.node.startsWith('20.11.');

test('the package is loaded when somebody asks for http2', { skip: readsAtOnce }, () => {
  const program = `
    const isLoaded = () => Object.keys(require.cache).includes(${JSON.stringify(index)});
    const atFirst = isLoaded();
    require('http');
    const withOthers = isLoaded();
    require('http2');
    console.log(JSON.stringify([atFirst, withOthers, isLoaded()]));
  `;
  assert.deepStrictEqual(run(['-r', register, '-e', program]), [false, false, true]);
});

const asks = {
  require: "require('http2')",
  'process.getBuiltinModule': "process.getBuiltinModule('http2')",
  'a reference from before': '(early.connect, early)',
};
for (const [name, ask] of Object.entries(asks)) {
  const { getBuiltinModule } = process;
  const skip = name === 'process.getBuiltinModule' && getBuiltinModule === undefined;
  test(`${name} gives an object with the builtin's kind of members`, { skip }, () => {
    const program = `
      const early = require('http2');
      const kinds = (object) => Object.entries(Object.getOwnPropertyDescriptors(object))
        .map(([name, { value, ...flags }]) => [name, typeof value, flags]);
      const before = kinds(early);
      require(${JSON.stringify(register)});
      const http2 = ${ask};
      console.log(JSON.stringify({ before, after: kinds(http2) }));
    `;
    const { before, after } = run(['-e', program]);
    assert.deepStrictEqual(after, before);
  });
}

test('a member that a program replaces is replaced for all', () => {
  const program = `
    const early = require('http2');
    require(${JSON.stringify(register)});
    const own = () => {};
    early.connect = own;
    require('module').syncBuiltinESMExports();
    import('http2').then((namespace) => {
      console.log(JSON.stringify([
        require('http2').connect === own, namespace.connect === own,
        early.createServer === require(${JSON.stringify(index)}).createServer,
      ]));
    });
  `;
  assert.deepStrictEqual(run(['-e', program]), [true, true, true]);
});

test('a member that the package does not know stays', () => {
  const program = `
    const own = (require('http2').future = () => {});
    require(${JSON.stringify(register)});
    console.log(JSON.stringify(require('http2').future === own));
  `;
  assert.strictEqual(run(['-e', program]), true);
});

test('the package itself still reaches the builtin, and registering twice does no harm', (t) => {
  const copy = makeCopy(t);
  const script = `
    require(${JSON.stringify(register)});
    require(${JSON.stringify(path.join(copy, 'lib/register.js'))});
    const { builtin } = require(${JSON.stringify(path.join(copy, 'lib/builtin.js'))});
    const ours = require('http2');
    console.log(JSON.stringify({
      marked: Symbol.for('rust-http2') in builtin,
      ours: ours.connect === require(${JSON.stringify(index)}).connect,
      genuine: builtin.connect !== ours.connect,
      sameSymbol: ours.sensitiveHeaders === builtin.sensitiveHeaders,
    }));
  `;
  assert.deepStrictEqual(run(['-e', script]), {
    marked: false,
    ours: true,
    genuine: true,
    sameSymbol: true,
  });
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
