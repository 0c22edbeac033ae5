'use strict';

// What the documents tell to write and to type works.

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const { describe, it } = require('node:test');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { anchorsOf, blocksOf, commandsOf, linksOf, read } = require('../support/documents.js');
const { install, skip } = require('../support/installed.js');
const { assertCompiles, project } = require('../types/project.js');
const manifest = require('../../package.json');

const ROOT = path.join(__dirname, '../..');
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'docs/api.md',
  'docs/debugging.md',
  'examples/README.md',
];
/** The port in the documents' programs. */
const PORT = '8080';
const ANY_PORT = path.join(__dirname, 'fixtures/any-port.js');

const hasCurl = () => {
  try {
    return execFileSync('curl', ['--version'], { encoding: 'utf8' }).includes('HTTP2');
  } catch {
    return false;
  }
};

function programsOf(name) {
  const blocks = blocksOf(read(name)).filter(({ language }) => language === 'js');
  return Object.fromEntries(blocks.map(({ file, text }) => [file, text]));
}

/**
 * Starts a server of the documents.
 * @returns {Promise<{port: number, version?: string}>} Where it listens, and the version of this
 *   package if it is the program's `node:http2`.
 */
async function start(t, folder, args, { env, stderr = 'inherit' } = {}) {
  const child = spawn(process.execPath, ['-r', ANY_PORT, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', stderr, 'ipc'],
  });
  t.after(() => child.kill());
  const [message] = await once(child, 'message');
  return message;
}

function run(folder, ...args) {
  return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
}

describe('README.md', { skip }, () => {
  const programs = programsOf('README.md');

  it('has programs that this test knows', () => {
    assert.deepEqual(Object.keys(programs), ['app.js', 'client.js', 'hello.mjs']);
  });

  it('has a server and a client that meet', async (t) => {
    const { folder } = install(t, programs);
    const { port } = await start(t, folder, ['app.js']);
    fs.writeFileSync(path.join(folder, 'client.js'), programs['client.js'].replace(PORT, port));
    assert.equal(run(folder, 'client.js'), '200\nYou asked for /hello\n\n');
  });

  it('has a command for curl', { skip: !hasCurl() && 'no curl with HTTP/2 here' }, async (t) => {
    const { folder } = install(t, programs);
    const { port } = await start(t, folder, ['app.js']);
    const command = commandsOf(read('README.md')).find((line) => line.startsWith('curl '));
    const [curl, ...args] = command.replace(PORT, port).split(' ');
    assert.equal(
      execFileSync(curl, ['-s', ...args], { encoding: 'utf8' }),
      'You asked for /hello\n',
    );
  });

  it('has a program of ES modules', (t) => {
    const anywhere = programs['hello.mjs'].replace(`listen(${PORT}`, 'listen(0');
    const { folder } = install(t, { 'hello.mjs': anywhere });
    const printed = run(folder, 'hello.mjs').trim().split('\n');
    assert.deepEqual(printed.sort(), [manifest.version, 'hello']);
  });

  it('has a log of frames', async (t) => {
    const { folder } = install(t, programs);
    const env = { RUST_HTTP2_LOG: 'frames' };
    const log = path.join(folder, 'log');
    const { port } = await start(t, folder, ['app.js'], { env, stderr: fs.openSync(log, 'w') });
    fs.writeFileSync(path.join(folder, 'client.js'), programs['client.js'].replace(PORT, port));
    run(folder, 'client.js');
    // Times and ports aside, and how long the port is.
    const lines = (text) =>
      text.replace(/^\d\S+Z|(?<=date: |localhost:).*|(?<=length=)\d+/gm, '').split('\n');
    const [{ text }] = blocksOf(read('README.md')).filter(({ language }) => language === 'text');
    const printed = lines(fs.readFileSync(log, 'utf8'));
    for (const line of lines(text)) assert.ok(printed.includes(line), `${line} in ${printed}`);
  });

  const preloads = commandsOf(read('README.md')).filter((line) => line.includes('/register'));
  for (const command of preloads) {
    it(`has a program whose http2 changes with: ${command}`, async (t) => {
      const [, options, args] = /^(?:NODE_OPTIONS='(.*)' )?node (.*)$/.exec(command);
      const app = programs['app.js'].replace("'rust-http2'", "'http2'");
      const { folder } = install(t, { 'app.js': app });
      const env = options && { NODE_OPTIONS: options };
      const { version } = await start(t, folder, args.split(' '), { env });
      assert.equal(version, manifest.version);
    });
  }

  it('names the crate that there is', () => {
    const [{ text }] = blocksOf(read('README.md')).filter(({ language }) => language === 'toml');
    const cargo = read('Cargo.toml');
    const [, version] = /^version = "(\d+\.\d+)/m.exec(cargo);
    assert.equal(
      text.trim(),
      `[dependencies]\nrust-http2 = { version = "${version}", default-features = false }`,
    );
    assert.equal(/^name = "(.*)"/m.exec(cargo)[1], 'rust-http2');
  });
});

