'use strict';

const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '../..');
const BLOCK = /^```(\w+)\n([\s\S]*?)^```$/gm;
const FILE = /`([\w.-]+\.(?:js|mjs|json|toml))`/g;

/**
 * The code blocks of a document.
 * @param {string} text In Markdown.
 * @returns {{language: string, text: string, file?: string}[]} `file` is the last file that the line
 *   before the block names.
 */
function blocksOf(text) {
  return [...text.matchAll(BLOCK)].map(({ 1: language, 2: code, index }) => {
    const before = text.slice(0, index).trimEnd().split('\n').at(-1);
    return { language, text: code, file: [...before.matchAll(FILE)].at(-1)?.[1] };
  });
}

/** The commands that a document tells to type, in blocks and between words. */
function commandsOf(text) {
  const lines = blocksOf(text)
    .filter(({ language }) => language === 'sh')
    .flatMap((block) => block.text.trim().split('\n'))
    .map((line) => line.replace(/\s+#.*/, ''));
  const spans = [...text.replace(BLOCK, '').matchAll(/`((?:npm|node|cargo) [^`]+)`/g)];
  return [...lines, ...spans.map(([, command]) => command)].flatMap((line) => line.split(' && '));
}

/** The places in the repository that a document links to: `path#anchor`, either may be absent. */
function linksOf(text) {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link)
    .filter((link) => !/^https?:/.test(link));
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(text) {
  return [...text.replace(BLOCK, '').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

const read = (name) => fs.readFileSync(path.join(ROOT, name), 'utf8');

module.exports = { anchorsOf, blocksOf, commandsOf, linksOf, read };
