// Compiles or does not: what users write against the types.
import * as builtin from 'node:http2';
import http2, { connect, createSecureServer, type ServerHttp2Stream } from 'rust-http2';
import * as ours from 'rust-http2';
import 'rust-http2/register';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function assertType<_T extends true>(): void {}

// What import adds to every CommonJS module aside.
type Names<M> = Exclude<keyof M, 'default' | 'module.exports'>;

assertType<Equal<Names<typeof ours>, Names<typeof builtin>>>();
assertType<Equal<typeof ours.connect, typeof builtin.connect>>();
assertType<Equal<typeof http2.constants, typeof builtin.constants>>();
assertType<Equal<ours.ClientHttp2Session, builtin.ClientHttp2Session>>();
assertType<Equal<ours.ServerHttp2Stream, builtin.ServerHttp2Stream>>();
assertType<Equal<ours.SecureServerOptions, builtin.SecureServerOptions>>();

const server = createSecureServer({ allowHTTP1: true, settings: { maxConcurrentStreams: 5 } });
server.on('stream', (stream: ServerHttp2Stream, headers, flags) => {
  const path: string | undefined = headers[':path'];
  const bits: number = flags;
  stream.respond({ ':status': 200, 'x-path': path, 'x-flags': String(bits) });
  stream.end();
});

const session = connect('https://localhost');
session.request({ ':path': '/' }, { endStream: true }).on('response', (headers) => {
  const status: number | undefined = headers[':status'];
  console.log(status, Reflect.get(http2, Symbol.for('rust-http2')));
});

// @ts-expect-error: a number is no authority.
connect(5);
// @ts-expect-error: no such member.
ours.disconnect();
