'use strict';

// Handlers whose first answer is refused, and who answer otherwise, or with what is wrong once more.
// The builtin shows what the client is to see.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { once } = require('node:events');
const { describe, test } = require('node:test');
const ours = require('../..');

/** What a handler of the compatibility API does. */
const answers = {
  'a header that HTTP/2 lacks'(response, refused) {
    try {
      response.setHeader('Transfer-Encoding', 'chunked');
      response.end('body');
    } catch (error) {
      refused(error);
      response.removeHeader('Transfer-Encoding');
      response.statusCode = 500;
      response.end('error');
    }
  },
  'a status that is none'(response, refused) {
    try {
      response.writeHead(600);
    } catch (error) {
      refused(error);
      response.writeHead(500).end();
    }
  },
  'two values, and then trailers'(response, refused) {
    try {
      response.setHeader('content-type', ['a', 'b']);
      response.flushHeaders();
    } catch (error) {
      refused(error);
      response.removeHeader('content-type');
      response.addTrailers({ 'x-sum': '1' });
      response.end('body');
    }
  },
  'an object as the body'(response, refused) {
    try {
      response.end({ a: 1 });
    } catch (error) {
      refused(error, response.writableEnded);
      response.end('error');
    }
  },
  'an encoding that is none'(response, refused) {
    try {
      response.end('body', 'none');
    } catch (error) {
      refused(error, response.writableEnded);
      response.end('error');
    }
  },
  'a view that is no Uint8Array'(response, refused) {
    try {
      response.end(new Uint16Array([1, 2]));
    } catch (error) {
      refused(error, response.writableEnded);
      response.end('error');
    }
  },
};

/** What of a file's response is refused, or looked at. */
const fileAnswers = {
  'options that are no object'(stream, file, refused) {
    for (const options of [5, null, 'x']) {
      try {
        stream.respondWithFile(file, {}, options);
      } catch (error) {
        refused(error);
      }
      try {
        stream.pushStream({ ':path': '/pushed' }, options, () => {});
      } catch (error) {
        refused(error);
      }
    }
    stream.respondWithFile(file);
  },
  'headers that are no object'(stream, file, refused) {
    try {
      stream.respondWithFile(file, 5);
    } catch (error) {
      refused(error);
    }
    stream.respondWithFile(file);
  },
  'a status that is none'(stream, file, refused) {
    try {
      stream.respondWithFile(file, { ':status': 99 });
    } catch (error) {
      refused(error);
    }
    stream.respondWithFile(file, { ':status': '203' });
  },
  'what statCheck sees, and changes'(stream, file, refused) {
    stream.respondWithFile(
      file,
      { 'x-given': '1' },
      {
        statCheck(stat, headers) {
          refused(
            { code: Object.keys(headers).join(' ') },
            headers[':status'],
            typeof headers.date,
          );
          headers[':status'] = 206;
          headers['x-added'] = '2';
          delete headers.date;
        },
      },
    );
  },
};

const toText = (buffers) => Buffer.concat(buffers).toString();

/** All that a client sees of a response, but for the time. */
async function transcript(http2, onStream) {
  const log = [];
  const refused = (error, ...more) => log.push(['refused', error.code, error.message, ...more]);
  const server = http2.createServer();
  onStream(server, refused);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  const stream = session.request();
  stream.on('response', (headers, flags) => {
    if (headers.date !== undefined) headers.date = 'now';
    log.push(['response', flags, ...Object.entries(headers)]);
  });
  stream.on('trailers', (headers) => log.push(['trailers', ...Object.entries(headers)]));
  const body = [];
  stream.on('data', (chunk) => body.push(chunk));
  await once(stream, 'close');
  log.push(['close', stream.rstCode, toText(body)]);
  session.close();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return log;
}

async function assertSame(onStream) {
  const expected = await transcript(builtin, onStream);
  assert.deepEqual(await transcript(ours, onStream), expected);
  assert.equal(expected.at(-1)[0], 'close');
}

describe('a response that was refused:', () => {
  for (const [name, answer] of Object.entries(answers)) {
    test(name, () =>
      assertSame((server, refused) => {
        server.on('request', (request, response) => answer(response, refused));
      }),
    );
  }
});

describe("a file's response:", () => {
  for (const [name, answer] of Object.entries(fileAnswers)) {
    test(name, () =>
      assertSame((server, refused) => {
        server.on('stream', (stream) => answer(stream, __filename, refused));
      }),
    );
  }
});
