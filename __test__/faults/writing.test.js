'use strict';

// Sockets are written to past their streams: nobody sees a difference.

const assert = require('node:assert/strict');
const net = require('node:net');
const { execFileSync } = require('node:child_process');
const { buffer, text } = require('node:stream/consumers');
const { describe, it } = require('node:test');
const http2 = require('../..');
const { connect, serve } = require('../support/net');

describe('a socket that carries a session', () => {
  it('shows who replaced its write what it sends', async (t) => {
    const { server, url } = await serve(t, http2);
    let written = 0;
    server.prependListener('connection', (socket) => {
      const { write } = socket;
      socket.write = function (octets, ...rest) {
        written += octets.length;
        return write.call(this, octets, ...rest);
      };
      socket.on('close', () => {
        assert.equal(written, socket.bytesWritten);
      });
    });
    server.on('stream', (stream) => stream.respond() ?? stream.end('an answer'));
    const client = await connect(t, http2, url);
    assert.equal(await text(client.request()), 'an answer');
    assert.ok(written > 'an answer'.length);
  });

  it('loses nothing of many small answers to a peer that does not read for a while', async (t) => {
    const { server, url } = await serve(t, http2, { options: { maxSessionMemory: 100 } });
    const body = Buffer.alloc(4000, 'x');
    let [answers, socket] = [0];
    server.on('connection', (accepted) => (socket = accepted));
    server.on('stream', (stream) => {
      answers += 1;
      stream.respond();
      stream.end(body);
    });
    const transport = net.connect(new URL(url).port, '127.0.0.1');
    const client = await connect(t, http2, url, { createConnection: () => transport });
    client.setLocalWindowSize(2 ** 31 - 1);
    const bodies = [buffer(client.request())];
    await bodies[0];
    // What comes stays in the system until writing has to wait.
    transport.pause();
    while (socket.writableLength === 0) {
      bodies.push(buffer(client.request()));
      while (answers < bodies.length) await new Promise(setImmediate);
    }
    transport.resume();
    for (const each of await Promise.all(bodies)) assert.ok(body.equals(each));
  });

  it('is written to by its stream where sockets have another way to write', () => {
    const program = `
      const { Socket } = require('node:net');
      const { _write } = Socket.prototype;
      Socket.prototype._write = function (chunk, encoding, callback) {
        if (this._handle.fd === undefined) callback();
        else _write.call(this, chunk, encoding, callback);
      };
      const http2 = require('rust-http2');
      const server = http2.createServer().listen(0, '127.0.0.1', () => {
        const client = http2.connect('http://127.0.0.1:' + server.address().port);
        const stream = client.request();
        stream.on('data', (octets) => process.stdout.write(octets));
        stream.on('end', () => server.close(client.close()));
      });
      server.on('stream', (stream) => stream.respond() ?? stream.end('an answer'));`;
    const output = execFileSync(process.execPath, ['-e', program], { cwd: __dirname });
    assert.equal(String(output), 'an answer');
  });
});
