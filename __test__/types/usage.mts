// What the package's own types promise: those of node:http2, and options beside them.
import { subscribe } from 'node:diagnostics_channel';
import * as builtin from 'node:http2';
import http2, {
  connect,
  createSecureServer,
  type FrameMessage,
  type LimitOptions,
  type WindowOptions,
} from 'rust-http2';
import * as ours from 'rust-http2';
import 'rust-http2/register';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function assertType<_T extends true>(): void {}

// What import adds to every CommonJS module aside.
type Names<M> = Exclude<keyof M, 'default' | 'module.exports'>;
assertType<Equal<Names<typeof ours>, Names<typeof builtin>>>();
assertType<Equal<typeof ours.constants, typeof builtin.constants>>();

// Values go both ways: every type is the builtin's.
assertType<Equal<ours.AlternativeServiceOptions, builtin.AlternativeServiceOptions>>();
assertType<Equal<ours.ClientHttp2Session, builtin.ClientHttp2Session>>();
assertType<Equal<ours.ClientHttp2Stream, builtin.ClientHttp2Stream>>();
assertType<Equal<ours.ClientSessionOptions, builtin.ClientSessionOptions>>();
assertType<Equal<ours.ClientSessionRequestOptions, builtin.ClientSessionRequestOptions>>();
assertType<Equal<ours.Http2SecureServer, builtin.Http2SecureServer>>();
assertType<Equal<ours.Http2Server, builtin.Http2Server>>();
assertType<Equal<ours.Http2ServerRequest, builtin.Http2ServerRequest>>();
assertType<Equal<ours.Http2ServerResponse, builtin.Http2ServerResponse>>();
assertType<Equal<ours.Http2Session, builtin.Http2Session>>();
assertType<Equal<ours.Http2Stream, builtin.Http2Stream>>();
assertType<Equal<ours.IncomingHttpHeaders, builtin.IncomingHttpHeaders>>();
assertType<Equal<ours.IncomingHttpStatusHeader, builtin.IncomingHttpStatusHeader>>();
assertType<Equal<ours.OutgoingHttpHeaders, builtin.OutgoingHttpHeaders>>();
assertType<Equal<ours.SecureClientSessionOptions, builtin.SecureClientSessionOptions>>();
assertType<Equal<ours.SecureServerOptions, builtin.SecureServerOptions>>();
assertType<Equal<ours.SecureServerSessionOptions, builtin.SecureServerSessionOptions>>();
assertType<Equal<ours.ServerHttp2Session, builtin.ServerHttp2Session>>();
assertType<Equal<ours.ServerHttp2Stream, builtin.ServerHttp2Stream>>();
assertType<Equal<ours.ServerOptions, builtin.ServerOptions>>();
assertType<Equal<ours.ServerSessionOptions, builtin.ServerSessionOptions>>();
assertType<Equal<ours.ServerStreamFileResponseOptions, builtin.ServerStreamFileResponseOptions>>();
assertType<Equal<ours.ServerStreamResponseOptions, builtin.ServerStreamResponseOptions>>();
assertType<Equal<ours.SessionOptions, builtin.SessionOptions>>();
assertType<Equal<ours.SessionState, builtin.SessionState>>();
assertType<Equal<ours.Settings, builtin.Settings>>();
assertType<Equal<ours.StatOptions, builtin.StatOptions>>();
assertType<Equal<ours.StreamState, builtin.StreamState>>();

const asBuiltin: typeof builtin = ours;
const asOurs: Pick<typeof ours, Names<typeof ours>> = builtin;
const theirs: builtin.Http2Server = ours.createServer();
const mine: ours.ClientHttp2Session = builtin.connect('http://localhost');
console.log(asBuiltin, asOurs, theirs, mine);

// Options of this package, wherever a session gets its options.
const limits: LimitOptions = { maxContinuations: 4, maxUnsentAcks: 100 };
const windows: WindowOptions = { maxAutoWindowSize: 0 };
ours.createServer({ ...limits, ...windows }, (request, response) => response.end(request.url));
createSecureServer({ tlsEngine: 'rustls', key: '', cert: '', ...limits, ...windows });
connect('https://localhost', { ca: '', ...limits, ...windows, maxOriginSetSize: 16 });
const passedOn: builtin.SecureServerOptions = { maxAutoWindowSize: 2 ** 20 };
ours.performServerHandshake(null!, passedOn);

subscribe('rust-http2.frame', (message) => {
  const { session, name, headers, settings } = message as FrameMessage;
  const path: string | undefined = headers?.[':path'];
  const first: number | undefined = settings?.[0]?.[1];
  console.log(session.type, name?.toLowerCase(), path, first);
});

const version: unknown = Reflect.get(http2, Symbol.for('rust-http2'));
console.log(version);

// @ts-expect-error: a number is no authority.
connect(5);
// @ts-expect-error: no such member.
ours.disconnect();
// @ts-expect-error: no such option.
ours.createServer({ maxContinuation: 5 });
// @ts-expect-error: no such engine.
connect('https://localhost', { tlsEngine: 'openssl' });
// @ts-expect-error: limits are numbers.
ours.createServer({ maxUnsentAcks: '100' });
