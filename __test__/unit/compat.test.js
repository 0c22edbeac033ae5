'use strict';

// The compatibility API. Scenarios run on this package and on the builtin, and must tell the same.

const assert = require('node:assert');
const { once } = require('node:events');
const { PassThrough } = require('node:stream');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const ours = require('../../lib/index.js');
const { builtin } = require('../../lib/builtin.js');

const { compare, outcome, record, recordBoth, serve, within } = require('../support/compat');

const names = [
  'A b',
  '',
  ' ',
  'a',
  ' X-Padded\n',
  ':foo',
  ':status',
  ':STATUS',
  ':path',
  'connection',
  'te',
  'date',
  '__proto__',
  5,
  undefined,
];

test('setHeader takes and refuses what the builtin does', async () => {
  await compare((request, response, log) => {
    for (const name of names) {
      for (const value of ['x', 5, ['x', 'y'], [], null, undefined]) {
        log.push([name, value, outcome(() => response.setHeader(name, value))]);
      }
    }
    log.push(response.getHeaders(), response.getHeaderNames());
    for (const name of names) {
      log.push(outcome(() => response.getHeader(name)));
      log.push(outcome(() => response.hasHeader(name)));
      log.push(
        outcome(() => response.removeHeader(name)),
        response.sendDate,
      );
    }
    response.destroy();
  });
});

test('a name that is no token destroys the response', async () => {
  const { error } = await compare((request, response, log) => {
    log.push(
      outcome(() => response.setHeader('x"y', 1)),
      response.stream.destroyed,
    );
  });
  assert.strictEqual(error, 'ERR_HTTP2_STREAM_ERROR');
});

test(
  'appendHeader adds to what is there',
  { skip: !('appendHeader' in builtin.Http2ServerResponse.prototype) && 'this Node has none' },
  async () => {
    await compare((request, response, log) => {
      for (const name of names) log.push(outcome(() => response.appendHeader(name, 'x')));
      for (const value of [1, ['2', '3'], null]) {
        log.push(outcome(() => response.appendHeader('A', value)));
      }
      for (const value of [0, '', false, NaN]) {
        log.push(outcome(() => response.appendHeader('falsy', value)));
        log.push(response.getHeader('falsy'));
      }
      log.push(response.getHeaders());
      response.destroy();
    });
  },
);

test('appendHeader leaves the array of the caller alone', async () => {
  if (!('appendHeader' in builtin.Http2ServerResponse.prototype)) return;
  const given = ['x'];
  const { log } = await serve(ours, (request, response, seen) => {
    response.setHeader('a', given);
    response.appendHeader('a', 'y');
    seen.push(response.getHeader('a'));
    response.end();
  });
  assert.deepStrictEqual(log, [['x', 'y']]);
  assert.deepStrictEqual(given, ['x']);
});

test('trailers take and refuse what the builtin does', async () => {
  const { trailers } = await compare((request, response, log) => {
    for (const name of names) {
      if (name === ':foo' || name === 'connection' || name === 'te') continue;
      for (const value of ['x', null]) {
        log.push([name, value, outcome(() => response.setTrailer(name, value))]);
      }
    }
    log.push(outcome(() => response.addTrailers({ 'X-More': '1' })));
    log.push(outcome(() => response.addTrailers(null)));
    response.end('body');
  });
  assert.strictEqual(trailers['x-more'], '1');
});

test('trailers set while the body is written go out; without a body they do not', async () => {
  const late = await compare((request, response) => {
    response.write('a');
    response.setTrailer('x-late', 'y');
    response.end('b');
  });
  assert.strictEqual(late.trailers['x-late'], 'y');
  const bare = await compare((request, response) => {
    response.setTrailer('x-late', 'y');
    response.end();
  });
  assert.strictEqual(bare.trailers, undefined);
});

test('statuses are checked when set', async () => {
  await compare((request, response, log) => {
    for (const status of [100, 199, 99, 600, '404', 'x', null, undefined, 200.7, -5, 599]) {
      log.push(
        outcome(() => {
          response.statusCode = status;
          return response.statusCode;
        }),
      );
    }
    response.statusMessage = 'x';
    log.push(response.statusMessage);
    response.end();
  });
});

