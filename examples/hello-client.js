'use strict';

// The smallest client: `node examples/hello-client.js [URL]`. A session is one connection; all
// requests share it.

const http2 = require('rust-http2');
const { once } = require('node:events');

async function main() {
  const { origin, pathname, search } = new URL(process.argv[2] ?? 'http://localhost:8080/you');
  const session = http2.connect(origin);
  const stream = session.request({ ':path': pathname + search });

  const [headers] = await once(stream, 'response');
  console.log('status', headers[':status']);
  for await (const chunk of stream) process.stdout.write(chunk);

  session.close();
}

main().catch((error) => {
  console.error(`${error.message}\nIs there a server? node examples/hello-server.js`);
  process.exitCode = 1;
});
