'use strict';

// Takes uploads and answers with their length and digest. The body is read as fast as it is
// hashed, and the sender is slowed down to that: nothing is gathered.

const http2 = require('rust-http2');
const { createHash } = require('node:crypto');

const server = http2.createServer();

server.on('stream', async (stream) => {
  try {
    const hash = createHash('sha256');
    let octets = 0;
    for await (const chunk of stream) {
      hash.update(chunk);
      octets += chunk.length;
    }
    stream.respond({ 'content-type': 'application/json' });
    stream.end(`${JSON.stringify({ octets, sha256: hash.digest('hex') })}\n`);
  } catch (error) {
    console.error(error.message);
  }
});

server.listen(Number(process.argv[2] ?? 8080), () => {
  const { port } = server.address();
  console.log('Now, in another terminal:');
  console.log(`  node examples/upload-client.js ${__filename} http://localhost:${port}/`);
  console.log(`  curl --http2-prior-knowledge -T ${__filename} http://localhost:${port}/`);
});
