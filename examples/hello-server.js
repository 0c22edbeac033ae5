'use strict';

// The smallest server. It speaks HTTP/2 over plain TCP, so that nothing has to be set up; browsers
// want TLS: createSecureServer({ key, cert }, …) instead of createServer(…).

const http2 = require('rust-http2');

const server = http2.createServer((request, response) => {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(`hello ${request.url.slice(1) || 'world'}\n`);
});

server.listen(Number(process.argv[2] ?? 8080), () => {
  const { port } = server.address();
  console.log('Now, in another terminal:');
  console.log(`  curl --http2-prior-knowledge http://localhost:${port}/you`);
  console.log(`  node examples/hello-client.js http://localhost:${port}/you`);
});
