'use strict';

// The server under test, a child of run.js: says its port when it listens, and its
// CPU time whenever it is asked.

const [implementation, caseText, tlsText] = process.argv.slice(2);
const http2 = require(implementation);
const { work, api, size } = JSON.parse(caseText);
const tls = JSON.parse(tlsText);

const small = 'Hello, world!';
const large = Buffer.alloc(size, 'rust-http2 ');

const core = {
  get(stream) {
    stream.respond({ ':status': 200, 'content-type': 'text/plain' });
    stream.end(small);
  },
  download(stream) {
    stream.respond({ ':status': 200, 'content-length': large.length });
    stream.end(large);
  },
  upload(stream) {
    let received = 0;
    stream.on('data', (chunk) => {
      received += chunk.length;
    });
    stream.on('end', () => {
      stream.respond({ ':status': received === size ? 200 : 400 });
      stream.end(small);
    });
  },
};
core.post = core.upload;

const compat = {
  get(request, response) {
    response.setHeader('content-type', 'text/plain');
    response.end(small);
  },
};

const server = tls ? http2.createSecureServer(tls) : http2.createServer();
if (api === 'compat') server.on('request', compat[work]);
else server.on('stream', core[work]);
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

process.on('message', () => process.send({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit());
