'use strict';

// A server in a process of its own that sends one long body, and tells what it holds.

const { Readable } = require('node:stream');
const http2 = require('../..');
const { bodyOf } = require('./bodies');
const { makeCertificate } = require('../../scripts/certificate');

const size = Number(process.argv[2]);
const tls = process.argv[3] === 'true';
const block = bodyOf(65_536);
let taken = 0;

function* blocks() {
  while (taken < size) {
    const chunk = Buffer.from(block.subarray(0, Math.min(block.length, size - taken)));
    taken += chunk.length;
    yield chunk;
  }
}

async function main() {
  const server = tls ? http2.createSecureServer(await makeCertificate()) : http2.createServer();
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200 });
    Readable.from(blocks(), { objectMode: false }).pipe(stream);
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    process.send({ url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}` });
  });
  process.on('message', () => process.send({ taken, rss: process.memoryUsage.rss() }));
  process.on('disconnect', () => process.exit());
}

main();
