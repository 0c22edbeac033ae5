'use strict';

// An HTTP/1.1 request through an HTTP/2 proxy:
// `node examples/connect-client.js [PROXY [URL]]`, with a URL of http.

const http2 = require('rust-http2');
const http = require('node:http');
const { once } = require('node:events');

/** Opens a tunnel: a Duplex that takes a socket's place. */
async function openTunnel(session, { hostname, port }) {
  const tunnel = session.request({
    ':method': 'CONNECT',
    ':authority': `${hostname}:${port || 80}`,
  });
  const [{ ':status': status }] = await once(tunnel, 'response');
  if (status !== 200) throw new Error(`the proxy answers ${status}`);
  return tunnel;
}

async function main() {
  const [, , proxy = 'http://localhost:8080', target = 'http://example.org/'] = process.argv;
  const url = new URL(target);
  const session = http2.connect(proxy);
  try {
    const tunnel = await openTunnel(session, url);
    const request = http.get(url, { createConnection: () => tunnel });
    const [response] = await once(request, 'response');
    console.log('status', response.statusCode);
    for await (const chunk of response) process.stdout.write(chunk);
  } finally {
    session.destroy();
  }
}

main().catch((error) => {
  console.error(`${error.message}\nIs there a proxy? node examples/connect-proxy.js`);
  process.exitCode = 1;
});
