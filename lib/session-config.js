'use strict';

const native = require('./native.js');
const { engineConfig, initialEntries } = require('./options.js');
const { kConfig } = require('./symbols.js');

/** Default of `peerMaxConcurrentStreams`. */
const PEER_STREAMS = 100;

/** What the engine has to know of options, for all sessions that begin with the same settings. */
class SessionConfig {
  /**
   * @param {number} type NGHTTP2_SESSION_SERVER or NGHTTP2_SESSION_CLIENT.
   * @param {object} options Normalised (options.js).
   * @param {number[]} settings The initial SETTINGS: id, value, id, value …
   */
  constructor(type, options, settings) {
    const config = engineConfig(options, settings);
    this.settings = settings;
    this.peerStreams = config.peerMaxConcurrentStreams ?? PEER_STREAMS;
    this.native = new native.Config(type, config);
  }

  beginsWith(settings) {
    if (settings.length !== this.settings.length) return false;
    for (let i = 0; i < settings.length; i++) {
      if (settings[i] !== this.settings[i]) return false;
    }
    return true;
  }
}

/**
 * The config of a session. A server has one for as long as its settings stay: to read the options
 * is a good part of what a session costs.
 * @param {number} type NGHTTP2_SESSION_SERVER or NGHTTP2_SESSION_CLIENT.
 * @param {object} options Normalised (options.js); only `settings` in it may change.
 * @returns {SessionConfig}
 */
function configOf(type, options) {
  const settings = initialEntries(options);
  if (!options[kConfig]?.beginsWith(settings)) {
    options[kConfig] = new SessionConfig(type, options, settings);
  }
  return options[kConfig];
}

module.exports = { configOf };
