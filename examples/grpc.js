'use strict';

// gRPC with @grpc/grpc-js, which requires http2 itself: the preload gives it this package. Server
// and client talk in one process here. Messages are JSON, to do without a schema; with
// @grpc/proto-loader the definition comes from a .proto file and the rest stays the same.

require('rust-http2/register');

const grpc = require('@grpc/grpc-js');

const serialize = (value) => Buffer.from(JSON.stringify(value));
const deserialize = (octets) => JSON.parse(octets);

const method = (name, responseStream) => ({
  path: `/example.Greeter/${name}`,
  requestStream: false,
  responseStream,
  requestSerialize: serialize,
  requestDeserialize: deserialize,
  responseSerialize: serialize,
  responseDeserialize: deserialize,
});

const GREETER = { sayHello: method('SayHello', false), countDown: method('CountDown', true) };

const handlers = {
  sayHello({ request }, callback) {
    callback(null, { message: `hello ${request.name}` });
  },
  countDown(call) {
    for (let left = call.request.from; left >= 0; left--) call.write({ left });
    call.end();
  },
};

function listen(server) {
  return new Promise((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync('localhost:0', credentials, (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

async function main() {
  const server = new grpc.Server();
  server.addService(GREETER, handlers);
  const port = await listen(server);

  const Client = grpc.makeGenericClientConstructor(GREETER, 'Greeter');
  const client = new Client(`localhost:${port}`, grpc.credentials.createInsecure());
  client.sayHello({ name: 'you' }, async (error, reply) => {
    if (error) throw error;
    console.log(reply.message);
    for await (const { left } of client.countDown({ from: 3 })) console.log(left);
    client.close();
    server.forceShutdown();
  });
}

main();
