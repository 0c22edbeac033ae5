'use strict';

// A WebSocket over HTTP/2 from the client's side: `node examples/websocket-client.js [URL]`.

const http2 = require('rust-http2');
const { once } = require('node:events');
const { WebSocket } = require('ws');

/** Of `ws`; `closeTimeout` in ms, `maxPayload` in octets. */
const OPTIONS = { autoPong: true, closeTimeout: 30_000, maxPayload: 1 << 20 };

/** Takes the place of ws's own client, which begins with HTTP/1.1: it masks what it sends. */
class ClientWebSocket extends WebSocket {
  constructor(stream) {
    super(null, undefined, OPTIONS);
    this._isServer = false;
    this.setSocket(stream, Buffer.alloc(0), OPTIONS);
  }
}

async function open(session, path) {
  const [settings] = await once(session, 'remoteSettings');
  if (!settings.enableConnectProtocol) throw new Error('the server takes no WebSockets');
  const stream = session.request({
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':path': path,
    'sec-websocket-version': '13',
  });
  const [{ ':status': status }] = await once(stream, 'response');
  if (status !== 200) throw new Error(`the server answers ${status}`);
  return new ClientWebSocket(stream);
}

async function main() {
  const url = process.argv[2] ?? 'https://localhost:8443/';
  // The example's server made its certificate itself; with a real one, leave the option out.
  const session = http2.connect(url, { rejectUnauthorized: false });
  try {
    const socket = await open(session, '/echo');
    socket.send('hello');
    const [data] = await once(socket, 'message');
    console.log(String(data));
    socket.close(1000);
    const [code] = await once(socket, 'close');
    console.log('closed with', code);
  } finally {
    session.destroy();
  }
}

main().catch((error) => {
  console.error(`${error.message}\nIs there a server? node examples/websocket.js`);
  process.exitCode = 1;
});
