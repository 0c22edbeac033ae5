'use strict';

// The package as it is installed, from CommonJS. `scripts/release/rehearse.js` runs these files.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { once } = require('node:events');
const { test } = require('node:test');
const http2 = require('rust-http2');

async function exchange({ connect, createServer }) {
  const server = createServer((request, response) => response.end(`${request.url} is here`));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const session = connect(`http://127.0.0.1:${server.address().port}`);
  const stream = session.request({ ':path': '/answer' });
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  session.close();
  server.close();
  return text;
}

test('require gives http2', async () => {
  assert.equal(http2[Symbol.for('rust-http2')], require('rust-http2/package.json').version);
  assert.equal(await exchange(http2), '/answer is here');
});

for (const flag of ['-r', '--import']) {
  test(`${flag} rust-http2/register answers require('http2')`, () => {
    const program = "console.log(require('http2')[Symbol.for('rust-http2')])";
    const printed = execFileSync(process.execPath, [flag, 'rust-http2/register', '-e', program], {
      cwd: __dirname,
      encoding: 'utf8',
    });
    assert.equal(printed.trim(), http2[Symbol.for('rust-http2')]);
  });
}

test('one addon is installed, of this platform, and nothing else', () => {
  const { readdirSync } = require('node:fs');
  const path = require('node:path');
  const folder = path.join(require.resolve('rust-http2/package.json'), '../..');
  const installed = readdirSync(folder).filter((name) => !name.startsWith('.'));
  assert.equal(installed.length, 2, installed.join());
  assert.ok(installed.includes('rust-http2'));
  assert.ok(
    installed[1].startsWith(`rust-http2-${process.platform}-${process.arch}`),
    installed[1],
  );
});
