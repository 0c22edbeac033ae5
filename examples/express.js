'use strict';

// express puts prototypes of HTTP/1.1 under each request and response, which breaks those of HTTP/2,
// Node's and these alike. Two lines put the right ones below express's own methods, once and for
// all applications of the process, which then speak HTTP/2 alone.

const express = require('express');
const http2 = require('rust-http2');

Object.setPrototypeOf(express.request, http2.Http2ServerRequest.prototype);
Object.setPrototypeOf(express.response, http2.Http2ServerResponse.prototype);

const app = express();

app.use(express.json());

app.get('/hello/:name', ({ params, httpVersion }, response) => {
  response.json({ hello: params.name, httpVersion });
});

app.post('/sum', ({ body }, response) => {
  response.json({ sum: body.reduce((sum, number) => sum + number, 0) });
});

const server = http2.createServer(app);

server.listen(Number(process.argv[2] ?? 8080), () => {
  const { port } = server.address();
  const json = `-H 'content-type: application/json' -d '[1,2,3]'`;
  console.log('Now, in another terminal:');
  console.log(`  curl --http2-prior-knowledge http://localhost:${port}/hello/you`);
  console.log(`  curl --http2-prior-knowledge ${json} http://localhost:${port}/sum`);
});
