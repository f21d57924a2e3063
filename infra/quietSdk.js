// Keeps from the engine what Pulumi's SDK says for those who debug it: several calls for each resource,
// each made when the one before is answered, and a third of a program's processor time. The engine
// tells them only with `pulumi up --debug`, for which this is not loaded.
"use strict";

const Module = require("node:module");
const path = require("node:path");

const sdk = path.join("@pulumi", "pulumi", path.sep);
/** How the SDK's modules name their `log/index.js`. */
const log = /(?:^|\/)log(?:\/index)?$/;
const load = Module._load;

Module._load = function (request, parent, isMain) {
    const loaded = load.call(this, request, parent, isMain);
    // Half loaded, where modules need each other, it has no `debug` yet: it is asked for again.
    if (log.test(request) && parent?.filename?.includes(sdk) && loaded.debug !== undefined) {
        loaded.debug = () => Promise.resolve();
    }
    return loaded;
};
