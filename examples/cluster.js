'use strict';

// A process for each core, behind one port. A worker that dies is replaced.

const cluster = require('node:cluster');
const { availableParallelism } = require('node:os');
const http2 = require('rust-http2');

function runPrimary() {
  const port = Number(process.argv[2] ?? 8080);
  const workers = Math.max(availableParallelism(), 2);
  let listening = 0;
  cluster.on('listening', (worker, address) => {
    listening += 1;
    if (listening !== workers) return;
    console.log('Now, in another terminal:');
    console.log(`  curl --http2-prior-knowledge http://localhost:${address.port}/`);
    console.log(`  curl --http2-prior-knowledge -X DELETE http://localhost:${address.port}/`);
  });
  cluster.on('exit', (worker) => {
    console.log(`Worker ${worker.process.pid} is gone; another takes its place.`);
    cluster.fork({ PORT: port });
  });
  for (let i = 0; i < workers; i++) cluster.fork({ PORT: port });
}

function runWorker() {
  const server = http2.createServer((request, response) => {
    response.end(`worker ${process.pid}\n`);
    if (request.method === 'DELETE') response.on('close', () => process.exit(1));
  });
  server.listen(Number(process.env.PORT));
}

if (cluster.isPrimary) runPrimary();
else runWorker();
