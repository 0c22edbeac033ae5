'use strict';

/**
 * Private keys of the objects handed to users. The names follow Node's, so that a reader who knows
 * one knows the other.
 */

module.exports = {
  // Sessions
  kSession: Symbol('session'),
  kServer: Symbol('server'),
  kType: Symbol('type'),
  kSocket: Symbol('socket'),
  kProxySocket: Symbol('proxySocket'),
  kHandle: Symbol('handle'),
  kStreams: Symbol('streams'),
  kPendingRequests: Symbol('pendingRequests'),
  kSessionState: Symbol('sessionState'),
  kLocalSettings: Symbol('localSettings'),
  kRemoteSettings: Symbol('remoteSettings'),
  kOriginSet: Symbol('originSet'),
  kAlpnProtocol: Symbol('alpnProtocol'),
  kEncrypted: Symbol('encrypted'),
  kNativeFields: Symbol('nativeFields'),

  // Streams
  kState: Symbol('state'),
  kId: Symbol('id'),
  kSlot: Symbol('slot'),
  kInit: Symbol('init'),
  kAuthority: Symbol('authority'),
  kProtocol: Symbol('protocol'),
  kSentHeaders: Symbol('sentHeaders'),
  kSentInfoHeaders: Symbol('sentInfoHeaders'),
  kSentTrailers: Symbol('sentTrailers'),
  kInfoHeaders: Symbol('infoHeaders'),
  kRawHeaders: Symbol('rawHeaders'),
  kProceed: Symbol('proceed'),
  kUpdateTimer: Symbol('updateTimer'),
  kTimeout: Symbol('timeout'),
  kOnTimeout: Symbol('onTimeout'),
  kMaybeDestroy: Symbol('maybeDestroy'),

  // Servers
  kOptions: Symbol('options'),
  kSessions: Symbol('sessions'),

  // Compatibility classes
  kRequest: Symbol('request'),
  kResponse: Symbol('response'),
  kStream: Symbol('stream'),
  kHeaders: Symbol('headers'),
  kTrailers: Symbol('trailers'),
  kRawTrailers: Symbol('rawTrailers'),
  kSetHeader: Symbol('setHeader'),
  kAppendHeader: Symbol('appendHeader'),
  kBeginSend: Symbol('beginSend'),
  kAborted: Symbol('aborted'),
};
