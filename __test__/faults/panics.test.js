'use strict';

// A panic in the middle of the engine's work: its session fails with an error, and nobody else
// notices. The addon for this is built with the feature `fault-injection`: PINGs with certain
// payloads (src/node/faults.rs) set the panic off.

const assert = require('node:assert/strict');
const path = require('node:path');
const { once } = require('node:events');
const { before, describe, test } = require('node:test');
const { gather } = require('../support/bodies');
const { loadCopy } = require('../support/copies');
const { connect, serve } = require('../support/net');
const { absent, run } = require('../support/programs');

const ROOT = path.resolve(__dirname, '../..');
const skip = absent('cargo');
/** nghttp2's "Internal error". */
const INTERNAL = -534;

/** Builds the addon that panics on demand. @returns {Promise<string>} its file */
async function buildAddon() {
  const output = await run('cargo', [
    'build',
    '--quiet',
    '--lib',
    '--features=fault-injection',
    '--message-format=json',
    `--manifest-path=${path.join(ROOT, 'Cargo.toml')}`,
  ]);
  const messages = String(output).trim().split('\n').map(JSON.parse);
  const { filenames } = messages.findLast(({ target }) => target?.name === 'rust_http2');
  return filenames.find((name) => /\.(so|dylib|dll)$/.test(name));
}

/** Where the panic is, how it is set off, and which side's session it costs. */
const PLACES = {
  'while frames are received': { payload: '!receive', broken: 'server' },
  'while commands are run': { payload: '!command', broken: 'client' },
  'while frames are written': { payload: 'transmit', broken: 'client' },
};

describe('a panic in the engine', { skip }, () => {
  let addon;
  before(async () => {
    addon = await buildAddon();
  });

  for (const [place, { payload, broken }] of Object.entries(PLACES)) {
    test(`${place} fails its session and no other`, async (t) => {
      const http2 = loadCopy(t, addon);
      const { server, url } = await serve(t, http2);
      const errors = { server: [], client: [] };
      server.on('sessionError', (error) => errors.server.push(error));
      server.on('stream', (stream, headers) => {
        stream.on('error', () => {}).respond();
        if (headers[':path'] === '/') stream.end('fine');
        else stream.write('begun');
      });
      const neighbour = await connect(t, http2, url);
      const pending = neighbour.request({ ':path': '/held' });
      await once(pending, 'data');

      const accepted = once(server, 'session');
      const session = await connect(t, http2, url);
      session.on('error', (error) => errors.client.push(error));
      const [served] = await accepted;
      const streams = [
        session.request({ ':path': '/held' }),
        session.request({ ':path': '/held' }),
      ];
      const closed = streams.map(
        (stream) => new Promise((resolve) => stream.on('error', () => {}).on('close', resolve)),
      );
      await Promise.all(streams.map((stream) => once(stream, 'data')));
      const gone = [session, served].map((each) => new Promise((done) => each.on('close', done)));
      session.ping(Buffer.from(payload), () => {});
      await Promise.all([...gone, ...closed]);

      assert.ok(session.destroyed && served.destroyed);
      const [error] = errors[broken];
      assert.deepEqual([error?.code, error?.errno], ['ERR_HTTP2_ERROR', INTERNAL]);

      assert.equal(String(await gather(neighbour.request({ ':path': '/' }))), 'fine');
      assert.ok(!pending.destroyed, "the neighbour's streams go on");
      const next = await connect(t, http2, url);
      assert.equal(String(await gather(next.request({ ':path': '/' }))), 'fine');
    });
  }
});

test('no PING does harm to the addon that is shipped', async (t) => {
  const http2 = require('../..');
  const { url } = await serve(t, http2);
  const session = await connect(t, http2, url);
  for (const { payload } of Object.values(PLACES)) {
    await new Promise((resolve, reject) =>
      session.ping(Buffer.from(payload), (error) => (error ? reject(error) : resolve())),
    );
  }
});
