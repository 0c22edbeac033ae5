'use strict';

const { describe, test } = require('node:test');
const fs = require('node:fs');
const path = require('node:path');
const { eventsProgram } = require('./events.js');
const { assertCompiles, project } = require('./project.js');

const PROGRAMS = ['program.mts', 'usage.cts', 'usage.mts'];

/** Types of Node, by its major version, as they are named in the package's devDependencies. */
const NODE_TYPES = {
  20: 'types-node-20',
  22: 'types-node-22',
  24: 'types-node-24',
  26: '@types/node',
};

const read = (name) => fs.readFileSync(path.join(__dirname, name), 'utf8');

const programs = (version) => ({
  ...Object.fromEntries(PROGRAMS.map((name) => [name, read(name)])),
  'events.mts': eventsProgram(version),
  // The same program, written for the builtin.
  'builtin.mts': read('program.mts').replaceAll("'rust-http2'", "'node:http2'"),
});

describe('the types accept what users write and refuse what they should', () => {
  for (const [version, name] of Object.entries(NODE_TYPES)) {
    test(`beside the types of Node ${version}`, (t) => {
      const folder = project(t, programs(Number(version)), { nodeTypes: name });
      assertCompiles(folder);
      // The newest Node's and the oldest's with the compiler that is still in JavaScript, too.
      if (version === '20' || version === '26') assertCompiles(folder, 'typescript-5');
    });
  }
});

test('with the preload, options are known on node:http2', (t) => {
  const files = { 'preload.mts': read('preload.mts') };
  const compilerOptions = { types: ['node', 'rust-http2/register'] };
  assertCompiles(project(t, files, { compilerOptions }));
});
