'use strict';

// Uploads a file and shows how far it is: `node examples/upload-client.js FILE [URL]`.

const http2 = require('rust-http2');
const { createReadStream } = require('node:fs');
const { stat } = require('node:fs/promises');
const { Transform } = require('node:stream');
const { text } = require('node:stream/consumers');
const { pipeline } = require('node:stream/promises');

const WIDTH = 40;

/** Passes octets on and draws a bar of how many of `total` there were. */
function progressBar(total) {
  let sent = 0;
  return new Transform({
    transform(chunk, encoding, callback) {
      sent += chunk.length;
      const done = Math.floor((WIDTH * sent) / total);
      const percent = Math.floor((100 * sent) / total);
      process.stderr.write(`\r[${'#'.repeat(done).padEnd(WIDTH, '.')}] ${percent} %`);
      callback(null, chunk);
    },
    flush(callback) {
      process.stderr.write('\n');
      callback();
    },
  });
}

async function main() {
  const [, , file = __filename, url = 'http://localhost:8080/'] = process.argv;
  const { size } = await stat(file);
  const { origin, pathname } = new URL(url);
  const session = http2.connect(origin);
  const stream = session.request({
    ':method': 'PUT',
    ':path': pathname,
    'content-length': size,
  });

  const answer = text(stream);
  await Promise.all([pipeline(createReadStream(file), progressBar(size), stream), answer]);
  process.stdout.write(await answer);
  session.close();
}

main().catch((error) => {
  console.error(`${error.message}\nIs there a server? node examples/upload-server.js`);
  process.exitCode = 1;
});
