// Loads the TypeScript compiler, ts-node and npm's dependency tree when Pulumi's SDK first uses them:
// the compiler and the tree to write a function into a stack's state, ts-node to load a policy pack's
// TypeScript. The SDK asks for them whenever it starts, and the most part of what it loads is theirs.
"use strict";

const Module = require("node:module");
const path = require("node:path");

/** For each module what the SDK asks of it wherever it starts, from `version` and the module itself. */
const deferred = new Map([
    ["typescript", ({ version }) => ({ version })],
    ["@npmcli/arborist", () => ({})],
    ["ts-node", ({ version, real }) => ({ VERSION: version, register: registerWhenUsed(real) })],
]);
const sdk = path.join("@pulumi", "pulumi", path.sep);
const load = Module._load;

Module._load = function (request, parent, isMain) {
    const early = parent?.filename?.includes(sdk) ? deferred.get(request) : undefined;
    if (early === undefined) {
        return load.call(this, request, parent, isMain);
    }
    let found;
    const real = () => (found ??= load.call(this, request, parent, isMain));
    const about = {
        real,
        get version() {
            return load.call(Module, `${request}/package.json`, parent, false).version;
        },
    };
    return standIn(early(about), real);
};

/** Has what is known already, and is the module from the moment that something else is asked of it. */
function standIn(early, real) {
    return new Proxy(
        {},
        {
            // Else the SDK copies every property as soon as it has the module.
            get: (_, name) =>
                name === "__esModule" || (Object.hasOwn(early, name) ? early[name] : real()[name]),
            has: (_, name) => name in real(),
        },
    );
}

/**
 * ts-node's `register`, put off until a file of TypeScript is loaded. What it does for the traces of
 * bundles, which name the TypeScript they were made of, is done at once.
 */
function registerWhenUsed(real) {
    return (options) => {
        require("source-map-support").install({ environment: "node" });
        for (const extension of [".ts", ".tsx"]) {
            Module._extensions[extension] = (module, file) => {
                delete Module._extensions[".ts"];
                delete Module._extensions[".tsx"];
                real().register(options);
                Module._extensions[path.extname(file)](module, file);
            };
        }
    };
}
