'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { absent } = require('../support/programs');
const { example, outputOf } = require('./running');

const skip = absent('curl');
const HELLO = { hello: 'you', httpVersion: '2.0' };

for (const framework of ['fastify', 'express']) {
  test(framework, { skip }, async (t) => {
    const server = example(t, `${framework}.js`, '0');
    const [get, post] = await server.commands(2);
    assert.deepEqual(JSON.parse(await outputOf(t, get)), HELLO);
    assert.deepEqual(JSON.parse(await outputOf(t, post)), { sum: 6 });
  });
}

test('koa', { skip }, async (t) => {
  const server = example(t, 'koa.js', '0');
  const [get] = await server.commands(1);
  const output = await outputOf(t, get.replace('curl', 'curl -i'));
  assert.match(output, /^server-timing: total;dur=/m);
  assert.deepEqual(JSON.parse(output.slice(output.indexOf('{'))), HELLO);
});

test('grpc', async (t) => {
  const { code, output } = await example(t, 'grpc.js').ended;
  assert.deepEqual([code, output], [0, 'hello you\n3\n2\n1\n0\n']);
});
