'use strict';

// Files of a folder, with ranges, and with the style sheet pushed along with the page:
// `node examples/static-files.js [PORT [FOLDER]]`.

const http2 = require('rust-http2');
const { open } = require('node:fs/promises');
const path = require('node:path');

const ROOT = path.resolve(process.argv[3] ?? path.join(__dirname, 'public'));
const TYPES = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript' };

/** The file that a path names, inside of ROOT whatever the path says. */
function fileOf(pathname) {
  const name = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
  return path.join(ROOT, path.posix.normalize(`/${decodeURIComponent(name)}`));
}

/** Bounds of `bytes=FIRST-LAST`, `bytes=FIRST-` and `bytes=-LENGTH` (RFC 9110 §14.1.2). */
function parseRange(range, size) {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if (!first && !last) return undefined;
  const start = first ? Number(first) : Math.max(size - Number(last), 0);
  const end = first && last ? Math.min(Number(last), size - 1) : size - 1;
  return start <= end ? { start, end } : null;
}

/** Responds with a file or, where the request asks for one, with a range of it. */
async function sendFile(stream, pathname, range) {
  const file = fileOf(pathname);
  const handle = await open(file).catch(() => undefined);
  const stat = await handle?.stat();
  if (stream.destroyed || !stat?.isFile()) {
    await handle?.close();
    if (!stream.destroyed) stream.respond({ ':status': 404 }, { endStream: true });
    return;
  }
  stream.on('close', () => handle.close());

  const { size, mtime } = stat;
  const bounds = range && parseRange(range, size);
  if (bounds === null) {
    stream.respond({ ':status': 416, 'content-range': `bytes */${size}` }, { endStream: true });
    return;
  }
  const { start, end } = bounds ?? { start: 0, end: size - 1 };
  const length = end - start + 1;
  const headers = {
    ':status': bounds ? 206 : 200,
    'accept-ranges': 'bytes',
    'content-length': length,
    'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
    'last-modified': mtime.toUTCString(),
    ...(bounds && { 'content-range': `bytes ${start}-${end}/${size}` }),
  };
  if (stream.headRequest) stream.respond(headers, { endStream: true });
  else stream.respondWithFD(handle, headers, { offset: start, length });
}

/** Promises a file that the page is going to need. */
function push(stream, pathname) {
  if (!stream.pushAllowed) return;
  stream.pushStream({ ':path': pathname }, (error, pushed) => {
    if (error) return;
    pushed.on('error', () => {}); // The client has it already.
    sendFile(pushed, pathname).catch(() => pushed.close());
  });
}

const server = http2.createServer();

server.on('stream', (stream, { ':method': method, ':path': target, range }) => {
  stream.on('error', ({ message }) => console.error(message));
  if (method !== 'GET' && method !== 'HEAD') {
    stream.respond({ ':status': 405, allow: 'GET, HEAD' }, { endStream: true });
    return;
  }
  const [pathname] = target.split('?');
  if (pathname === '/') push(stream, '/style.css');
  sendFile(stream, pathname, range).catch((error) => {
    console.error(error.message);
    stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
  });
});

server.listen(Number(process.argv[2] ?? 8080), () => {
  const { port } = server.address();
  console.log('Now, in another terminal:');
  console.log(`  nghttp -v http://localhost:${port}/`);
  console.log(`  curl --http2-prior-knowledge -i -r 0-14 http://localhost:${port}/index.html`);
});
