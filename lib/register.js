'use strict';

/**
 * Preload (`node -r rust-http2/register`, `node --import rust-http2/register`): from here on this
 * package answers `http2` and `node:http2`, for require, import and process.getBuiltinModule, in the
 * application and its dependencies. Worker threads inherit the flag, and so the preload.
 *
 * Node's own object stays, and gets this package's members: it is the one that every way to ask
 * gives, import included, and no import of another module has to pass a hook. The package is loaded
 * when somebody asks.
 */

const Module = require('node:module');
const { builtin, exportsOfBuiltin, kGenuine } = require('./builtin.js');

let replaced = false;

/** Puts this package's members in the place of the builtin's; what a later Node adds stays. */
function replaceMembers() {
  if (replaced) return;
  const ours = Object.getOwnPropertyDescriptors(require('./index.js'));
  Object.defineProperties(exportsOfBuiltin, {
    ...Object.getOwnPropertyDescriptors(builtin),
    ...ours,
  });
  replaced = true;
}

/**
 * Until then, reading a member does so: this is how import reads them, and Node's own modules.
 * Those that are no functions are the same in both.
 */
function replaceMembersWhenRead() {
  for (const [name, member] of Object.entries(builtin)) {
    if (typeof member !== 'function') continue;
    Object.defineProperty(exportsOfBuiltin, name, {
      get() {
        replaceMembers();
        return exportsOfBuiltin[name];
      },
      set(value) {
        replaceMembers();
        exportsOfBuiltin[name] = value;
      },
      enumerable: true,
      configurable: true,
    });
  }
  // For what imported http2 before. Where nothing did, this reads no member; but Node 20.11 makes
  // every builtin ready for import as it is loaded, so that the package is loaded here.
  Module.syncBuiltinESMExports();
}

/** Puts before a function that gives modules that http2 is ours, so that no accessor is seen. */
function hook(owner, key) {
  const original = owner[key];
  const replacement = function (id, ...rest) {
    if (id === 'http2' || id === 'node:http2') replaceMembers();
    return Reflect.apply(original, this, [id, ...rest]);
  };
  const { name, length } = original;
  owner[key] = Object.defineProperties(replacement, {
    name: { value: name },
    length: { value: length },
  });
}

function register() {
  if (exportsOfBuiltin[kGenuine] !== undefined) return;
  Object.defineProperty(exportsOfBuiltin, kGenuine, { value: builtin });
  replaceMembersWhenRead();
  hook(Module, '_load');
  if (process.getBuiltinModule !== undefined) hook(process, 'getBuiltinModule');
}

register();
