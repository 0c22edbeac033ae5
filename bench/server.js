'use strict';

// The server under test, a child of run.js: says its port when it listens, and its
// CPU time and memory whenever it is asked.

const [implementation, caseText, tlsText] = process.argv.slice(2);
const v8 = require('node:v8');
const vm = require('node:vm');
const http2 = require(implementation);
const { work, api, size, file } = JSON.parse(caseText);
const tls = JSON.parse(tlsText);

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');

const small = 'Hello, world!';
const large = Buffer.alloc(size, 'rust-http2 ');
/** Becomes about 1 KB of JSON. */
const record = Array.from({ length: 12 }, (_, id) => ({
  id,
  name: `Member number ${id}`,
  active: id % 2 === 0,
  tags: ['alpha', 'beta'],
}));

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
  file(stream) {
    stream.respondWithFile(file, { 'content-type': 'text/plain' });
  },
  // Connections and streams stay open until the client goes.
  hold(stream) {
    stream.on('error', () => {});
  },
};
core.post = core.upload;
core.handshake = core.get;
core.resume = core.get;

const compat = {
  get(request, response) {
    response.setHeader('content-type', 'text/plain');
    response.end(small);
  },
  json(request, response) {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(record));
  },
};

const server = tls ? http2.createSecureServer(tls) : http2.createServer();
if (api === 'compat') server.on('request', compat[work]);
else server.on('stream', core[work]);
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

const answers = {
  cpu: () => ({ cpu: process.cpuUsage() }),
  memory() {
    collect();
    collect();
    return { resident: process.memoryUsage.rss() };
  },
};
process.on('message', (question) => process.send(answers[question]()));
process.on('disconnect', () => process.exit());