describe('docs/api.md', { skip }, () => {
  it('has a program that tells the two apart', (t) => {
    const { folder } = install(t, programsOf('docs/api.md'));
    const { version } = manifest;
    assert.equal(run(folder, 'which.js'), `${version} builtin\n`);
    const preloaded = run(folder, '-r', 'rust-http2/register', 'which.js');
    assert.equal(preloaded, `${version} ${version}\n`);
  });

  it('has a program that watches frames', (t) => {
    const { folder } = install(t, programsOf('docs/api.md'));
    const printed = run(folder, 'watch.js').split('\n');
    for (const line of ['sent HEADERS on 1', 'received DATA on 1, 5 octets']) {
      assert.ok(
        printed.some((text) => text.startsWith(line)),
        printed.join('\n'),
      );
    }
  });

  it('has a program in TypeScript, and a tsconfig.json', (t) => {
    const blocks = blocksOf(read('docs/api.md'));
    const [program] = blocks.filter(({ language }) => language === 'ts');
    const [config] = blocks.filter(({ file }) => file === 'tsconfig.json');
    const files = { 'program.mts': program.text };
    assertCompiles(project(t, files, JSON.parse(config.text)));
  });
});

/** What commands are checked for without being run, by what they begin with. */
const CHECKS = [
  [/^npm (install|test|start)( --.*)?$/, () => {}],
  [
    /^npm install (\S+)$/,
    (name) => assert.ok(['rust-http2', './rust-http2/target/rust-http2.tgz'].includes(name), name),
  ],
  [/^npm run ([\w:]+)/, (script) => assert.ok(manifest.scripts[script], script)],
  [/^npm audit signatures$/, () => {}],
  [/^git clone (\S+)$/, (url) => assert.equal(`git+${url}`, manifest.repository.url)],
  [/^cd /, () => {}],
  // The programs of README.md, which are run above.
  [/^(?:\w+=(?:'.*'|\S+) )?node (?:\S+ rust-http2\/register )?(?:app|client)\.js$/, () => {}],
  [/^curl .* http:\/\/localhost:8080\/hello$/, () => {}],
  [/^node examples\/NAME\.js$/, () => exists('examples')],
  [/^node (?:--test )?([\w/.-]+\.js)$/, exists],
  [
    /^cargo .*--manifest-path (\S+) --bin (\w+)$/,
    (file, bin) => {
      exists(file);
      exists(path.join(path.dirname(file), 'src/bin', bin));
    },
  ],
  [/^cargo (test|doc) --no-default-features(?: --open)?$/, () => {}],
  [/^cargo clippy --all-targets -- -D warnings$/, () => {}],
  [/^cargo run --no-default-features --example (\w+)$/, (name) => exists(`examples/${name}.rs`)],
  [/^cargo \+nightly fuzz run TARGET$/, () => exists('fuzz/Cargo.toml')],
];

function exists(file) {
  assert.ok(fs.existsSync(path.join(ROOT, file)), `${file} does not exist`);
}

for (const name of DOCUMENTS) {
  describe(name, () => {
    it('tells to type commands that there are', () => {
      for (const command of commandsOf(read(name))) {
        const check = CHECKS.find(([pattern]) => pattern.test(command));
        assert.ok(check, `nothing checks: ${command}`);
        const [pattern, verify] = check;
        verify(...pattern.exec(command).slice(1));
      }
    });

    it('links to what there is', () => {
      for (const link of linksOf(read(name))) {
        const [file, anchor] = link.split('#');
        const target = file ? path.join(path.dirname(name), file) : name;
        exists(target);
        if (anchor) assert.ok(anchorsOf(read(target)).includes(anchor), link);
      }
    });
  });
}
