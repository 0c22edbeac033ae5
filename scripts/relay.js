'use strict';

const net = require('node:net');
const { once } = require('node:events');

/** Delivers what `from` reads. Timers of one length end in the order in which they were set. */
function carry(from, to, delay) {
  from.on('data', (chunk) => setTimeout(() => to.write(chunk), delay));
  from.on('end', () => setTimeout(() => to.end(), delay));
  from.on('close', () => setTimeout(() => to.destroy(), delay));
  from.on('error', () => {});
}

/**
 * Starts a TCP relay that delivers what it reads later, in both directions, and holds nobody up: a
 * path with distance and without a limit. Connections are accepted at once.
 * @param {number} delay Each way, in ms.
 * @param {number} target The port on 127.0.0.1 that it leads to.
 * @returns {Promise<net.Server>} listening on 127.0.0.1
 */
async function startRelay(delay, target) {
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = net.connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    far.setNoDelay();
    carry(near, far, delay);
    carry(far, near, delay);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

module.exports = { startRelay };
