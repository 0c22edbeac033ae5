'use strict';

// Finds the addon: a file built here, else the package of this platform.

const TARGETS = {
  'darwin-arm64': ['darwin-arm64'],
  'darwin-x64': ['darwin-x64'],
  'linux-arm64': ['linux-arm64-gnu'],
  // Only the one for the C library at hand can be loaded.
  'linux-x64': ['linux-x64-gnu', 'linux-x64-musl'],
  'win32-x64': ['win32-x64-msvc'],
};

function load() {
  const platform = `${process.platform}-${process.arch}`;
  const causes = [];
  for (const target of TARGETS[platform] ?? [platform]) {
    for (const id of [`../rust-http2.${target}.node`, `rust-http2-${target}`]) {
      try {
        return require(id);
      } catch (error) {
        causes.push(error);
      }
    }
  }
  throw new AggregateError(
    causes,
    `rust-http2 has no addon for ${platform}: ` +
      'install it with optional dependencies, or build it with `npm run build`.',
  );
}

module.exports = load();