const heads = [
  [],
  [0],
  [null],
  ['0'],
  ['none', 'x', { a: '1' }],
  [[]],
  [2 ** 32],
  [150],
  [600],
  [200, 'message', { FOO: '2', baz: undefined }],
  [200, { 'x-b': ['1', '2'] }],
  [200, 'x', null],
  [200, null, { a: 1 }],
  [200, []],
  [200, ['foo', '2', 'foo', '3']],
  [
    200,
    [
      ['foo', '2'],
      ['foo', '3'],
      ['c', 4],
    ],
  ],
  [200, ['bar', '2', 'x']],
  [200, [['foo']]],
  [200, { connection: 'close' }],
  [200, { ':status': 404 }],
  [200, { ':foo': 1 }],
];

for (const args of heads) {
  test(`writeHead(${JSON.stringify(args).slice(1, -1)})`, async () => {
    await compare((request, response, log) => {
      response.setHeader('foo', '1');
      log.push(
        outcome(() => response.writeHead(...args)),
        response.getHeaders(),
      );
      log.push(
        response.headersSent,
        outcome(() => response.setHeader('a', 'b')),
      );
      log.push(outcome(() => response.writeHead(201)));
      if (!response.stream.destroyed) response.stream.close(8);
    });
  });
}

test('early hints take and refuse what the builtin does', async () => {
  await compare((request, response, log) => {
    for (const hints of [
      5,
      undefined,
      null,
      {},
      { link: 5 },
      { link: '' },
      { link: [] },
      { link: ['</a>;rel=x', '</b>; x="y"'] },
      { link: '</a>', foo: 'x' },
      { link: '</a>', ':foo': 1 },
      { link: '</a>', ':path': '/' },
      { link: '</a>', 'a b': 1 },
      { link: '</a>', a: undefined },
      { link: '</a>', connection: 'x' },
      { link: ['bad'] },
    ]) {
      log.push([hints, outcome(() => response.writeEarlyHints(hints))]);
    }
    response.end();
    log.push(
      outcome(() => response.writeEarlyHints({ link: '</a>' })),
      response.writeContinue(),
    );
  });
});

test(
  'informational responses take and refuse what the builtin does',
  { skip: !('writeInformation' in builtin.Http2ServerResponse.prototype) && 'this Node has none' },
  async () => {
    await compare((request, response, log) => {
      for (const args of [
        [100],
        [101],
        [99],
        [200],
        ['103'],
        [103, { a: 1 }],
        [103, ['a', 'b']],
        [103, 5],
        [103, null],
        [103, { ':status': 1 }],
        [103, { ':foo': 1 }],
        [103, { connection: 'x' }],
        [],
      ]) {
        log.push([args, outcome(() => response.writeInformation(...args))]);
      }
      response.end();
      log.push(outcome(() => response.writeInformation(103)));
    });
  },
);

test('a request shows its headers and can be rewritten', async () => {
  await compare(
    (request, response, log) => {
      log.push(request.method, request.url, request.scheme, typeof request.authority);
      log.push(request.httpVersion, request.httpVersionMajor, request.httpVersionMinor);
      log.push(request.headers['x-a'], request.rawHeaders.slice(-2), request.trailers);
      log.push(request.rawTrailers, request.complete, request.aborted);
      for (const method of ['PUT', '', '  ', 5]) {
        log.push(
          outcome(() => (request.method = method)),
          request.headers[':method'],
        );
      }
      request.url = '/elsewhere';
      log.push(request.headers[':path']);
      log.push(
        outcome(() => request.setTimeout('x')),
        request.setTimeout(0) === request,
      );
      log.push(outcome(() => response.setTimeout(0)));
      response.end();
    },
    { headers: { ':path': '/a?b', 'x-a': '1' } },
  );
});

test('the authority may come as host', async () => {
  const { log } = await compare(
    (request, response, log) => {
      log.push(request.authority);
      response.end();
    },
    { headers: { host: 'example.org' } },
  );
  assert.deepStrictEqual(log, ['example.org']);
});

const ordinaryEnd = [
  ['req', 'close'],
  ['res', 'finish'],
  ['res', 'close'],
];

test('the end of a response: request first', async () => {
  const { log, body, status } = await compare((request, response, log) => {
    recordBoth(log, request, response);
    response.end('hello');
  });
  assert.deepStrictEqual(log.slice(0, 3), ordinaryEnd);
  assert.strictEqual(body, 'hello');
  assert.strictEqual(status, 200);
});

