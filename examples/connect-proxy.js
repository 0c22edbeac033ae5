'use strict';

// A proxy: CONNECT makes a tunnel of a stream (RFC 9113 §8.5), so that one connection to the proxy
// carries any number of TCP connections.
//
// It connects to any host and port that it is asked for, but listens on the loopback alone: a proxy
// for others would decide for whom and where to.

const http2 = require('rust-http2');
const net = require('node:net');

const { NGHTTP2_CONNECT_ERROR } = http2.constants;

const server = http2.createServer();

server.on('stream', (stream, { ':method': method, ':authority': authority }) => {
  stream.on('error', () => {});
  if (method !== 'CONNECT') {
    stream.respond({ ':status': 405, allow: 'CONNECT' }, { endStream: true });
    return;
  }
  const { hostname, port } = new URL(`tcp://${authority}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  // Each direction ends by itself.
  const socket = net.connect({ host, port: Number(port), allowHalfOpen: true }, () => {
    stream.respond();
    socket.pipe(stream).pipe(socket);
  });
  socket.on('error', () => {
    if (stream.headersSent) stream.close(NGHTTP2_CONNECT_ERROR);
    else if (!stream.closed) stream.respond({ ':status': 502 }, { endStream: true });
  });
  stream.on('close', () => socket.destroy());
});

server.listen(Number(process.argv[2] ?? 8080), 'localhost', () => {
  const { port } = server.address();
  console.log('Now, in another terminal:');
  console.log(`  node examples/connect-client.js http://localhost:${port} http://example.org/`);
});
