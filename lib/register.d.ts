/**
 * The preload: from its import on, `http2` and `node:http2` are this package. It exports nothing.
 *
 * A program that is started with `node --import rust-http2/register`, and so never imports it, gets
 * the options of this package known on the types of `node:http2` by
 * `"types": ["node", "rust-http2/register"]` in its tsconfig.json.
 */
import '../index.js';
