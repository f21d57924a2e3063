#!/usr/bin/env node
// Starts the command line from its TypeScript sources: nothing to build before a first run.
"use strict";

const path = require("node:path");

require("ts-node").register({
    transpileOnly: true,
    project: path.join(__dirname, "..", "..", "tsconfig.json"),
});
require("../index.ts")
    .main(process.argv.slice(2))
    .then((exitCode) => {
        process.exitCode = exitCode;
    });
