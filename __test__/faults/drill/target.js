'use strict';

// The attacked process: a server, or a client of a healthy and of a hostile server, of the module
// that DRILL_MODULE names. Tells its parent what it measures.

const { once } = require('node:events');
const collect = require('../../support/collect');
const { gather } = require('../../support/bodies');
const { makeCertificate } = require('../../../scripts/certificate');

const http2 = process.env.DRILL_MODULE === 'builtin' ? require('node:http2') : require('../../..');
const CHUNK = Buffer.alloc(1 << 16);
const PAUSE = 10;

const ignore = () => {};

function answer(stream, headers) {
  stream.on('error', ignore).respond({ ':status': 200 });
  if (headers[':path'] !== '/big') {
    stream.end('ok');
    return;
  }
  const fill = () => {
    while (!stream.destroyed && stream.write(CHUNK));
  };
  stream.on('drain', fill);
  fill();
}

async function serve(tlsEngine) {
  const server = tlsEngine
    ? http2.createSecureServer({ ...(await makeCertificate()), tlsEngine })
    : http2.createServer();
  server.on('sessionError', ignore).on('tlsClientError', ignore).on('stream', answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send({ port: server.address().port });
}

let slowest = 0;

/** Asks the healthy server again and again, and notes how long the slowest answer took. */
async function askHealthy(port) {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  for (;;) {
    const started = performance.now();
    await gather(session.request({ ':path': '/' }));
    slowest = Math.max(slowest, performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** The hostile server's URL; undefined: none at the moment. */
let hostileUrl;

/** Requests something of the hostile server, over a new session whenever one has ended. */
function askHostile(url) {
  if (url === undefined || url !== hostileUrl) return;
  const session = http2.connect(url, { rejectUnauthorized: false });
  session.on('error', ignore).on('altsvc', ignore).on('origin', ignore);
  session.on('stream', (pushed) => pushed.on('error', ignore).resume());
  session.request({ ':path': '/' }).on('error', ignore).on('headers', ignore).resume();
  session.on('close', () => setTimeout(askHostile, PAUSE, url));
}

async function memory() {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage().rss;
}

process.on('message', async ({ ask, healthy, hostile, peace }) => {
  if (ask === 'memory') process.send({ rss: await memory() });
  if (ask === 'slowest') {
    process.send({ slowest });
    slowest = 0;
  }
  if (healthy) askHealthy(healthy);
  if (peace) hostileUrl = undefined;
  if (hostile) {
    hostileUrl = hostile;
    askHostile(hostile);
  }
});
process.on('disconnect', () => process.exit());

const [, , against] = process.argv;
if (against === 'client') process.send({ ready: true });
else serve({ tls: 'node', rustls: 'rustls' }[against]);
