'use strict';

// Written in the language of old Nodes, as those are what it is for.

var engines = require('../package.json').engines;

/** Ends the program with one sentence where this Node is older than the package supports. */
module.exports = function checkNode() {
  var wanted = /\d+(\.\d+)*/.exec(engines.node)[0].split('.').map(Number);
  var here = process.versions.node.split('.').map(Number);
  for (var i = 0; i < wanted.length; i++) {
    if (here[i] > wanted[i]) return;
    if (here[i] < wanted[i]) {
      console.error(
        'rust-http2 needs Node ' +
          wanted.join('.') +
          ' or newer; this is Node ' +
          process.versions.node +
          '.',
      );
      process.exit(1);
    }
  }
};
