'use strict';

// Puts what a program measured into a Markdown file, where the file has marks for it:
//
//   <!-- NAME -->
//   <!-- /NAME -->

const fs = require('node:fs');
const prettier = require('prettier');

/**
 * Replaces what is between the marks `name` of a Markdown file, and formats the file.
 * @param {string} file
 * @param {string} name
 * @param {string} text
 */
async function fillIn(file, name, text) {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const whole = fs.readFileSync(file, 'utf8');
  const [from, to] = [whole.indexOf(begin), whole.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no marks ${begin} … ${end}.`);
  const filled = `${whole.slice(0, from + begin.length)}\n\n${text}\n\n${whole.slice(to)}`;
  const options = await prettier.resolveConfig(file);
  fs.writeFileSync(file, await prettier.format(filled, { ...options, filepath: file }));
}

module.exports = { fillIn };
