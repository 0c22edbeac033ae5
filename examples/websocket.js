'use strict';

// WebSockets over HTTP/2 (RFC 8441): a CONNECT request with `:protocol` makes a WebSocket of its
// stream, so that all of a page's sockets and requests share one connection. `ws` does the framing.
//
// Browsers begin a WebSocket so if the page came over a connection whose SETTINGS allow it.

const http2 = require('rust-http2');
const { WebSocket } = require('ws');
const { makeCertificate } = require('./certificate.js');

/** Of `ws`; `closeTimeout` in ms, `maxPayload` in octets. */
const OPTIONS = { autoPong: true, closeTimeout: 30_000, maxPayload: 1 << 20 };

const PAGE = `<!doctype html>
<title>WebSocket over HTTP/2</title>
<pre id="log"></pre>
<script>
  const socket = new WebSocket(\`wss://\${location.host}/echo\`);
  const log = (text) => (document.getElementById('log').textContent += text + '\\n');
  socket.onopen = () => socket.send('hello');
  socket.onmessage = ({ data }) => log(data);
  socket.onclose = ({ code }) => log('closed with ' + code);
</script>
`;

/** Makes a WebSocket of a stream. */
function accept(stream) {
  stream.respond({ ':status': 200 });
  const socket = new WebSocket(null, undefined, OPTIONS);
  socket.setSocket(stream, Buffer.alloc(0), OPTIONS);
  return socket;
}

function onStream(stream, { ':method': method, ':protocol': protocol }) {
  stream.on('error', ({ message }) => console.error(message));
  if (method === 'CONNECT' && protocol === 'websocket') {
    const socket = accept(stream);
    socket.on('error', ({ message }) => console.error(message));
    socket.on('message', (data) => {
      console.log(`A WebSocket on stream ${stream.id} says ${data}`);
      socket.send(`${data}, over HTTP/2 stream ${stream.id}`);
    });
  } else if (method === 'GET') {
    stream.respond({ 'content-type': 'text/html; charset=utf-8' });
    stream.end(PAGE);
  } else {
    stream.respond({ ':status': 405 }, { endStream: true });
  }
}

async function main() {
  const settings = { enableConnectProtocol: true };
  const server = http2.createSecureServer({ ...(await makeCertificate()), settings });
  server.on('stream', onStream);
  server.listen(Number(process.argv[2] ?? 8443), () => {
    const { port } = server.address();
    console.log(`Now open https://localhost:${port}/ in a browser, or:`);
    console.log(`  node examples/websocket-client.js https://localhost:${port}/`);
  });
}

main();
