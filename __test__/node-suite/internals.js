'use strict';

// The second preload of tests that reach through --expose-internals for what a user can see:
// classes, the socket behind a session, native calls that fail. They get this package's. Helper
// functions of the builtin have no counterpart here; tests of their shape fail (reasons.json).

const Module = require('node:module');
const commands = require('../../lib/commands.js');
const constants = require('../../lib/constants.js');
const { NghttpError, nghttp2ErrorString } = require('../../lib/errors.js');
const { ServerHttp2Session } = require('../../lib/server-session.js');
const { kSocket, kStreams, kTimeout } = require('../../lib/symbols.js');

/** Their prototypes take the functions that a test puts in place of native ones. */
class Http2Session {}
class Http2Stream {}

/** The engine's library codes as the binding names them; users see but one of them. */
const libraryCodes = {
  NGHTTP2_ERR_DEFERRED: -508,
  NGHTTP2_ERR_INVALID_ARGUMENT: -501,
  NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE: -509,
  NGHTTP2_ERR_STREAM_CLOSED: -510,
  NGHTTP2_ERR_NOMEM: -901,
};

/** A command that makes a stream: its result is the replacement's. */
function replaceMaker(command, owner, method) {
  const genuine = commands[command];
  commands[command] = (...args) => owner.prototype[method]?.() ?? genuine(...args);
}

/** A command on a stream: where the replacement reports an error, the stream ends with it. */
function replaceStreamCommand(command, method) {
  const genuine = commands[command];
  commands[command] = (session, slot, ...rest) => {
    const replacement = Http2Stream.prototype[method];
    if (replacement === undefined) return genuine(session, slot, ...rest);
    const code = replacement();
    if (code < 0) session[kStreams][slot].destroy(new NghttpError(code));
    return code;
  };
}

replaceMaker('request', Http2Session, 'request');
replaceMaker('push', Http2Stream, 'pushPromise');
replaceStreamCommand('respond', 'respond');
replaceStreamCommand('inform', 'info');

const genuineLoad = Module._load;

const binding = {
  constants: { ...constants, ...libraryCodes },
  nghttp2ErrorString,
  Http2Session,
  Http2Stream,
};

const substitutes = {
  'internal/http2/core': () => ({ ServerHttp2Session }),
  'internal/http2/util': () => ({ kSocket, NghttpError }),
  'internal/timers': (genuine) => ({ ...genuine, kTimeout }),
  'internal/test/binding': (genuine) => ({
    ...genuine,
    internalBinding: (name) => (name === 'http2' ? binding : genuine.internalBinding(name)),
  }),
};

Module._load = function load(request, ...rest) {
  const genuine = genuineLoad.call(this, request, ...rest);
  return Object.hasOwn(substitutes, request) ? substitutes[request](genuine) : genuine;
};
