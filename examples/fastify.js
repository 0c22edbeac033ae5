'use strict';

// fastify requires http2 itself: the preload, here or as `node -r rust-http2/register`, gives it
// this package.

require('rust-http2/register');

const { fastify } = require('fastify');

const app = fastify({ http2: true });

app.get('/hello/:name', async ({ params, raw }) => ({
  hello: params.name,
  httpVersion: raw.httpVersion,
}));

app.post('/sum', async ({ body }) => ({ sum: body.reduce((sum, number) => sum + number, 0) }));

app.listen({ port: Number(process.argv[2] ?? 8080) }, (error, url) => {
  if (error) throw error;
  const { port } = new URL(url);
  const json = `-H 'content-type: application/json' -d '[1,2,3]'`;
  console.log('Now, in another terminal:');
  console.log(`  curl --http2-prior-knowledge http://localhost:${port}/hello/you`);
  console.log(`  curl --http2-prior-knowledge ${json} http://localhost:${port}/sum`);
});
