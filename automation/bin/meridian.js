#!/usr/bin/env node
// Starts the command line from its TypeScript sources: nothing to build before a first run. They
// are compiled the way the program is, once per version of a file.
"use strict";

// Which Node to use is said in package.json; a warning in every command's output says it no better.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

require("../../infra/register.js");
require("../index.ts")
    .main(process.argv.slice(2))
    .then((exitCode) => {
        process.exitCode = exitCode;
    });
