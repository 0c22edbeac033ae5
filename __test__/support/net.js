'use strict';

const net = require('node:net');
const { once } = require('node:events');
const { makeCertificate } = require('../../scripts/certificate');

/** What tests run over; `tls` is the engine. */
const TRANSPORTS = [
  { transport: 'h2c', tls: false },
  { transport: 'TLS', tls: 'node' },
  { transport: 'TLS by rustls', tls: 'rustls' },
];

/**
 * Starts a server of an http2 module for one test, on a port of its own.
 * @param {import('node:test').TestContext} t ends it with the test
 * @param {typeof import('node:http2')} http2
 * @param {{tls?: boolean | 'node' | 'rustls', options?: object}} [settings] `tls` is the engine;
 *   true is node:tls.
 */
async function serve(t, http2, { tls = false, options = {} } = {}) {
  const tlsEngine = tls === true ? 'node' : tls;
  const server = tls
    ? http2.createSecureServer({ ...(await makeCertificate()), tlsEngine, ...options })
    : http2.createServer(options);
  const sessions = new Set();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { server, url: `${tls ? 'https' : 'http'}://127.0.0.1:${server.address().port}` };
}

/** Connects for one test. */
async function connect(t, http2, url, options) {
  const session = http2.connect(url, { rejectUnauthorized: false, ...options });
  t.after(() => session.destroy());
  await once(session, 'connect');
  return session;
}

/** A port that is free at this moment, for programs that cannot choose one. */
async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves when something listens on a port; rejects when `stopped` does first. */
async function untilListening(port, stopped) {
  for (;;) {
    const socket = net.connect(port, '127.0.0.1');
    try {
      await Promise.race([once(socket, 'connect'), stopped]);
      return;
    } catch (error) {
      if (error.code !== 'ECONNREFUSED') throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      socket.destroy();
    }
  }
}

module.exports = { TRANSPORTS, connect, freePort, serve, untilListening };
