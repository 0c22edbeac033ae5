'use strict';

/**
 * A release, played through on this machine: packs the packages, publishes them to a registry that
 * exists for as long as this runs, installs `rust-http2` from there into an empty project, and runs
 * the tests of `__test__/installed` there with each Node: one binary for all of them.
 *
 * The addon of this platform has to be built (`npm run build`). The other platforms' packages have an
 * empty file for an addon, unless `--addons` has them: npm has to choose without it.
 *
 *   node scripts/release/rehearse.js [--addons DIR] [NODE …]
 *
 *   NODE   a program, or a version that the npm package of node for this platform has: 22, 24.12.0
 *          (default: this Node)
 */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const platforms = require('../../lib/platforms.js');
const { name } = require('../../package.json');
const { npm } = require('./npm.js');
const { pack } = require('./pack.js');
const { publish } = require('./publish.js');
const { startRegistry } = require('./registry.js');

const ROOT = path.join(__dirname, '../..');
const TESTS = path.join(ROOT, '__test__/installed');
const WINDOWS = process.platform === 'win32';

/** Copies the addons that there are, and makes empty ones in place of the others. */
function gatherAddons(from, to) {
  fs.mkdirSync(to);
  const files = fs.readdirSync(from, { recursive: from !== ROOT }).map(String);
  for (const platform of platforms) {
    const wanted = `${name}.${platform}.node`;
    const file = files.find((candidate) => path.basename(candidate) === wanted);
    if (file === undefined) fs.writeFileSync(path.join(to, wanted), '');
    else fs.copyFileSync(path.join(from, file), path.join(to, wanted));
  }
}

/** Runs npm; throws what it printed where it fails. */
async function npmOrThrow(args, options) {
  const { ok, output } = await npm(args, options);
  if (!ok) throw new Error(`npm ${args.join(' ')} failed.\n${output}`);
}

/** The program that runs a version of Node, downloaded unless it is a program's path. */
async function findNode(wanted, scratch) {
  if (fs.existsSync(wanted)) return path.resolve(wanted);
  const folder = path.join(scratch, `node-${wanted}`);
  const id = `node-${WINDOWS ? 'win' : process.platform}-${process.arch}`;
  await npmOrThrow(['install', '--no-save', '--prefix', folder, `${id}@${wanted}`]);
  return path.join(folder, 'node_modules', id, WINDOWS ? 'bin/node.exe' : 'bin/node');
}

/** Environment variables that make npm know the registry at `origin`, and no other. */
function npmEnvironment(origin, scratch) {
  return {
    npm_config_audit: 'false',
    npm_config_cache: path.join(scratch, 'cache'),
    npm_config_registry: origin,
    npm_config_userconfig: path.join(scratch, 'npmrc'),
  };
}

/** Publishes to a registry of its own, and installs from there into a project that was empty. */
async function install(addons, scratch) {
  const registry = await startRegistry();
  const env = npmEnvironment(registry.origin, scratch);
  fs.writeFileSync(env.npm_config_userconfig, `//${new URL(registry.origin).host}/:_authToken=x\n`);
  const project = path.join(scratch, 'project');
  fs.mkdirSync(project);
  try {
    const tarballs = await pack(addons, path.join(scratch, 'packages'));
    await publish(tarballs, ['--access', 'public'], env);
    await publish(tarballs.slice(-1), [], env);
    await npmOrThrow(['init', '--yes'], { cwd: project });
    await npmOrThrow(['install', name], { cwd: project, env });
  } finally {
    registry.close();
  }
  return project;
}

async function rehearse(addons, nodes, scratch) {
  const gathered = path.join(scratch, 'addons');
  gatherAddons(addons, gathered);
  const project = await install(gathered, scratch);
  fs.cpSync(TESTS, project, { recursive: true });
  const failed = [];
  for (const wanted of nodes) {
    const node = await findNode(wanted, scratch);
    const { stdout: version } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    console.log(`\nInstalled package on Node ${version.trim()}`);
    const options = { cwd: project, stdio: 'inherit' };
    const args = ['--test', '--test-reporter=spec', ...fs.readdirSync(TESTS)];
    const { status } = spawnSync(node, args, options);
    if (status !== 0) failed.push(version.trim());
  }
  if (failed.length > 0) throw new Error(`Failed on Node ${failed.join(', ')}`);
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { addons: { type: 'string', default: ROOT } },
  });
  const nodes = positionals.length > 0 ? positionals : [process.execPath];
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http2-release-'));
  try {
    await rehearse(path.resolve(values.addons), nodes, scratch);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

main();
