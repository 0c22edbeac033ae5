'use strict';

/**
 * The platforms with a prebuilt addon, each the npm package `rust-http2-PLATFORM`: system, processor
 * and, where several are in use, the C library.
 */
module.exports = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm64-gnu',
  'linux-x64-gnu',
  'linux-x64-musl',
  'win32-x64-msvc',
];
