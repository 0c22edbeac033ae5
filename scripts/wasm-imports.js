'use strict';

// Fails where the engine, built for bare WebAssembly, asks its host for anything: a clock, a
// socket or randomness would show as an import.

const { readFileSync } = require('node:fs');

const [file] = process.argv.slice(2);
const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(file)));

for (const { module, name } of imports) console.error(`${file} imports ${module}.${name}`);
if (imports.length > 0) process.exitCode = 1;
