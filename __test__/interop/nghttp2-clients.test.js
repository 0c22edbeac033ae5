'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const http2 = require('../..');
const { TRANSPORTS, serve } = require('../support/net');
const { absent, run } = require('../support/programs');

for (const { transport, tls } of TRANSPORTS) {
  test(
    `nghttp reads a response and a push over ${transport}`,
    { skip: absent('nghttp') },
    async (t) => {
      const { server, url } = await serve(t, http2, { tls });
      server.on('stream', (stream) => {
        stream.pushStream({ ':path': '/style.css' }, (error, push) => {
          assert.ifError(error);
          push.respond({ ':status': 200, 'content-type': 'text/css' });
          push.end('body {}');
        });
        stream.respond({ ':status': 200, 'x-answer': '42' });
        stream.end('page');
      });
      const frames = String(await run('nghttp', ['-nv', '--no-dep', `${url}/`]));
      assert.match(frames, /recv \(stream_id=\d+\) x-answer: 42/);
      assert.match(frames, /recv PUSH_PROMISE frame/);
      assert.match(frames, /recv \(stream_id=2\) content-type: text\/css/);
      assert.match(frames, /recv DATA frame <length=4, flags=0x0[01], stream_id=\d+>/);
    },
  );

  for (const [connections, streams] of [
    [4, 32],
    [64, 1],
    [1, 256],
  ]) {
    const name = `h2load -c${connections} -m${streams}: every request succeeds over ${transport}`;
    test(name, { skip: absent('h2load') }, async (t) => {
      const { server, url } = await serve(t, http2, { tls });
      server.on('stream', (stream) => {
        stream.respond({ ':status': 200 });
        stream.end('Hello, world!');
      });
      const shape = ['-n', '5000', '-c', `${connections}`, '-m', `${streams}`];
      const report = String(await run('h2load', [...shape, url]));
      assert.match(report, /5000 succeeded, 0 failed, 0 errored, 0 timeout/);
      assert.match(report, /status codes: 5000 2xx/);
    });
  }
}
