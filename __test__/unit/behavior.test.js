'use strict';

// Each flag against the builtin of the Node that runs: what is keyed by version must be true of
// every patch release.

const assert = require('node:assert');
const { once } = require('node:events');
const diagnostics = require('node:diagnostics_channel');
const { after, before, test } = require('node:test');
const { promisify } = require('node:util');
const behavior = require('../../lib/behavior.js');
const { builtin } = require('../../lib/builtin.js');

let server;
let authority;
const sessions = [];

before(async () => {
  server = builtin.createServer();
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond();
    stream.end();
  });
  server.on('sessionError', () => {});
  server.listen(0);
  await once(server, 'listening');
  authority = `http://localhost:${server.address().port}`;
});

after(() => {
  for (const session of sessions) session.destroy();
  server.close();
});

async function connected(options) {
  const session = builtin.connect(authority, options);
  sessions.push(session);
  session.on('error', () => {});
  await once(session, 'connect');
  return session;
}

function codeOf(call) {
  try {
    call();
    return undefined;
  } catch (error) {
    return error.code;
  }
}

function messageOf(call) {
  try {
    call();
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** Has a builtin server of its own handle one request. */
async function withRequest(handle, headers = {}) {
  const own = builtin.createServer().listen(0);
  await once(own, 'listening');
  const client = builtin.connect(`http://localhost:${own.address().port}`);
  client.on('error', () => {});
  const stream = client.request(headers);
  stream.on('error', () => {}).resume();
  const [request, response] = await once(own, 'request');
  try {
    return await handle({ request, response, client, stream, server: own });
  } finally {
    client.destroy();
    own.close();
  }
}

test('promisifiedConnectRejects', { skip: !behavior.promisifiedConnectRejects }, async () => {
  await assert.rejects(promisify(builtin.connect)('http://localhost:1'));
});

test('optionErrorsNameProperty', () => {
  const message = messageOf(() => builtin.createServer({ unknownProtocolTimeout: 'x' }));
  assert.strictEqual(message.includes('options.'), behavior.optionErrorsNameProperty);
});

test('strictSingleValueFields is checked where it exists', () => {
  const code = codeOf(() => builtin.createServer({ strictSingleValueFields: 5 }));
  assert.strictEqual(code !== undefined, behavior.strictSingleValueFields);
});

test('alpnCallback', () => {
  const code = codeOf(() => builtin.createSecureServer({ ALPNCallback() {} }));
  assert.strictEqual(code === undefined, behavior.alpnCallback);
});

test('the HTTP/1 fallback', () => {
  const secure = builtin.createSecureServer({ allowHTTP1: true });
  assert.strictEqual('headersTimeout' in secure, behavior.http1Timeouts);
  assert.strictEqual('keepAliveTimeout' in secure, behavior.http1TakesOptions);
  assert.strictEqual('closeIdleConnections' in secure, behavior.closeIdleConnections);
});

test('rawSentHeadersGather and rawRequestArrays', async () => {
  const session = await connected();
  const flat = ['x-a', '1', 'x-a', '2'];
  assert.strictEqual(codeOf(() => session.request(flat)) === undefined, behavior.rawRequestArrays);
  if (behavior.rawRequestArrays) {
    const { sentHeaders } = session.request(flat);
    assert.strictEqual(Array.isArray(sentHeaders['x-a']), behavior.rawSentHeadersGather);
  }
  session.destroy();
});

test('badNameKillsSession', async () => {
  const session = await connected();
  assert.strictEqual(
    codeOf(() => session.request({ 'a b': '1' })),
    'ERR_INVALID_HTTP_TOKEN',
  );
  assert.strictEqual(session.destroyed, behavior.badNameKillsSession);
  session.destroy();
});

test('pingAcceptsViews', async () => {
  const session = await connected();
  const code = codeOf(() => session.ping(new DataView(new ArrayBuffer(8)), () => {}));
  assert.strictEqual(code === undefined, behavior.pingAcceptsViews);
  session.destroy();
});

test('requestOnDeadSessionThrows', async () => {
  const session = await connected();
  session.destroy();
  const code = codeOf(() => session.request().on('error', () => {}));
  assert.strictEqual(code !== undefined, behavior.requestOnDeadSessionThrows);
});

test('socketDestroyAllowed', async () => {
  const session = await connected();
  const code = codeOf(() => session.socket.destroy());
  assert.strictEqual(code === undefined, behavior.socketDestroyAllowed);
  session.destroy();
});

test('serverCloseClosesSessions', async () => {
  const own = builtin.createServer().listen(0);
  await once(own, 'listening');
  const client = builtin.connect(`http://localhost:${own.address().port}`);
  const [session] = await once(own, 'session');
  own.close();
  assert.strictEqual(session.closed, behavior.serverCloseClosesSessions);
  client.destroy();
});

test('stream channels and body channels', async () => {
  const heard = new Set();
  const listeners = ['created', 'start', 'finish', 'close', 'bodyChunkSent', 'bodySent'].map(
    (name) => [`http2.client.stream.${name}`, () => heard.add(name)],
  );
  for (const [name, listener] of listeners) diagnostics.subscribe(name, listener);
  const session = await connected();
  const stream = session.request({ ':method': 'POST' });
  stream.resume().end('x');
  await once(stream, 'close');
  for (const [name, listener] of listeners) diagnostics.unsubscribe(name, listener);
  session.destroy();
  for (const name of ['created', 'start', 'finish', 'close']) {
    assert.strictEqual(heard.has(name), behavior.streamChannels, name);
  }
  for (const name of ['bodyChunkSent', 'bodySent']) {
    assert.strictEqual(heard.has(name), behavior.bodyChannels, name);
  }
});

test('prioritySignalsRemoved', async () => {
  const warnings = [];
  const onWarning = ({ code }) => warnings.push(code);
  process.on('warning', onWarning);
  const session = await connected();
  session.request().priority({ weight: 5 });
  await new Promise(setImmediate);
  process.off('warning', onWarning);
  assert.strictEqual(warnings.includes('DEP0194'), behavior.prioritySignalsRemoved);
  session.destroy();
});

test('the compatibility API: writeHead and early hints', async () => {
  await withRequest(({ response }) => {
    const code = codeOf(() => response.writeEarlyHints({ link: '</a>', a: undefined }));
    assert.strictEqual(code !== undefined, behavior.earlyHintsChecked);
    response.writeHead(200, ['x-a', '1', 'x-a', '2']);
    const kept = Array.isArray(response.getHeader('x-a'));
    assert.strictEqual(kept, behavior.writeHeadKeepsDuplicates);
  });
});

test('writeHeadAfterCloseIgnored', async () => {
  await withRequest(({ response }) => {
    response.stream.close(8);
    const code = codeOf(() => response.writeHead(200));
    assert.strictEqual(code === undefined, behavior.writeHeadAfterCloseIgnored);
  });
});

test('rawResponseArrays', async () => {
  await withRequest(({ response }) => {
    const code = codeOf(() => response.stream.respond([':status', 200, 'x-a', '1']));
    assert.strictEqual(code === undefined, behavior.rawResponseArrays);
    const sent = response.stream.sentHeaders;
    assert.strictEqual(sent?.['x-a'] === '1', behavior.rawResponseArrays);
  });
});

test('pendingWriteErrorAtDestroy', async () => {
  const code = await withRequest(
    ({ response }) =>
      new Promise((resolve) => {
        // More than the windows take: the write stays pending.
        response.stream.on('error', () => {});
        response.stream.respond();
        response.stream.write(Buffer.alloc(1 << 20), (error) => resolve(error?.code ?? null));
        setImmediate(() => response.stream.destroy());
      }),
  );
  assert.strictEqual(code, behavior.pendingWriteErrorAtDestroy);
});

test('members of the compatibility classes', () => {
  const { Http2ServerRequest, Http2ServerResponse } = require('../../lib/compat/index.js');
  const members = (constructor) => Object.getOwnPropertyNames(constructor.prototype).sort();
  assert.deepStrictEqual(members(Http2ServerRequest), members(builtin.Http2ServerRequest));
  assert.deepStrictEqual(members(Http2ServerResponse), members(builtin.Http2ServerResponse));
  assert.strictEqual(Http2ServerRequest.length, builtin.Http2ServerRequest.length);
  assert.strictEqual(Http2ServerResponse.length, builtin.Http2ServerResponse.length);
});
