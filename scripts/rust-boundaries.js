'use strict';

// Fails where a module of the crate uses another that it is not to know: the layers of src/, as
// .dependency-cruiser.js has those of lib/.

const path = require('node:path');
const { readdirSync, readFileSync } = require('node:fs');

const SOURCES = path.resolve(__dirname, '../src');
const MAY_USE = {
  frame: [],
  hpack: [],
  proto: ['frame', 'hpack'],
  tls: [],
  node: ['proto', 'tls'],
};
/** A path from the crate's root, in code: links in comments are free. */
const USE = /\bcrate::(?:\{([^}]*)\}|(\w+))/g;

/** What is taken from another module than the root: `proto::{Session, Sink}`. */
const INNER_GROUP = /(?<!\bcrate)::\{[^{}]*\}/g;

/** The modules that a file uses, each with the number of the line. */
function usedModules(source) {
  const code = source
    .replace(/\/\/.*$/gm, '')
    .replace(INNER_GROUP, (group) => group.replace(/./g, ' '));
  return [...code.matchAll(USE)].flatMap(({ 1: group, 2: name, index }) => {
    const names = group === undefined ? [name] : group.match(/(?<=^\s*|,\s*)\w+/g);
    const line = code.slice(0, index).split('\n').length;
    return names.map((used) => [used, line]);
  });
}

for (const [name, allowed] of Object.entries(MAY_USE)) {
  const files = readdirSync(SOURCES, { recursive: true })
    .filter((file) => file.endsWith('.rs'))
    .filter((file) => file === `${name}.rs` || file.split(path.sep)[0] === name);
  for (const file of files) {
    for (const [used, line] of usedModules(readFileSync(path.join(SOURCES, file), 'utf8'))) {
      if (used === name || !(used in MAY_USE) || allowed.includes(used)) continue;
      console.error(`src/${file}:${line}: ${name} is not to use ${used}`);
      process.exitCode = 1;
    }
  }
}
