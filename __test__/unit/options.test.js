'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const options = require('../../lib/options.js');
const { builtin } = require('../../lib/builtin.js');
const behavior = require('../../lib/behavior.js');

/** The error of a call as users tell it apart; undefined if there is none. */
function failure(call) {
  try {
    call()?.close?.();
  } catch (error) {
    const { name, code, message } = error;
    return { name, code, message };
  }
  return undefined;
}

const oddities = [
  {},
  { settings: 5 },
  { settings: null },
  { settings: [] },
  { settings: { maxFrameSize: 1 } },
  { maxSessionInvalidFrames: 'a' },
  { maxSessionInvalidFrames: -1 },
  { maxSessionInvalidFrames: 1.5 },
  { maxSessionRejectedStreams: 2 ** 32 },
  { maxSessionRejectedStreams: null },
  { unknownProtocolTimeout: -1 },
  { unknownProtocolTimeout: 'x' },
  { unknownProtocolTimeout: null },
  { remoteCustomSettings: 5 },
  { remoteCustomSettings: null },
  { remoteCustomSettings: Array(11).fill(20) },
  { remoteCustomSettings: ['a', -1] },
  { strictFieldWhitespaceValidation: 5 },
  { strictSingleValueFields: 5 },
  { streamResetBurst: 'a' },
  { maxSettings: 'x', maxHeaderListPairs: -5 },
  { paddingStrategy: 99 },
];

test('createServer is refused what the builtin refuses', () => {
  for (const given of [5, null, 'a', [], ...oddities]) {
    assert.deepStrictEqual(
      failure(() => options.serverOptions(given)),
      failure(() => builtin.createServer(given)),
    );
  }
});

test('createSecureServer is refused what the builtin refuses', () => {
  for (const given of [5, null, () => {}, ...oddities]) {
    assert.deepStrictEqual(
      failure(() => options.secureServerOptions(given)),
      failure(() => builtin.createSecureServer(given)),
    );
  }
});

test('connect is refused what the builtin refuses', () => {
  const connect = (scheme, given) => {
    const session = builtin.connect(`${scheme}://localhost:1`, given);
    session.on('error', () => {});
    session.destroy();
  };
  for (const given of [5, null, 'a', ...oddities]) {
    assert.deepStrictEqual(
      failure(() => options.connectOptions(given)),
      failure(() => connect('http', given)),
    );
    assert.deepStrictEqual(
      failure(() => options.secureConnectOptions(options.connectOptions(given), 'localhost')),
      failure(() => connect('https', given)),
    );
  }
});

test('connect limits the origin set', () => {
  const codes = [-1, NaN, '1', null].map((maxOriginSetSize) => {
    return failure(() => options.connectOptions({ maxOriginSetSize }))?.code;
  });
  assert.deepStrictEqual(codes, [
    'ERR_OUT_OF_RANGE',
    'ERR_OUT_OF_RANGE',
    'ERR_INVALID_ARG_TYPE',
    undefined,
  ]);
  assert.strictEqual(
    options.connectOptions({ maxOriginSetSize: Infinity }).maxOriginSetSize,
    Infinity,
  );
});

test('the caller keeps his object', () => {
  const given = Object.freeze({ settings: Object.freeze({ maxFrameSize: 20000 }) });
  const copy = options.secureServerOptions(given);
  assert.deepStrictEqual(copy.settings, given.settings);
  assert.notStrictEqual(copy.settings, given.settings);
  assert.strictEqual(copy.unknownProtocolTimeout, 10000);
});

test('ALPN offers h2, and http/1.1 where it is allowed', () => {
  const offered = (given) => options.secureServerOptions(given).ALPNProtocols;
  assert.deepStrictEqual(offered({}), ['h2']);
  assert.deepStrictEqual(offered({ allowHTTP1: true }), ['h2', 'http/1.1']);
  assert.deepStrictEqual(offered({ allowHTTP1: 1 }), ['h2']);
  assert.deepStrictEqual(offered({ ALPNProtocols: ['x'] }), ['h2']);
  assert.deepStrictEqual(
    offered({ ALPNCallback() {} }),
    behavior.alpnCallback ? undefined : ['h2'],
  );
});

test('clients name the server, but not by address', () => {
  const name = (given, host) =>
    options.secureConnectOptions(options.connectOptions(given), host).servername;
  assert.strictEqual(name({}, 'example.org'), 'example.org');
  assert.strictEqual(name({ servername: 'other' }, 'example.org'), 'other');
  assert.strictEqual(name({}, '::1'), behavior.noServernameForIp ? undefined : '::1');
});

test('the engine is told numbers of the right kind only', () => {
  const versioned = behavior.surplusDataFailsSession ? { surplusDataEndsSession: true } : {};
  assert.deepStrictEqual(options.engineConfig({}), { settings: [], ...versioned });
  assert.deepStrictEqual(
    options.engineConfig({
      settings: { maxFrameSize: 20000 },
      maxSettings: 5.7,
      maxSessionMemory: '5',
      maxHeaderListPairs: -1,
      maxOutstandingPings: NaN,
      peerMaxConcurrentStreams: Infinity,
      paddingStrategy: 7,
      streamResetRate: 5,
      unknown: 1,
    }),
    {
      settings: [5, 20000],
      maxSettings: 5,
      maxHeaderListPairs: 0,
      maxOutstandingPings: 0,
      peerMaxConcurrentStreams: 4294967295,
      ...versioned,
    },
  );
  assert.strictEqual(options.engineConfig({ paddingStrategy: 2 }).paddingStrategy, 2);
});

test('the reset budget needs both its figures', () => {
  const { streamResetBurst, streamResetRate } = options.engineConfig({
    streamResetBurst: 10,
    streamResetRate: 1,
  });
  const expected = behavior.streamResetOptions ? [10, 1] : [undefined, undefined];
  assert.deepStrictEqual([streamResetBurst, streamResetRate], expected);
});

test('initial settings are checked when a session begins', () => {
  assert.deepStrictEqual(options.engineConfig({ settings: 5 }).settings, []);
  assert.throws(() => options.engineConfig({ settings: null }), {
    code: 'ERR_INVALID_ARG_TYPE',
    message: 'The "settings" argument must be of type object. Received null',
  });
  assert.throws(() => options.engineConfig({ settings: { maxFrameSize: 1 } }), {
    code: 'ERR_HTTP2_INVALID_SETTING_VALUE',
    name: 'RangeError',
  });
});

test('HTTP/1 clients of a TLS server get the classes given', () => {
  class Incoming {}
  class Response {}
  const http1 = options.http1ServerOptions(
    options.secureServerOptions({
      allowHTTP1: true,
      Http1IncomingMessage: Incoming,
      Http1ServerResponse: Response,
    }),
  );
  assert.strictEqual(http1.IncomingMessage, Incoming);
  assert.strictEqual(http1.ServerResponse, Response);
  if (!behavior.http1TakesOptions) assert.strictEqual(http1.keepAliveTimeout, 0);
});

test('custom setting ids that are no numbers are ignored', () => {
  assert.deepStrictEqual(options.remoteCustomIds({}), []);
  assert.deepStrictEqual(options.remoteCustomIds({ remoteCustomSettings: ['a', 9] }), [9]);
});
