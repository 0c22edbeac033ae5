'use strict';

// Bundles by esbuild and webpack: they find the addon where they are run, or say what is missing.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { describe, it } = require('node:test');
const { promisify } = require('node:util');
const fs = require('node:fs');
const path = require('node:path');
const { install, skip } = require('../support/installed.js');

const APP = `
import http2, { connect, createServer } from 'rust-http2';

const server = createServer((request, response) => response.end(request.url));
server.listen(0, '127.0.0.1', async () => {
  const session = connect('http://127.0.0.1:' + server.address().port);
  const stream = session.request({ ':path': '/bundled' }).setEncoding('utf8');
  let text = '';
  for await (const chunk of stream) text += chunk;
  console.log(text, Reflect.get(http2, Symbol.for('rust-http2')));
  session.close();
  server.close();
});
`;

/** What esbuild's own documentation has for bundles of ES modules that contain CommonJS. */
const BANNER =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

function esbuild(options) {
  return async (folder, outfile) => {
    const { warnings } = await require('esbuild').build({
      absWorkingDir: folder,
      bundle: true,
      entryPoints: ['app.mjs'],
      logLevel: 'silent',
      outfile,
      platform: 'node',
      ...options,
    });
    return warnings.map(({ text }) => text);
  };
}

async function webpack(folder, outfile) {
  const stats = await promisify(require('webpack'))({
    context: folder,
    entry: './app.mjs',
    mode: 'production',
    output: { path: folder, filename: outfile },
    target: 'node',
  });
  const { errors, warnings } = stats.toJson();
  return [...errors, ...warnings].map(({ message }) => message);
}

const bundlers = {
  'esbuild, CommonJS': ['bundle.cjs', esbuild({ format: 'cjs' })],
  'esbuild, ES modules': ['bundle.mjs', esbuild({ format: 'esm', banner: { js: BANNER } })],
  webpack: ['bundle.cjs', webpack],
};

/**
 * Runs the bundle that is its argument. Node itself would show the line that throws, which is the
 * whole of a bundle, and more than a pipe holds as a process ends.
 */
const RUN = `
import(require('node:url').pathToFileURL(process.argv[1])).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
`;

function run(bundle) {
  return spawnSync(process.execPath, ['--eval', RUN, bundle], {
    cwd: path.parse(bundle).root,
    encoding: 'utf8',
  });
}

for (const [name, [outfile, bundle]] of Object.entries(bundlers)) {
  describe(name, { skip }, () => {
    it('bundles without a complaint, and the bundle runs', async (t) => {
      const { folder } = install(t, { 'app.mjs': APP });
      assert.deepEqual(await bundle(folder, outfile), []);
      fs.rmSync(path.join(folder, 'node_modules/rust-http2'), { recursive: true });
      const { stdout, stderr } = run(path.join(folder, outfile));
      assert.equal(stdout, `/bundled ${require('../../package.json').version}\n`, stderr);
    });

    it('says which package is missing where the bundle is run', async (t) => {
      const { folder, addon } = install(t, { 'app.mjs': APP });
      await bundle(folder, outfile);
      fs.rmSync(addon, { recursive: true });
      const { status, stderr } = run(path.join(folder, outfile));
      assert.notEqual(status, 0);
      assert.ok(stderr.includes(path.basename(addon)), stderr);
      assert.match(stderr, /finds no addon/);
    });
  });
}
