'use strict';

// What servers do besides serving: time-outs, clients that do not speak HTTP/2, handlers that fail,
// settings for later sessions, ways to close. The builtin shows what is expected.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const https = require('node:https');
const net = require('node:net');
const tls = require('node:tls');
const { EventEmitter, captureRejectionSymbol, once } = require('node:events');
const { describe, test } = require('node:test');
const { promisify } = require('node:util');
const ours = require('../..');
const { gather } = require('../support/bodies');
const { outcome } = require('../support/compat');
const { connect, serve } = require('../support/net');

const BOTH = { ours, builtin };

/** Runs a scenario with each http2 and compares what they give. */
async function same(t, scenario) {
  const expected = await scenario(t, builtin);
  const actual = await scenario(t, ours);
  assert.deepEqual(actual, expected);
  return actual;
}

/** The answer to a request: status, body, and the code of an error if there was one. */
async function answer(session, fields = {}) {
  const stream = session.request(fields);
  const heard = {};
  stream.on('response', (headers) => {
    heard.status = headers[':status'];
    heard.type = headers['content-type'];
  });
  stream.on('error', ({ code }) => (heard.error = code));
  stream.setEncoding('utf8').on('data', (text) => (heard.body = (heard.body ?? '') + text));
  await once(stream, 'close').catch(() => {});
  return heard;
}

describe('an idle session', () => {
  for (const [name, http2] of Object.entries(BOTH)) {
    test(`is told to the server, ${name}`, async (t) => {
      const { server, url } = await serve(t, http2);
      const idle = new Promise((resolve) => {
        assert.equal(server.setTimeout(1, resolve), server);
      });
      assert.equal(server.timeout, 1);
      const opened = once(server, 'session');
      await connect(t, http2, url);
      const [session] = await opened;
      assert.equal(await idle, session);
      assert.ok(!session.destroyed);
    });

    test(`is destroyed where nobody listens, ${name}`, async (t) => {
      const { server, url } = await serve(t, http2);
      server.setTimeout(1);
      const opened = once(server, 'session');
      const client = http2.connect(url);
      t.after(() => client.destroy());
      const [session] = await opened;
      await once(session, 'close');
      assert.ok(session.destroyed);
    });
  }

  test('the callback has to be a function', () => {
    const calls = (http2) =>
      [5, null, 'a'].map((callback) => outcome(() => http2.createServer().setTimeout(1, callback)));
    assert.deepEqual(calls(ours), calls(builtin));
  });
});

describe('a client over TLS that does not offer HTTP/2', () => {
  const options = (server) => ({
    port: server.address().port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
  });

  test('is told so', async (t) => {
    const told = async (_t, http2) => {
      const { server } = await serve(t, http2, { tls: true });
      const socket = tls.connect(options(server));
      return String(await gather(socket));
    };
    assert.match(await same(t, told), /^HTTP\/1\.0 403 Forbidden/);
  });

  test('is waited for so long and no longer', async (t) => {
    for (const http2 of [builtin, ours]) {
      const { server } = await serve(t, http2, {
        tls: true,
        options: { unknownProtocolTimeout: 1 },
      });
      const accepted = once(server, 'secureConnection');
      const socket = tls.connect({ ...options(server), allowHalfOpen: true });
      t.after(() => socket.destroy());
      const [connection] = await accepted;
      await once(connection, 'close');
      assert.ok(connection.destroyed);
    }
  });

  test('is the business of a listener to unknownProtocol', async (t) => {
    for (const http2 of [builtin, ours]) {
      const { server } = await serve(t, http2, { tls: true });
      server.on('unknownProtocol', (socket) => socket.end('something else'));
      const socket = tls.connect({ ...options(server), ALPNProtocols: ['http/1.1', 'h3'] });
      socket.on('error', () => {});
      const body = await gather(socket).catch(({ code }) => code);
      // Nodes that insist on a protocol in common refuse the handshake.
      if (socket.alpnProtocol !== null) assert.equal(String(body), 'something else');
    }
  });

  test('is served over HTTP/1 where that is allowed', async (t) => {
    const served = async (_t, http2) => {
      const allowed = { tls: true, options: { allowHTTP1: true } };
      const { server } = await serve(t, http2, allowed);
      server.on('request', (request, response) => {
        response.end(`${request.httpVersion} ${request.method} ${request.url}`);
      });
      const agent = new https.Agent({ keepAlive: true });
      t.after(() => agent.destroy());
      const request = https.get({ ...options(server), agent, path: '/a' });
      const [response] = await once(request, 'response');
      const body = String(await gather(response));
      server.closeIdleConnections?.();
      const closed = once(server, 'close');
      server.close();
      agent.destroy();
      await closed;
      return { body, status: response.statusCode, listeners: server.listenerCount('request') };
    };
    assert.equal((await same(t, served)).body, '1.1 GET /a');
  });

  test('has its bad HTTP/1 told as clientError', async (t) => {
    const told = async (_t, http2) => {
      const allowed = { tls: true, options: { allowHTTP1: true } };
      const { server } = await serve(t, http2, allowed);
      server.on('clientError', (error, socket) => socket.end(`HTTP/1.1 400 ${error.code}\r\n\r\n`));
      const socket = tls.connect({ ...options(server), ALPNProtocols: ['http/1.1'] });
      socket.write('no request\r\n\r\n');
      return String(await gather(socket));
    };
    assert.match(await same(t, told), /^HTTP\/1\.1 400 HPE_/);
  });
});

