'use strict';

// The attacking process: told of an attack's number and a port, or told to serve.

const net = require('node:net');
const tls = require('node:tls');
const { once } = require('node:events');
const { PREFACE, goawayCode, parseFrames } = require('../../support/frames');
const { makeCertificate } = require('../../../scripts/certificate');
const { ATTACKS } = require('./attacks');

let until = Infinity;

/** Serves hostile answers; how the first connection ends counts. */
async function serve({ run, secure }, ms) {
  const sockets = [];
  const octets = [];
  let ended = false;
  const onConnection = (socket) => {
    if (sockets.push(socket) === 1) {
      socket.on('close', () => (ended = true)).on('data', (chunk) => octets.push(chunk));
    }
    run(socket, () => until);
  };
  const server = secure
    ? tls.createServer({ ...(await makeCertificate()), ALPNProtocols: ['h2'] })
    : net.createServer();
  server.on('tlsClientError', () => {});
  server.on(secure ? 'secureConnection' : 'connection', onConnection);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  process.send({ url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}` });
  setTimeout(() => {
    const frames = parseFrames(Buffer.concat(octets).subarray(PREFACE.length));
    process.send({ result: { ended, code: goawayCode(frames) } });
    server.close();
    for (const socket of sockets) socket.destroy();
  }, ms);
}

process.on('message', async ({ attack, port, ms }) => {
  until = performance.now() + ms;
  const { against, run } = ATTACKS[attack];
  if (against === 'client') {
    await serve(ATTACKS[attack], ms);
    return;
  }
  // Who attacks a server that died finds nobody there.
  const result = await run(port, until).catch(() => ({ ended: true }));
  process.send({ result });
});
process.on('disconnect', () => process.exit());
