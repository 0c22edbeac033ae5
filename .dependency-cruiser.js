'use strict';

// Who may import whom: the layers of lib/, from its leaves to its entry.

const files = (...names) => `^lib/(${names.join('|')})\\.js$`;

const SESSIONS = files('[a-z-]*session');
const STREAMS = files('[a-z-]*stream');
const ENTRIES = files('server', 'connect', 'index', 'register');
const COMPAT = '^lib/compat/';
const BRIDGE = files('native', 'bridge');
const CONVERSIONS = files('headers', 'settings', 'options');
const CLASSES = [SESSIONS, STREAMS, ENTRIES, COMPAT];

const forbid = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: to },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-runtime-dependencies',
      comment: 'The package depends on nothing from npm but its own platform packages.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    forbid(
      'leaves',
      'A leaf imports nothing but leaves.',
      files(
        'symbols',
        'errors',
        'error-messages',
        'constants',
        'validators',
        'behavior',
        'platforms',
      ),
      [...CLASSES, BRIDGE, CONVERSIONS, files('events', 'transport')],
    ),
    forbid('conversions', 'Conversions know no streams and no sessions.', CONVERSIONS, CLASSES),
    forbid('streams', 'A stream reaches its session through this[kSession].', STREAMS, [
      SESSIONS,
      ENTRIES,
      COMPAT,
      BRIDGE,
    ]),
    forbid('sessions', 'A session knows no server.', SESSIONS, [ENTRIES, COMPAT]),
    forbid('compat', 'The compatibility API uses the public stream API.', COMPAT, [
      SESSIONS,
      BRIDGE,
    ]),
    forbid('plumbing', 'Sessions and streams are handed in.', files('events', 'transport'), [
      SESSIONS,
      STREAMS,
    ]),
    forbid('tls', 'TLS knows sockets, not what goes over them.', '^lib/tls/', [
      ...CLASSES,
      files('events', 'transport'),
    ]),
    forbid('entries', 'Sessions own the native side.', files('server', 'connect'), BRIDGE),
    forbid(
      'helpers',
      'The object is handed in.',
      files('file-response', 'socket-proxy', 'timeouts', 'diagnostics'),
      CLASSES,
    ),
    forbid(
      'public-entry',
      'Only unit tests read private files; some peers drive the addon itself.',
      '^(bench|examples|__test__/(conformance|interop|faults|support))/',
      '^lib/(?!(index|register|native)\\.js$)',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['require', 'default'] },
  },
};
