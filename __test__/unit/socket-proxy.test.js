'use strict';

const assert = require('node:assert');
const { EventEmitter } = require('node:events');
const { test } = require('node:test');
const behavior = require('../../lib/behavior.js');
const { sessionSocket, streamSocket } = require('../../lib/socket-proxy.js');
const { kRequest, kSession, kSocket } = require('../../lib/symbols.js');

class Socket extends EventEmitter {
  remotePort = 80;
  address() {
    return this.remotePort;
  }
}

class Owner extends EventEmitter {
  calls = [];
  destroyed = false;
  readable = true;
  writable = true;
  setTimeout(...args) {
    this.calls.push(['setTimeout', ...args]);
  }
  ref() {
    this.calls.push(['ref']);
  }
  unref() {
    this.calls.push(['unref']);
  }
  destroy(...args) {
    this.calls.push(['destroy', ...args]);
  }
}

const forbidden = { code: 'ERR_HTTP2_NO_SOCKET_MANIPULATION' };
const unbound = { code: 'ERR_HTTP2_SOCKET_UNBOUND' };

function makeSession() {
  const session = new Owner();
  session[kSocket] = new Socket();
  return session;
}

test('the session is asked for what concerns it', () => {
  const session = makeSession();
  const socket = sessionSocket(session);
  socket.setTimeout(5);
  socket.ref();
  socket.unref();
  assert.deepStrictEqual(session.calls, [['setTimeout', 5], ['ref'], ['unref']]);
  const replacement = () => {};
  socket.ref = replacement;
  assert.strictEqual(session.ref, replacement);
});

test('the socket must not be used behind the session', () => {
  const socket = sessionSocket(makeSession());
  for (const name of [
    'emit',
    'end',
    'pause',
    'read',
    'resume',
    'write',
    'setEncoding',
    'setKeepAlive',
    'setNoDelay',
  ]) {
    assert.throws(() => socket[name], forbidden, name);
    assert.throws(() => (socket[name] = 1), forbidden, name);
  }
});

test('destroying the socket follows the version', () => {
  const session = makeSession();
  const socket = sessionSocket(session);
  if (behavior.socketDestroyAllowed) {
    socket.destroy('why');
    assert.deepStrictEqual(session.calls, [['destroy', 'why']]);
  } else {
    assert.throws(() => socket.destroy, forbidden);
  }
});

test('everything else is the socket', () => {
  const session = makeSession();
  const socket = sessionSocket(session);
  assert.ok(socket instanceof Socket);
  assert.strictEqual(socket.remotePort, 80);
  assert.strictEqual(socket.address(), 80);
  assert.ok('remotePort' in socket);
  socket.mark = 1;
  assert.strictEqual(session[kSocket].mark, 1);
  assert.strictEqual('mark' in session, false);
});

test('without its socket the proxy says so', () => {
  const session = makeSession();
  const socket = sessionSocket(session);
  session[kSocket] = undefined;
  assert.throws(() => socket.remotePort, unbound);
  assert.throws(() => (socket.remotePort = 1), unbound);
  assert.throws(() => socket instanceof Socket, unbound);
});

function makeStream() {
  const stream = new Owner();
  stream[kSession] = makeSession();
  return stream;
}

test('requests and responses see their stream in the socket', () => {
  const stream = makeStream();
  const socket = streamSocket(stream);
  let heard = 0;
  socket.on('x', () => heard++);
  stream.emit('x');
  socket.emit('x');
  assert.strictEqual(heard, 2);
  socket.destroy();
  assert.deepStrictEqual(stream.calls, [['destroy']]);
  socket.writable = false;
  assert.strictEqual(stream.writable, false);
  for (const name of ['pause', 'read', 'resume', 'write']) {
    assert.throws(() => socket[name], forbidden, name);
  }
});

test('requests and responses see session and socket too', () => {
  const stream = makeStream();
  const socket = streamSocket(stream);
  socket.setTimeout(7);
  assert.deepStrictEqual(stream[kSession].calls, [['setTimeout', 7]]);
  assert.strictEqual(socket.remotePort, 80);
  assert.ok('remotePort' in socket);
  assert.ok('calls' in socket);
  assert.ok(socket instanceof Socket);
  stream[kSession] = undefined;
  assert.ok(socket instanceof Owner);
  assert.strictEqual(socket.calls, stream.calls);
});

test('what is readable is what the request has left', () => {
  const stream = makeStream();
  const socket = streamSocket(stream);
  assert.strictEqual(socket.readable, true);
  stream[kRequest] = { readable: false };
  assert.strictEqual(socket.readable, false);
  stream[kRequest] = { readable: true };
  stream.destroyed = true;
  assert.strictEqual(socket.readable, false);
});