const scenarios = {
  'end() after a body was read': [
    (request, response, log) => {
      recordBoth(log, request, response);
      let text = '';
      request.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      request.on('end', () => {
        log.push(text, request.complete);
        response.end(text);
      });
    },
    { headers: { ':method': 'POST' }, body: 'question' },
  ],
  'end() without reading a body': [
    (request, response, log) => {
      recordBoth(log, request, response);
      response.writeHead(201);
      response.end();
    },
    { headers: { ':method': 'POST' }, body: 'question' },
  ],
  'a response to HEAD waits for end()': [
    (request, response, log) => {
      recordBoth(log, request, response);
      response.writeHead(200, { 'content-length': '4' });
      response.stream.once('close', () => {
        log.push('closed', response.writableEnded);
        response.end(() => log.push('ended'));
      });
    },
    { headers: { ':method': 'HEAD' } },
  ],
  'end() twice': [
    (request, response, log) => {
      recordBoth(log, request, response);
      log.push(response.finished, response.writableEnded);
      response.end('x');
      log.push(response.finished, response.writableEnded);
      response.end('y', () => log.push('second'));
    },
  ],
  'write() after end()': [
    (request, response, log) => {
      recordBoth(log, request, response);
      response.end();
      log.push(response.write('y', (error) => log.push(error.code)));
    },
    { serverOnly: true },
  ],
  'write() and end() after the stream was closed': [
    (request, response, log) => {
      recordBoth(log, request, response);
      response.stream.close(8, () => {
        log.push(response.write('y', (error) => log.push(error.code)));
        log.push(outcome(() => response.end('z', () => log.push('ended'))));
        log.push(
          outcome(() => response.writeHead(200)),
          response.socket,
        );
        log.push(
          outcome(() => response.flushHeaders()),
          response.writeContinue(),
        );
        response.createPushResponse({}, (error) => log.push(error.code));
      });
    },
  ],
  'destroy()': [
    (request, response, log) => {
      recordBoth(log, request, response);
      response.destroy();
      response.destroy(new Error('late'));
      log.push(response.write('x'), request.complete);
    },
  ],
  'destroy() with an error': [
    (request, response, log) => {
      recordBoth(log, request, response);
      response.destroy(new Error('why'));
    },
  ],
  'a request that the stream fails': [
    (request, response, log) => {
      recordBoth(log, request, response);
      response.write('x');
      response.stream.on('error', (error) => log.push(error.message, request.aborted));
      response.stream.destroy(new Error('why'));
    },
  ],
  'destroying the request does not end the exchange': [
    (request, response, log) => {
      recordBoth(log, request, response);
      request.destroy();
      setImmediate(() => response.end('x'));
    },
  ],
  'a status without content drops it': [
    (request, response, log) => {
      response.statusCode = 204;
      response.end('x');
      log.push(response.headersSent, response._header);
    },
  ],
};

for (const [name, [handle, setup]] of Object.entries(scenarios)) {
  test(name, () => compare(handle, setup));
}

const readers = {
  "'data'": (request, ended) => request.on('data', () => {}).on('end', ended),
  "'readable'": (request, ended) => request.on('readable', () => request.read()).on('end', ended),
  'pipe()': (request, ended) => request.pipe(new PassThrough()).on('finish', ended),
  'for await': async (request, ended) => {
    for await (const chunk of request) assert.fail(`${chunk}`);
    ended();
  },
};

for (const [name, read] of Object.entries(readers)) {
  test(`an empty body ends for who reads late, by ${name}`, async () => {
    const { body } = await compare(
      async (request, response, log) => {
        await sleep(5);
        log.push(request.complete, request.readableEnded);
        read(request, () => response.end('read'));
      },
      { headers: { ':method': 'POST' } },
    );
    assert.strictEqual(body, 'read');
  });
}

test('createPushResponse wants a callback', async () => {
  await compare((request, response, log) => {
    log.push(outcome(() => response.createPushResponse({}, 5)));
    response.end();
  });
});

test('a pushed response is one of its own', async () => {
  const { log } = await compare((request, response, log) => {
    response.createPushResponse({ ':path': '/pushed' }, (error, pushed) => {
      log.push(error, pushed.req, pushed.constructor.name, pushed.stream.id);
      pushed.end('x');
      response.end('y');
    });
  });
  assert.deepStrictEqual(log, [null, null, 'Http2ServerResponse', 2]);
});

