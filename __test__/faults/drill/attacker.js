'use strict';

// The attacking process: told of an attack's number and a port, or told to serve.

const net = require('node:net');
const { once } = require('node:events');
const { ATTACKS } = require('./attacks');

let until = Infinity;

process.on('message', async ({ attack, port, ms }) => {
  until = performance.now() + ms;
  const { against, run } = ATTACKS[attack];
  if (against !== 'client') {
    process.send({ result: await run(port, until) });
    return;
  }
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    run(socket, () => until);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send({ port: server.address().port });
  setTimeout(() => process.send({ result: { ended: connections > 1 } }), ms);
});
process.on('disconnect', () => process.exit());
