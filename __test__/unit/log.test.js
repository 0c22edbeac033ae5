'use strict';

const assert = require('node:assert');
const path = require('node:path');
const { execFile } = require('node:child_process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const EXCHANGE = path.join(__dirname, 'fixtures', 'exchange.js');
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z /;

/** What a process logs in which one exchange takes place, by lines. */
async function log(environment, ...args) {
  const options = { env: { ...process.env, RUST_HTTP2_LOG: '', NODE_DEBUG: '', ...environment } };
  const { stderr } = await promisify(execFile)(process.execPath, [EXCHANGE, ...args], options);
  return stderr.split('\n').filter((line) => line !== '');
}

/** The lines of one frame, without the time. */
function frame(lines, head) {
  const at = lines.findIndex((line) => line.replace(TIME, '').startsWith(head));
  assert.ok(at >= 0, `no ${head} in:\n${lines.join('\n')}`);
  assert.match(lines[at], TIME);
  const end = lines.findIndex((line, index) => index > at && TIME.test(line));
  return [lines[at].replace(TIME, ''), ...lines.slice(at + 1, end < 0 ? undefined : end)];
}

for (const args of [[], ['worker']]) {
  test(`frames ${args.join('')}: who, which way, what, and no secrets`, async () => {
    const lines = await log({ RUST_HTTP2_LOG: 'frames' }, ...args);
    for (const head of ['client{id=2} send HEADERS', 'server{id=1} recv HEADERS']) {
      const [first, ...fields] = frame(lines, head);
      assert.match(first, / stream=1 length=\d+ flags=END_STREAM\|END_HEADERS$/);
      assert.ok(fields.includes('    :path: /greeting'));
      assert.ok(fields.includes('    authorization: <masked>'));
      assert.ok(fields.includes('    x-key: <masked>'));
    }
    for (const head of ['server{id=1} send HEADERS', 'client{id=2} recv HEADERS']) {
      const [first, ...fields] = frame(lines, head);
      assert.match(first, / stream=1 length=\d+ flags=END_HEADERS$/);
      assert.ok(fields.includes('    :status: 200'));
      assert.ok(fields.includes('    set-cookie: <masked>'));
    }
    frame(lines, 'client{id=2} recv DATA stream=1 length=5 flags=END_STREAM');
    frame(lines, 'server{id=1} send SETTINGS stream=0 length=0 flags=ACK');
    assert.ok(!lines.join('').includes('secret'));
  });
}

test('levels and targets choose what is told', async () => {
  const trace = await log({ RUST_HTTP2_LOG: 'rust_http2::proto=trace' });
  frame(trace, 'client{id=2} TRACE rust_http2::proto::session: stream 1 opened');
  frame(trace, 'server{id=1} TRACE rust_http2::proto::session: stream 1 closed with NO_ERROR');
  assert.ok(!trace.some((line) => line.includes('HEADERS')));

  const debug = await log({ RUST_HTTP2_LOG: 'debug' });
  frame(debug, 'client{id=2} send HEADERS');
  assert.ok(!debug.some((line) => line.includes('TRACE')));
});

test('nothing is told that nobody asked for', async () => {
  for (const RUST_HTTP2_LOG of ['', 'off', 'info']) {
    assert.deepStrictEqual(await log({ RUST_HTTP2_LOG }), [], RUST_HTTP2_LOG);
  }
});

test('what is no filter is said to be none, and the program runs', async () => {
  const [line, ...rest] = await log({ RUST_HTTP2_LOG: 'a=b=c' });
  assert.match(line, /^RUST_HTTP2_LOG is no filter: /);
  assert.deepStrictEqual(rest, []);
});

test('NODE_DEBUG=http2 tells of the life of sessions and streams, by side', async () => {
  const lines = await log({ NODE_DEBUG: 'http2' });
  const told = lines
    .filter((line) => line.startsWith('HTTP2 '))
    .map((line) => line.replace(/^HTTP2 \d+: /, ''));
  for (const side of ['client', 'server']) {
    const name = `Http2Session ${side}`;
    const session = told.filter((line) => line.startsWith(name));
    assert.deepStrictEqual(session[0], `${name}: created`);
    assert.ok(session.includes(`${name}: connected, protocol h2c`));
    assert.ok(session.includes(`${name}: settings received`));
    assert.deepStrictEqual(session.slice(-2), [`${name}: destroyed`, `${name}: transport closed`]);
    const [sent, received] = side === 'client' ? ['request', 'response'] : ['response', 'request'];
    for (const what of [`${sent} sent`, `${received} received`, 'closed with code 0']) {
      assert.ok(told.includes(`Http2Stream 1 [${name}]: ${what}`), `${side}: ${what}`);
    }
  }
  assert.ok(!told.join('').includes('secret'));
});
