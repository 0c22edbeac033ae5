'use strict';

const { AsyncResource } = require('node:async_hooks');

/**
 * The async context that something was begun in, for what is heard of it later.
 *
 * Events of many streams come out of one read, and callbacks of many writes out of one write to a
 * transport. A user's AsyncLocalStorage has to find in each what belongs to it, and never what
 * belongs to another request, so that each runs in a context of its own: a session's events in the
 * one it was connected in, a write's callback in the writer's, a request's events as
 * `ClientHttp2Stream` says.
 *
 * The types are those that Node's http2 gives its resources.
 */
class Context extends AsyncResource {
  /** @param {'HTTP2SESSION' | 'HTTP2STREAM' | 'WRITEWRAP'} type */
  constructor(type) {
    // Without options, async_hooks hears of the end when the resource is collected.
    super(type);
  }
}

module.exports = { Context };
