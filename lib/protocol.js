'use strict';

/**
 * Numbers shared with the native side: operation codes of the event and command rings and marks of
 * string references. A test compares them with the native table.
 */

module.exports = {
  /** First word of the event ring that holds an event; the words before it are cursors. */
  HEADER: 8,
  /** Word of the event ring that tells whether events point into the chunk that was received. */
  POINTS: 4,
  /** Bit of a name reference: the field is never indexed (RFC 7541 §7.1.3). */
  SENSITIVE: 0x40000000,
  /** Places of the native table of inbound strings: ids are below. */
  INBOUND_STRINGS: 2048,

  events: {
    SESSION: 1,
    HEADERS: 2,
    DATA: 3,
    END: 4,
    CLOSED: 5,
    SETTINGS: 6,
    SETTINGS_ACK: 7,
    PING: 8,
    PING_ACK: 9,
    GOAWAY: 10,
    ALTSVC: 11,
    ORIGIN: 12,
    PRIORITY: 13,
    PRIORITY_UPDATE: 14,
    NOT_SENT: 15,
    SESSION_ERROR: 16,
    UNKNOWN: 17,
    INVALID_FRAME: 18,
    FRAME: 19,
  },

  /** Kinds of field sections in HEADERS events. */
  sections: {
    REQUEST: 0,
    RESPONSE: 1,
    INFORMATIONAL: 2,
    TRAILERS: 3,
    PUSH: 4,
  },

  commands: {
    REQUEST: 1,
    RESPOND: 2,
    INFORM: 3,
    PUSH: 4,
    DATA: 5,
    TRAILERS: 6,
    RESET: 7,
    PING: 8,
    SETTINGS: 9,
    GOAWAY: 10,
    ALTSVC: 11,
    ORIGIN: 12,
    CONSUME: 13,
    WINDOW: 14,
    NEXT_ID: 15,
    TERMINATE: 16,
    PRIORITY: 17,
    PEER_STREAMS: 18,
  },
};