test('expectations: 100-continue is answered or handed over, others are refused', async () => {
  const listening = (event) => ({
    prepare: (server, done) => {
      server.on(event, (request, response) => {
        response.stream.once('close', () => setImmediate(done));
        response.writeHead(202);
        response.end(event);
      });
    },
  });
  const answer = (request, response, log) => {
    log.push('request');
    response.end('request');
  };
  const cases = [
    ['100-continue', {}, 'request'],
    ['100-continue', listening('checkContinue'), 'checkContinue'],
    ['other', listening('checkExpectation'), 'checkExpectation'],
  ];
  for (const [expect, setup, body] of cases) {
    const result = await compare(answer, { ...setup, headers: { expect, ':method': 'POST' } });
    assert.strictEqual(result.body, body);
  }
  const refused = await compare(answer, {
    headers: { expect: 'other' },
    prepare: (server, done) => {
      server.on('stream', (stream) => stream.once('close', () => setImmediate(done)));
    },
  });
  assert.strictEqual(refused.status, 417);
  assert.deepStrictEqual(refused.log, []);
});

test('CONNECT goes to its own event, or is refused', async () => {
  const headers = { ':method': 'CONNECT', ':authority': 'example.org:80' };
  const answer = (request, response, log) => log.push('request');
  const watchStreams = (server, done) => {
    server.on('stream', (stream) => stream.once('close', () => setImmediate(done)));
  };
  const refused = await compare(answer, { headers, prepare: watchStreams });
  assert.strictEqual(refused.status, 405);
  const taken = await compare(answer, {
    headers,
    prepare: (server, done) => {
      watchStreams(server, done);
      server.on('connect', (request, response) => response.end('tunnel'));
    },
  });
  assert.strictEqual(taken.body, 'tunnel');
});

test('servers without request listeners have no compatibility layer', async () => {
  for (const http2 of [ours, builtin]) {
    const server = http2.createServer();
    const before = server.listenerCount('stream');
    server.on('request', () => {});
    server.on('request', () => {});
    assert.deepStrictEqual([before, server.listenerCount('stream')], [0, 1]);
  }
});

test('classes given as options are used', async () => {
  class Request extends ours.Http2ServerRequest {}
  class Response extends ours.Http2ServerResponse {}
  const server = ours.createServer({ Http2ServerRequest: Request, Http2ServerResponse: Response });
  server.listen(0);
  await once(server, 'listening');
  const client = ours.connect(`http://localhost:${server.address().port}`);
  client.request().resume();
  const [request, response] = await within(once(server, 'request'), 'the request');
  assert.ok(request instanceof Request && response instanceof Response);
  assert.strictEqual(response.req, request);
  client.destroy();
  server.close();
});

test('a slow reader is heard through drain', async () => {
  const { body, log } = await serve(ours, (request, response, log) => {
    const chunk = 'x'.repeat(64 * 1024);
    let left = 32;
    response.on('drain', () => log.push('drain'));
    const send = () => {
      while (left-- > 0) {
        if (!response.write(chunk)) {
          response.once('drain', send);
          return;
        }
      }
      response.end();
    };
    send();
  });
  assert.strictEqual(body.length, 32 * 64 * 1024);
  assert.ok(log.length > 0);
});

test('timeouts reach request, response and callbacks', async () => {
  await compare((request, response, log) => {
    record(log, 'req', request, ['timeout']);
    record(log, 'res', response, ['timeout']);
    response.setTimeout(10, () => {
      log.push('callback');
      response.setTimeout(0);
      response.end();
    });
  });
});

test('trailers of a request arrive before its end', async () => {
  const server = ours.createServer();
  server.listen(0);
  await once(server, 'listening');
  const client = ours.connect(`http://localhost:${server.address().port}`);
  const stream = client.request({ ':method': 'POST' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'X-A': '1', 'x-b': ['2', '3'] }));
  stream.resume().end('body');
  const [request, response] = await within(once(server, 'request'), 'the request');
  await within(once(request.resume(), 'end'), 'the end of the request');
  assert.deepStrictEqual(request.trailers['x-a'], '1');
  assert.deepStrictEqual(request.trailers['x-b'], '2, 3');
  assert.deepStrictEqual(request.rawTrailers, ['x-a', '1', 'x-b', '2', 'x-b', '3']);
  response.end();
  await within(once(stream, 'close'), 'the end of the stream');
  client.destroy();
  server.close();
});
