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
  kLocalSettings: Symbol('localSettings'),
  kRemoteSettings: Symbol('remoteSettings'),
  kAlpnProtocol: Symbol('alpnProtocol'),
  kEncrypted: Symbol('encrypted'),

  // Streams
  kId: Symbol('id'),
  kSlot: Symbol('slot'),
  kState: Symbol('state'),
  kInit: Symbol('init'),
  kAuthority: Symbol('authority'),
  kProtocol: Symbol('protocol'),
  kRawHeaders: Symbol('rawHeaders'),
  kProceed: Symbol('proceed'),
  kUpdateTimer: Symbol('updateTimer'),
  kTimeout: Symbol('timeout'),
  kMaybeDestroy: Symbol('maybeDestroy'),

  // Servers
  kOptions: Symbol('options'),
  kConfig: Symbol('config'),
  kSessions: Symbol('sessions'),
  kHttp1: Symbol('http1'),

  // Compatibility classes
  kRequest: Symbol('request'),
  kResponse: Symbol('response'),
  kStream: Symbol('stream'),
  kHeaders: Symbol('headers'),
  kTrailers: Symbol('trailers'),
  kRawTrailers: Symbol('rawTrailers'),
  kAborted: Symbol('aborted'),
  kOnAborted: Symbol('onAborted'),
  kOnClose: Symbol('onClose'),

  // Sessions and their streams, between each other
  kAddOwnStream: Symbol('addOwnStream'),
  kAddPeerStream: Symbol('addPeerStream'),
  kBlocked: Symbol('blocked'),
  kCloseEngine: Symbol('closeEngine'),
  kCutter: Symbol('cutter'),
  kDirty: Symbol('dirty'),
  kAcks: Symbol('acks'),
  kEndSession: Symbol('endSession'),
  kFindStream: Symbol('findStream'),
  kOpen: Symbol('open'),
  kReplaced: Symbol('replaced'),
  kGoawayCode: Symbol('goawayCode'),
  kGoawayLastStreamID: Symbol('goawayLastStreamID'),
  kLoseTransport: Symbol('loseTransport'),
  kSayGoodbye: Symbol('sayGoodbye'),
  kSessionCode: Symbol('sessionCode'),
  kStreamDestroyed: Symbol('streamDestroyed'),
  kStreamState: Symbol('streamState'),
  kUnsentCode: Symbol('unsentCode'),
  kOwnOrigin: Symbol('ownOrigin'),
  kWhenConnected: Symbol('whenConnected'),
  kStrictSingle: Symbol('strictSingle'),
  kOnNewStream: Symbol('onNewStream'),
  kOnStreamHeaders: Symbol('onStreamHeaders'),

  // Events of the engine
  kOnAltsvc: Symbol('onAltsvc'),
  kOnClosed: Symbol('onClosed'),
  kOnData: Symbol('onData'),
  kOnEnd: Symbol('onEnd'),
  kOnGoaway: Symbol('onGoaway'),
  kOnHeaders: Symbol('onHeaders'),
  kOnNotSent: Symbol('onNotSent'),
  kOnOrigin: Symbol('onOrigin'),
  kOnPing: Symbol('onPing'),
  kOnPingAck: Symbol('onPingAck'),
  kOnPriority: Symbol('onPriority'),
  kOnSessionError: Symbol('onSessionError'),
  kOnSettings: Symbol('onSettings'),
  kOnSettingsAck: Symbol('onSettingsAck'),

  // Transports
  kCarries: Symbol('carries'),
  kOnSessionOver: Symbol('onSessionOver'),
  kOnTransportClose: Symbol('onTransportClose'),
  kOnTransportEnd: Symbol('onTransportEnd'),
  kOnTransportError: Symbol('onTransportError'),
  kReadDirectly: Symbol('readDirectly'),
  kSeal: Symbol('seal'),
  kSmallReads: Symbol('smallReads'),

  // Streams' own state
  kAfterFinish: Symbol('afterFinish'),
  kBody: Symbol('body'),
  kContext: Symbol('context'),
  kScope: Symbol('scope'),
  kKeepContext: Symbol('keepContext'),
  kEndBody: Symbol('endBody'),
  kOnStreamClosed: Symbol('onStreamClosed'),
  kOnStreamData: Symbol('onStreamData'),
  kOnStreamEnd: Symbol('onStreamEnd'),
  kSend: Symbol('send'),
  kSendPiece: Symbol('sendPiece'),
  kStartResponse: Symbol('startResponse'),
};
