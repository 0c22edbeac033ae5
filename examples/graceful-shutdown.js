'use strict';

// A server that can be stopped under load: on SIGTERM it takes no more connections, tells its
// clients to go elsewhere (GOAWAY), and answers what it has accepted before it exits.

const http2 = require('rust-http2');
const { setTimeout: wait } = require('node:timers/promises');

/** How long requests may still take, in ms. */
const DEADLINE = 10_000;

const sessions = new Set();

const server = http2.createServer(async (request, response) => {
  await wait(500); // Work.
  response.end('done\n');
});

server.on('session', (session) => {
  sessions.add(session);
  session.on('close', () => sessions.delete(session));
  session.on('error', () => {});
});

function shutDown() {
  console.log(`Stopping: ${sessions.size} sessions finish what they began.`);
  server.close();
  for (const session of sessions) session.close();
  setTimeout(() => {
    for (const session of sessions) session.destroy();
  }, DEADLINE).unref();
}

process.once('SIGTERM', shutDown);
process.once('SIGINT', shutDown);

server.listen(Number(process.argv[2] ?? 8080), () => {
  const { port } = server.address();
  console.log('Now, in another terminal:');
  console.log(
    `  h2load -n 40 -c 4 -m 10 http://localhost:${port}/ & sleep 0.2; kill ${process.pid}`,
  );
});
