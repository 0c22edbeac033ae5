'use strict';

// h2spec in its strict mode against a server of each API, plain and over TLS. `.ci/run` installs
// it where Go is present; it is looked for on the PATH and where `go install` puts it.

const assert = require('node:assert/strict');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { test } = require('node:test');
const http2 = require('../..');
const { TRANSPORTS, serve } = require('../support/net');
const { absent, complete } = require('../support/programs');

/** What may fail, by section and number within it, and why. */
const EXPECTED_FAILURES = {
  'http2/6.7/2':
    'PING with ACK that answers none: Node (test-http2-ping-unsolicited-ack) ends the session',
};

/** A case that never ran would not fail either. */
const LEAST_CASES = 145;

function findProgram() {
  if (!absent('h2spec')) return 'h2spec';
  const { stdout } = spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8' });
  const program = path.join(stdout?.trim() || path.join(os.homedir(), 'go'), 'bin', 'h2spec');
  return absent(program) ? undefined : program;
}

const program = findProgram();
const skip = program ? false : 'h2spec is not installed (.ci/run installs it where Go is)';

/** Bodies are read, so that no stream is closed early: h2spec goes on with half-open requests. */
const HANDLERS = {
  core(server) {
    server.on('stream', (stream) => {
      stream.on('error', () => {}).resume();
      stream.respond({ 'content-type': 'text/plain' });
      stream.end('served');
    });
  },
  compat(server) {
    server.on('request', (request, response) => {
      request.on('error', () => {}).resume();
      response.setHeader('content-type', 'text/plain');
      response.end('served');
    });
  },
};

/**
 * Runs h2spec to its end.
 * @returns {Promise<{cases: number, failures: string[], output: string}>}
 */
async function inspect(t, port, tls) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rust-http2-h2spec-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const report = path.join(folder, 'report.xml');
  const options = ['--host=127.0.0.1', `--port=${port}`, '--strict', '--timeout=5'];
  if (tls) options.push('--tls', '--insecure');
  const { output } = await complete(program, [...options, `--junit-report=${report}`]);
  const failures = [];
  let cases = 0;
  for (const [, name, body] of readFileSync(report, 'utf8').matchAll(
    /<testsuite [^>]*package="([^"]*)"[^>]*>([^]*?)<\/testsuite>/g,
  )) {
    let number = 0;
    for (const [, outcome] of body.matchAll(/<testcase [^>]*>([^]*?)<\/testcase>/g)) {
      cases += 1;
      number += 1;
      if (/<(failure|error)/.test(outcome)) failures.push(`${name}/${number}`);
    }
  }
  return { cases, failures, output };
}

for (const api of Object.keys(HANDLERS)) {
  for (const { transport, tls } of TRANSPORTS) {
    test(`h2spec finds nothing in a ${api} server over ${transport}`, { skip }, async (t) => {
      const { server } = await serve(t, http2, { tls });
      HANDLERS[api](server);
      const { cases, failures, output } = await inspect(t, server.address().port, tls);
      assert.ok(cases >= LEAST_CASES, `${cases} cases ran\n${output}`);
      assert.deepEqual(failures, Object.keys(EXPECTED_FAILURES), output);
    });
  }
}
