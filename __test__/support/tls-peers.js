'use strict';

const { once } = require('node:events');
const { gather } = require('./bodies');

/** Starts a server for one test that answers with what its socket tells of the client. */
async function serve(t, http2, options) {
  const server = http2.createSecureServer(options);
  const sessions = new Set();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream) => {
    const { socket } = stream.session;
    stream.respond();
    stream.end(
      JSON.stringify({
        authorized: socket.authorized,
        error: socket.authorizationError,
        subject: socket.getPeerCertificate()?.subject?.CN,
        servername: socket.servername,
        reused: socket.isSessionReused(),
        version: socket.getProtocol(),
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const { port } = server.address();
  return { server, port, url: `https://localhost:${port}` };
}

const lookup = (name, options, callback) =>
  options.all
    ? callback(null, [{ address: '127.0.0.1', family: 4 }])
    : callback(null, '127.0.0.1', 4);

/** Connects for one test. */
function connect(t, http2, url, options) {
  const session = http2.connect(url, { lookup, ...options });
  t.after(() => session.destroy());
  return session;
}

/** What the server tells of a client. */
async function ask(session) {
  return JSON.parse(await gather(session.request({ ':path': '/' })));
}

module.exports = { ask, connect, serve };
