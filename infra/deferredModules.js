// Loads the TypeScript compiler and npm's dependency tree when Pulumi's SDK first uses them, which is
// to write a function into a stack's state: the SDK asks for them whenever it starts, and the most
// part of what it loads is theirs.
"use strict";

const Module = require("node:module");
const path = require("node:path");

const deferred = new Set(["typescript", "@npmcli/arborist"]);
const sdk = path.join("@pulumi", "pulumi", path.sep);
const load = Module._load;

Module._load = function (request, parent, isMain) {
    return deferred.has(request) && parent?.filename?.includes(sdk)
        ? whenUsed(() => load.call(this, request, parent, isMain))
        : load.call(this, request, parent, isMain);
};

/** Stands for an object until something is asked of it. */
function whenUsed(find) {
    let found;
    const real = () => (found ??= find());
    return new Proxy(
        {},
        {
            // Else the SDK copies every property as soon as it has the module.
            get: (_, name) => name === "__esModule" || real()[name],
            has: (_, name) => name in real(),
        },
    );
}
