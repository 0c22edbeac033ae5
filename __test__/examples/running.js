'use strict';

// Runs examples as a reader would: the example itself, then the commands that it prints.

const path = require('node:path');
const { spawn } = require('node:child_process');

const ROOT = path.resolve(__dirname, '..', '..');

/** A program that runs, with all that it has printed. */
class Running {
  output = '';
  #changed = () => {};

  /**
   * @param {import('node:test').TestContext} t ends it with the test
   * @param {string} program
   * @param {string[]} args
   */
  constructor(t, program, args) {
    this.child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const pipe of [this.child.stdout, this.child.stderr]) {
      pipe.setEncoding('utf8').on('data', (text) => {
        this.output += text;
        this.#changed();
      });
    }
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code) => {
        this.code = code;
        this.#changed();
        resolve(this);
      });
    });
    t.after(async () => {
      this.child.kill('SIGKILL');
      await this.ended;
    });
  }

  /** Resolves when what is printed matches. @returns {Promise<RegExpExecArray>} */
  async printed(pattern) {
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      if (this.code !== undefined) throw new Error(`no ${pattern} in:\n${this.output}`);
      await new Promise((resolve) => (this.#changed = resolve));
    }
  }

  /** The commands that it tells to try next. */
  async commands(count) {
    await this.printed(new RegExp(`(^ {2}\\S.*\n){${count}}`, 'm'));
    return [...this.output.matchAll(/^ {2}(\S.*)$/gm)].map(([, command]) => command);
  }
}

/** Starts an example; servers listen on a port of their own. */
function example(t, name, ...args) {
  return new Running(t, process.execPath, [path.join('examples', name), ...args]);
}

/** Runs a command that an example has printed, on this Node. */
function shell(t, command) {
  const line = command.replace(/^node /, `'${process.execPath}' `).replace(/^curl /, 'curl -sS ');
  return new Running(t, '/bin/sh', ['-c', `exec ${line}`]);
}

/** What a command prints, once it has ended well. */
async function outputOf(t, command) {
  const { code, output } = await shell(t, command).ended;
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output}`);
  return output;
}

module.exports = { ROOT, Running, example, outputOf, shell };