describe('a client that does not speak TLS', () => {
  for (const [name, http2] of Object.entries(BOTH)) {
    test(`is told as clientError, ${name}`, async (t) => {
      const { server } = await serve(t, http2, { tls: true });
      const failed = once(server, 'clientError');
      const socket = net.connect(server.address().port, '127.0.0.1');
      socket.on('error', () => {}).end('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
      const [error, connection] = await failed;
      assert.match(error.code, /^ERR_SSL_/);
      connection.destroy();
    });

    test(`loses the connection where nobody listens, ${name}`, async (t) => {
      const { server } = await serve(t, http2, { tls: true });
      const socket = net.connect(server.address().port, '127.0.0.1');
      socket.on('error', () => {}).write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
      socket.resume();
      await once(socket, 'close');
    });
  }
});

/** An http2 whose servers hear of rejections. */
function capturing({ createServer }) {
  const create = (options) => {
    const before = EventEmitter.captureRejections;
    EventEmitter.captureRejections = true;
    try {
      return createServer(options);
    } finally {
      EventEmitter.captureRejections = before;
    }
  };
  return { createServer: create };
}

describe('a handler that rejects', () => {
  const failure = () => Object.assign(new Error('the handler failed'), { code: 'E_HANDLER' });

  /** Handlers by name: what they are registered for, and whether they began an answer. */
  const handlers = {
    'before its response': ['stream', async () => Promise.reject(failure())],
    'after its response': [
      'stream',
      async (stream) => {
        stream.on('error', () => {});
        stream.respond();
        stream.write('begun');
        throw failure();
      },
    ],
    'before its response, compatibility': [
      'request',
      async (request, response) => {
        response.setHeader('content-type', 'text/x-kept-by-nobody');
        throw failure();
      },
    ],
    'after its response, compatibility': [
      'request',
      async (request, response) => {
        response.stream.on('error', () => {});
        response.write('begun');
        throw failure();
      },
    ],
  };

  for (const [name, [event, handler]] of Object.entries(handlers)) {
    test(name, async (t) => {
      const run = async (_t, http2) => {
        const { server, url } = await serve(t, capturing(http2));
        server.on(event, handler);
        return answer(await connect(t, http2, url));
      };
      if (name.startsWith('before')) {
        const { status, error } = await same(t, run);
        assert.deepEqual([status, error], [500, undefined]);
      } else {
        // How much of it gets through is a matter of chance. The builtin has a client of the
        // compatibility API take the cut response for whole.
        const { status, error } = await run(t, ours);
        assert.deepEqual([status, error], [200, 'ERR_HTTP2_STREAM_ERROR']);
      }
    });
  }

  test('to an event that is no request', async () => {
    for (const http2 of [builtin, ours]) {
      const server = http2.createServer();
      const failed = once(server, 'error');
      server[captureRejectionSymbol](failure(), 'session');
      assert.equal((await failed)[0].code, 'E_HANDLER');
    }
  });

  test('to an event of a session', async (t) => {
    for (const http2 of [builtin, ours]) {
      const { server, url } = await serve(t, http2);
      const opened = once(server, 'session');
      const failed = once(server, 'sessionError');
      const client = await connect(t, http2, url);
      client.on('error', () => {});
      const [session] = await opened;
      const stream = { destroy: (error) => (stream.error = error) };
      session[captureRejectionSymbol](failure(), 'stream', stream);
      assert.equal(stream.error.code, 'E_HANDLER');
      session[captureRejectionSymbol](failure(), 'ping');
      assert.equal((await failed)[0].code, 'E_HANDLER');
      assert.ok(session.destroyed);
    }
  });
});

test('settings can be changed for the sessions to come', async (t) => {
  const seen = await same(t, async (_t, http2) => {
    const { server, url } = await serve(t, http2, {
      options: { settings: { maxFrameSize: 20_000 } },
    });
    const refused = [5, null, undefined, { maxFrameSize: 1 }, { enablePush: 5 }].map((settings) =>
      outcome(() => server.updateSettings(settings)),
    );
    server.updateSettings({ initialWindowSize: 100_000 });
    const session = http2.connect(url);
    t.after(() => session.destroy());
    const [{ maxFrameSize, initialWindowSize }] = await once(session, 'remoteSettings');
    return { refused, maxFrameSize, initialWindowSize };
  });
  assert.deepEqual([seen.maxFrameSize, seen.initialWindowSize], [20_000, 100_000]);
});

test('a server can be disposed of', async (t) => {
  for (const http2 of [builtin, ours]) {
    const { server } = await serve(t, http2);
    await server[Symbol.asyncDispose]();
    assert.ok(!server.listening);
    await assert.rejects(server[Symbol.asyncDispose](), { code: 'ERR_SERVER_NOT_RUNNING' });
  }
});

test(
  'a transport that no server accepted is served',
  { skip: !builtin.performServerHandshake && 'this Node has no performServerHandshake' },
  async (t) => {
    for (const http2 of [builtin, ours]) {
      const listener = net.createServer((socket) => {
        const session = http2.performServerHandshake(socket);
        assert.equal(session.server, undefined);
        session.on('stream', (stream) => {
          stream.respond();
          stream.end('served');
        });
      });
      listener.listen(0, '127.0.0.1');
      await once(listener, 'listening');
      t.after(() => listener.close());
      const session = await connect(t, http2, `http://127.0.0.1:${listener.address().port}`);
      assert.equal((await answer(session)).body, 'served');
    }
  },
);

test('the handler may stand in the place of the options', async (t) => {
  for (const http2 of [builtin, ours]) {
    const server = http2.createServer((request, response) => response.end('handled'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const session = await connect(t, http2, `http://127.0.0.1:${server.address().port}`);
    assert.equal((await answer(session)).body, 'handled');
    session.destroy();
  }
});

describe('connect', () => {
  test('takes an authority of many shapes, and refuses others', async (t) => {
    const refused = [null, 5, true, 'no url', { protocol: 'gopher:' }, 'gopher://a'];
    const outcomes = (http2) => refused.map((authority) => outcome(() => http2.connect(authority)));
    assert.deepEqual(outcomes(ours), outcomes(builtin));
    const { server, url } = await serve(t, ours);
    server.on('stream', (stream, headers) => {
      stream.respond();
      stream.end(headers[':authority']);
    });
    const { port } = server.address();
    const shapes = [
      url,
      new URL(url),
      { protocol: 'http:', hostname: '127.0.0.1', port },
      { protocol: 'http:', host: '127.0.0.1', port: String(port) },
    ];
    for (const shape of shapes) {
      const seen = await same(t, async (_t, http2) => answer(await connect(t, http2, shape)));
      assert.equal(seen.body, `127.0.0.1:${port}`);
    }
  });

  test('calls a listener that stands in the place of the options', async (t) => {
    const { url } = await serve(t, ours);
    for (const http2 of [builtin, ours]) {
      const [session, socket] = await new Promise((resolve) => {
        const connecting = http2.connect(url, (...args) => resolve(args));
        t.after(() => connecting.destroy());
      });
      assert.equal(session.constructor.name, 'ClientHttp2Session');
      assert.equal(typeof socket.write, 'function');
    }
  });

  test('can be promised', async (t) => {
    const { url } = await serve(t, ours);
    for (const http2 of [builtin, ours]) {
      const session = await promisify(http2.connect)(url);
      t.after(() => session.destroy());
      assert.equal(session.connecting, false);
      assert.equal(session.listenerCount('error'), 0);
    }
  });
});
