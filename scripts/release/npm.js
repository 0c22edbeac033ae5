'use strict';

const { spawn } = require('node:child_process');

/**
 * Runs npm to its end.
 * @param {string[]} args
 * @param {object} [options] Of `spawn`; `env` is added to this process's.
 * @returns {Promise<{ok: boolean, output: string}>} `output` is both of its outputs.
 */
function npm(args, { env, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, {
      // The output is read: a quiet npm around this one is not to silence it.
      env: { ...process.env, npm_config_loglevel: 'notice', ...env },
      // npm is a script of the shell there.
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.on('error', reject);
    child.on('close', (status) => resolve({ ok: status === 0, output }));
  });
}

module.exports = { npm };
