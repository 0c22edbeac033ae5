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

function usedModules(line) {
  const code = line.replace(/\/\/.*$/, '');
  return [...code.matchAll(USE)].flatMap(([, group, name]) =>
    group === undefined ? [name] : group.match(/(?<=^|,\s*)\w+/g),
  );
}

for (const [name, allowed] of Object.entries(MAY_USE)) {
  const files = readdirSync(SOURCES, { recursive: true }).filter(
    (file) => file === `${name}.rs` || file.split(path.sep)[0] === name,
  );
  for (const file of files.filter((found) => found.endsWith('.rs'))) {
    const lines = readFileSync(path.join(SOURCES, file), 'utf8').split('\n');
    lines.forEach((line, index) => {
      for (const used of usedModules(line)) {
        if (used === name || !(used in MAY_USE) || allowed.includes(used)) continue;
        console.error(`src/${file}:${index + 1}: ${name} is not to use ${used}`);
        process.exitCode = 1;
      }
    });
  }
}
