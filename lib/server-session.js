'use strict';

const commands = require('./commands.js');
const diagnostics = require('./diagnostics.js');
const transport = require('./transport.js');
const { Http2Session } = require('./session.js');
const { endUnheard } = require('./stream-shortcuts.js');
const { ServerHttp2Stream } = require('./server-stream.js');
const { codes } = require('./errors.js');
const { serializeAltsvc, serializeOrigins } = require('./alternatives.js');
const { kAddPeerStream, kOnNewStream, kOnStreamHeaders, kServer, kState } = require('./symbols.js');
const {
  NGHTTP2_FLAG_END_STREAM,
  NGHTTP2_REFUSED_STREAM,
  NGHTTP2_SESSION_SERVER,
} = require('./constants.js');

/** The server's side of a session. */
class ServerHttp2Session extends Http2Session {
  constructor(options, socket, server) {
    super(options, NGHTTP2_SESSION_SERVER, socket);
    this[kServer] = server;
    const { origins } = options;
    if (Array.isArray(origins)) this.origin(...origins);
  }

  /** The server that accepted the session; undefined for performServerHandshake. */
  get server() {
    return this[kServer];
  }

  /**
   * Sends ALTSVC (RFC 7838).
   * @param {string} alt The alternative services, e.g. 'h2=":8000"'.
   * @param {number | string | URL | {origin: string}} originOrStream A stream's id, or the origin
   *   they are for.
   */
  altsvc(alt, originOrStream) {
    if (this.destroyed) throw new codes.ERR_HTTP2_INVALID_SESSION();
    const { id, origin } = serializeAltsvc(alt, originOrStream);
    commands.altsvc(this, id, origin, alt);
    transport.schedule(this);
  }

  /**
   * Sends ORIGIN (RFC 8336).
   * @param {...(string | URL | {origin: string})} origins
   */
  origin(...origins) {
    if (this.destroyed) throw new codes.ERR_HTTP2_INVALID_SESSION();
    if (origins.length === 0) return;
    commands.origin(this, serializeOrigins(origins));
    transport.schedule(this);
  }

  /** A request. */
  [kOnNewStream](slot, id, kind, flags, parent, headers, rawHeaders) {
    if (this.closed) {
      commands.reset(this, slot, id, NGHTTP2_REFUSED_STREAM);
      transport.schedule(this);
      return;
    }
    const stream = new ServerHttp2Stream(this, slot, id, headers);
    this[kAddPeerStream](stream, slot);
    if ((flags & NGHTTP2_FLAG_END_STREAM) !== 0) {
      stream[kState].endAfterHeaders = true;
      // The reader learns it when it asks.
      stream[kState].ended = true;
    }
    if (headers[':method'] === 'HEAD') {
      // RFC 9110 §9.3.2: no content answers HEAD.
      stream[kState].headRequest = true;
      endUnheard(stream);
    }
    diagnostics.streamCreated(NGHTTP2_SESSION_SERVER, stream, headers);
    diagnostics.streamStarted(NGHTTP2_SESSION_SERVER, stream, headers);
    this[kServer]?.emit('stream', stream, headers, flags, rawHeaders);
    this.emit('stream', stream, headers, flags, rawHeaders);
  }

  /** Trailers are all that can follow a request. */
  [kOnStreamHeaders](stream, kind, flags, headers, rawHeaders) {
    stream.emit('trailers', headers, flags, rawHeaders);
  }
}

module.exports = { ServerHttp2Session };
