'use strict';

// Server-sent events: a stream per listener, all of them on one connection, where HTTP/1.1 would
// need a connection for each.

const http2 = require('rust-http2');

const listeners = new Set();

const server = http2.createServer((request, response) => {
  if (request.url !== '/events') {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 1000\n\n');
  listeners.add(response);
  response.on('close', () => listeners.delete(response));
});

let id = 0;
setInterval(() => {
  id += 1;
  const event = `id: ${id}\nevent: tick\ndata: ${JSON.stringify({ time: new Date() })}\n\n`;
  for (const response of listeners) {
    // Who does not keep up misses events, so that none of them fills the memory.
    if (!response.stream.writableNeedDrain) response.write(event);
  }
}, 1000);

server.listen(Number(process.argv[2] ?? 8080), () => {
  const { port } = server.address();
  console.log('Now, in another terminal:');
  console.log(`  curl -N --http2-prior-knowledge http://localhost:${port}/events`);
});
