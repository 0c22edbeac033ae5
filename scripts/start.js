'use strict';

// `npm start`: builds the addon where there is none, starts a server with a certificate of
// its own making, requests it once, and keeps serving.

require('./check-node')();
require('./ensure-addon');

const { once } = require('node:events');
const http2 = require('..');
const { makeCertificate } = require('./certificate');

const PORT = Number(process.env.PORT ?? 8443);

/** Starts the server; rejects with one sentence where it cannot. */
async function serve({ key, cert }) {
  const server = http2.createSecureServer({ key, cert, allowHTTP1: true });
  server.on('request', (request, response) => {
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    response.end(`Hello over HTTP/${request.httpVersion} from rust-http2 ${version()}\n`);
  });
  server.listen(PORT);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error.code !== 'EADDRINUSE') throw error;
    const message = `Port ${PORT} is taken; choose another one: PORT=9443 npm start`;
    throw new Error(message, { cause: error });
  }
  return server;
}

const version = () => http2[Symbol.for('rust-http2')];

/** Requests the root once and prints what came back. */
async function request(origin, ca) {
  const session = http2.connect(origin, { ca });
  const stream = session.request({ ':path': '/' });
  const [headers] = await once(stream, 'response');
  let body = '';
  for await (const chunk of stream.setEncoding('utf8')) body += chunk;
  console.log(`protocol: ${session.alpnProtocol}`);
  for (const [name, value] of Object.entries(headers)) console.log(`${name}: ${value}`);
  console.log(`\n${body}`);
  session.close();
}

async function main() {
  try {
    const credentials = await makeCertificate();
    await serve(credentials);
    const origin = `https://localhost:${PORT}`;
    console.log(`Listening on ${origin}\n`);
    await request(origin, credentials.cert);
    console.log(`Still serving; try: curl -k --http2 ${origin}/`);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

main();
