'use strict';

// koa makes a listener of an application; which server calls it is up to you.

const http2 = require('rust-http2');
const Koa = require('koa');

const app = new Koa();

app.use(async (context, next) => {
  const begin = performance.now();
  await next();
  context.set('server-timing', `total;dur=${(performance.now() - begin).toFixed(1)}`);
});

app.use((context) => {
  const { req, path } = context;
  context.body = { hello: path.slice(1) || 'world', httpVersion: req.httpVersion };
});

const server = http2.createServer(app.callback());

server.listen(Number(process.argv[2] ?? 8080), () => {
  const { port } = server.address();
  console.log('Now, in another terminal:');
  console.log(`  curl --http2-prior-knowledge http://localhost:${port}/you`);
});
