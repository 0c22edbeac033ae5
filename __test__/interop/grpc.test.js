'use strict';

// grpc-js with the preload: its http2 is ours, on both sides.

require('../../lib/register');

const assert = require('node:assert/strict');
const { test } = require('node:test');
const grpc = require('@grpc/grpc-js');
const { bodyOf } = require('../support/bodies');

const PACKETS = 100;

const octets = { serialize: (value) => value, deserialize: (value) => value };
const method = (path, requestStream, responseStream) => ({
  path: `/test.Echo/${path}`,
  requestStream,
  responseStream,
  requestSerialize: octets.serialize,
  requestDeserialize: octets.deserialize,
  responseSerialize: octets.serialize,
  responseDeserialize: octets.deserialize,
});
const SERVICE = {
  unary: method('Unary', false, false),
  fail: method('Fail', false, false),
  collect: method('Collect', true, false),
  repeat: method('Repeat', false, true),
  chat: method('Chat', true, true),
};
const Client = grpc.makeGenericClientConstructor(SERVICE, 'Echo');

const handlers = {
  unary(call, callback) {
    const trailers = new grpc.Metadata();
    trailers.set('x-trailer', 'last word');
    call.sendMetadata(call.metadata);
    callback(null, call.request, trailers);
  },
  fail(call, callback) {
    const metadata = new grpc.Metadata();
    metadata.set('why-bin', Buffer.from([0, 255]));
    callback({ code: grpc.status.FAILED_PRECONDITION, details: 'not today', metadata });
  },
  collect(call, callback) {
    const parts = [];
    call.on('data', (part) => parts.push(part));
    call.on('end', () => callback(null, Buffer.concat(parts)));
  },
  repeat(call) {
    for (let i = 0; i < PACKETS; i++) call.write(call.request);
    call.end();
  },
  chat(call) {
    call.on('data', (part) => call.write(part));
    call.on('end', () => call.end());
  },
};

async function start(t) {
  const server = new grpc.Server();
  server.addService(SERVICE, handlers);
  const port = await new Promise((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  t.after(() => {
    client.close();
    server.forceShutdown();
  });
  return client;
}

/** The packets of a server stream, with its status. */
async function read(call) {
  const status = new Promise((resolve) => call.on('status', resolve));
  const packets = [];
  for await (const packet of call) packets.push(packet);
  return { packets, status: await status };
}

test("grpc-js's http2 is ours", () => {
  assert.equal(typeof require('node:http2')[Symbol.for('rust-http2')], 'string');
});

test('a unary call with metadata and trailers', async (t) => {
  const client = await start(t);
  const metadata = new grpc.Metadata();
  metadata.set('x-request', 'first word');
  const message = bodyOf(300_000);
  const { answer, headers, status } = await new Promise((resolve, reject) => {
    const seen = {};
    const call = client.unary(message, metadata, (error, answer) => {
      if (error) reject(error);
      seen.answer = answer;
    });
    call.on('metadata', (headers) => (seen.headers = headers));
    call.on('status', (status) => resolve({ ...seen, status }));
  });
  assert.deepEqual(answer, message);
  assert.deepEqual(headers.get('x-request'), ['first word']);
  assert.equal(status.code, grpc.status.OK);
  assert.deepEqual(status.metadata.get('x-trailer'), ['last word']);
});

test('a unary call that fails', async (t) => {
  const client = await start(t);
  const error = await new Promise((resolve) => {
    client.fail(Buffer.alloc(1), (failure) => resolve(failure));
  });
  assert.equal(error.code, grpc.status.FAILED_PRECONDITION);
  assert.equal(error.details, 'not today');
  assert.deepEqual(error.metadata.get('why-bin'), [Buffer.from([0, 255])]);
});

test('a client stream', async (t) => {
  const client = await start(t);
  const part = bodyOf(20_000);
  const whole = await new Promise((resolve, reject) => {
    const call = client.collect((error, answer) => (error ? reject(error) : resolve(answer)));
    for (let i = 0; i < PACKETS; i++) call.write(part);
    call.end();
  });
  assert.deepEqual(whole, Buffer.concat(Array(PACKETS).fill(part)));
});

test('a server stream', async (t) => {
  const client = await start(t);
  const part = bodyOf(20_000);
  const { packets, status } = await read(client.repeat(part));
  assert.equal(packets.length, PACKETS);
  assert.ok(packets.every((packet) => packet.equals(part)));
  assert.equal(status.code, grpc.status.OK);
});

test('both sides stream', async (t) => {
  const client = await start(t);
  const call = client.chat();
  const reading = read(call);
  const sent = Array.from({ length: PACKETS }, (_, i) => Buffer.from(`packet ${i}`));
  for (const packet of sent) call.write(packet);
  call.end();
  const { packets, status } = await reading;
  assert.deepEqual(packets, sent);
  assert.equal(status.code, grpc.status.OK);
});

test('a call that the client cancels', async (t) => {
  const client = await start(t);
  const call = client.chat();
  const status = new Promise((resolve) => call.on('status', resolve));
  call.on('error', () => {});
  call.on('data', () => call.cancel());
  call.write(Buffer.from('hello'));
  assert.equal((await status).code, grpc.status.CANCELLED);
});
