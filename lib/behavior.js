'use strict';

/**
 * The one table of behaviours in which Node's versions differ. rust-http2 behaves as the http2 of
 * the Node it runs on; no other file may look at a version.
 *
 * A behaviour that shows on the running builtin is probed there, as patch releases receive
 * backports; the rest is keyed by the first release that has it.
 */

const { builtin } = require('./builtin.js');

const running = process.versions.node.split('.').map(Number);
/** What the builtin is made with comes with patch releases too. */
const nghttp2 = (process.versions.nghttp2 ?? '0').split('.').map(Number);

function compare(a, b) {
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Whether the running Node has a change that first appeared in the given releases, one per release
 * line. A line that is not named has it if it is newer than all that are.
 * @param {...string} releases For instance '22.17' and '24.2'.
 * @returns {boolean}
 */
function since(...releases) {
  const parsed = releases.map((release) => release.split('.').map(Number));
  const sameLine = parsed.find((release) => release[0] === running[0]);
  if (sameLine !== undefined) return compare(running, sameLine) >= 0;
  return parsed.every((release) => compare(running, release) > 0);
}

/** What a call returns; undefined if it throws. */
function attempt(probe) {
  try {
    return probe();
  } catch {
    return undefined;
  }
}

const { getPackedSettings, getUnpackedSettings, Http2ServerResponse } = builtin;
const responseHas = (name) => Object.hasOwn(Http2ServerResponse.prototype, name);

const customSettings =
  attempt(() => getPackedSettings({ customSettings: { 999: 1 } }).length) === 6;
// SETTINGS_INITIAL_WINDOW_SIZE of 2^31.
const wideWindow = Buffer.from([0, 4, 0x80, 0, 0, 0]);
const acceptsWideWindow = attempt(() => getUnpackedSettings(wideWindow, { validate: true }));

const rawRequestArrays = since('22.17', '24.0');

module.exports = Object.freeze({
  // Module -----------------------------------------------------------------------------------

  /** `performServerHandshake` is exported. */
  performServerHandshake: 'performServerHandshake' in builtin,
  /** `util.promisify(connect)` rejects on a failed connect instead of never settling. */
  promisifiedConnectRejects: since('20.16', '22.4'),

  // Options ----------------------------------------------------------------------------------

  /** `settings.customSettings` and `options.remoteCustomSettings` exist. */
  customSettings,
  /** Greatest `initialWindowSize`; RFC 9113 §6.5.2 says 2^31-1. */
  initialWindowSizeMax: acceptsWideWindow ? 2 ** 32 - 1 : 2 ** 31 - 1,
  /** Range errors name numeric session options as `The "options.x" property`, not `"x" argument`. */
  optionErrorsNameProperty: since('24.15', '25.0'),
  /** Options `streamResetBurst` and `streamResetRate`: a token bucket for received RST_STREAM. */
  streamResetOptions: since('22.10', '23.0'),
  /** Option `strictFieldWhitespaceValidation`; without it padded values are always dropped. */
  strictFieldWhitespace: since('22.17', '24.2'),
  /** Option `strictSingleValueFields`. */
  strictSingleValueFields: since('24.15', '25.7'),
  /** Option `http1Options` of servers. */
  http1Options: since('24.15', '25.7'),
  /** A secure server's `ALPNCallback` stands alone: no default ALPN list joins it. */
  alpnCallback: since('20.18.3', '22.13'),
  /** connect sends no server name for IP hosts (RFC 6066 §3). */
  noServernameForIp: since('20.19', '22.14'),

  // Sessions ---------------------------------------------------------------------------------

  /** PRIORITY signals have no effect; using them warns with DEP0194. Else 'priority' is emitted. */
  prioritySignalsRemoved: since('22.23', '24.2'),
  /** The payload of `ping()` is measured by byteLength, so that every 8-byte view is accepted. */
  pingAcceptsViews: since('20.20', '22.22.1', '24.11.1', '25.0'),
  /** `session.close()` sends GOAWAY(0) at once. */
  closeSendsGoaway: since('20.19.3', '22.16', '24.0'),
  /** `request()` on a closed or destroyed session throws; else its stream fails later. */
  requestOnDeadSessionThrows: !since('24.18', '26.3'),
  /**
   * Header blocks are heard in the async context of `request()`, not in that of `connect()`; and so
   * is all the rest of a request that was made before the session was connected.
   */
  requestAsyncContext: since('20.18.3', '22.12', '23.2'),
  /** `session.socket.destroy()` destroys the session instead of throwing. */
  socketDestroyAllowed: since('24.20', '26.6'),
  /** An illegal field name in `request()` also destroys the session. */
  badNameKillsSession: !since('22.17', '24.0'),
  /**
   * What happens to a peer that breaks the protocol:
   * - 'specific-silent': GOAWAY with the specific code, mostly without an 'error' event;
   * - 'internal-reported': reported offences give an 'error' event and GOAWAY(2), the others a
   *   silent GOAWAY with the specific code;
   * - 'specific-reported': always an 'error' event, and GOAWAY with the specific code and a debug
   *   text.
   */
  violations: since('22.23.3', '24.21', '26.8')
    ? 'specific-reported'
    : since('20.18.2', '22.13.1', '23.6.1')
      ? 'internal-reported'
      : 'specific-silent',
  /** DATA beyond the announced content-length fails the session, not only the stream. */
  surplusDataFailsSession: compare(nghttp2, [1, 69]) >= 0,
  /** RST code of a client stream whose request block is too large to send. */
  oversizedRequestCode: since('20.19.3', '22.16', '24.0') ? 7 : 6,

  // Streams ----------------------------------------------------------------------------------

  /** `respond()` takes flat header arrays. */
  rawResponseArrays: since('22.20', '24.7'),
  /** `sentHeaders` of a flat array gathers repeated names in arrays. */
  rawSentHeadersGather: since('22.19', '24.6'),
  /** `request()` takes flat header arrays. */
  rawRequestArrays,
  /** Code of the error that pending write callbacks receive at destroy; null: none. */
  pendingWriteErrorAtDestroy: since('22.0') && !since('24.22', '26.8') ? 'ECANCELED' : null,

  // Servers ----------------------------------------------------------------------------------

  /** `server.close()` closes every session gracefully. */
  serverCloseClosesSessions: since('24.0'),
  /** Secure servers have `closeIdleConnections`, and `close()` ends idle HTTP/1 sockets. */
  closeIdleConnections: since('20.12', '22.0'),
  /** The HTTP/1 fallback obeys headersTimeout, requestTimeout, connectionsCheckingInterval. */
  http1Timeouts: since('20.12', '22.0'),
  /** The HTTP/1 fallback takes the server's http options; before, it has no keep-alive timeout. */
  http1TakesOptions: since('24.15', '25.0'),

  // Compatibility classes --------------------------------------------------------------------

  /** `response.appendHeader`. */
  appendHeader: responseHas('appendHeader'),
  /** `response.writeInformation`. */
  writeInformation: responseHas('writeInformation'),
  /** `response.writableNeedDrain` and `writableObjectMode`. */
  writableNeedDrain: responseHas('writableNeedDrain'),
  /** `writeHead` keeps the duplicates of a flat array instead of the last. */
  writeHeadKeepsDuplicates: since('20.12', '22.0'),
  /** `writeHead` on a closed stream does nothing; else it throws …INVALID_STREAM. */
  writeHeadAfterCloseIgnored: since('20.19.3', '22.16', '24.0'),
  /** `writeEarlyHints` checks names and values as setHeader does. */
  earlyHintsChecked: since('24.18', '26.2'),

  // JavaScript -------------------------------------------------------------------------------

  /**
   * Objects made by spreading another share their hidden classes. Before, adding a property to one
   * costs 1.4 µs, and a hidden class that only a full collection takes back.
   */
  spreadIsShared: since('22.0'),

  // Observation ------------------------------------------------------------------------------

  /** Diagnostics channels of stream life. */
  streamChannels: since('22.17', '24.3'),
  /** Diagnostics channels of the client's request bodies. */
  bodyChannels: since('22.22.1', '24.12', '25.2'),
  /** What is in the `detail` of performance entries is on the entry too (DEP0152). */
  performanceEntryFields: !since('25.0'),
});
