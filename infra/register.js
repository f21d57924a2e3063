// Compiles the program's TypeScript as it is loaded. The types are checked by `npm run typecheck`;
// in an update only the time to start counts, and esbuild takes a tenth of ts-node's. What was
// compiled once is kept beside the dependencies, by content.
"use strict";

require("./codeCache.js");
require("./deferredModules.js");

const { createHash } = require("node:crypto");
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const { version, transformSync } = require("esbuild");
const sourceMaps = require("source-map-support");

const cache = path.join(__dirname, "..", "node_modules", ".cache", "meridian-program");
const loaded = new Map();

sourceMaps.install({ environment: "node", retrieveFile: (file) => loaded.get(file) ?? null });

Module._extensions[".ts"] = (module, file) => {
    const code = compile(fs.readFileSync(file, "utf8"), file);
    loaded.set(file, code);
    module._compile(code, file);
};

function compile(source, file) {
    const digest = createHash("sha256").update(`${version}\0${file}\0${source}`).digest("hex");
    const kept = path.join(cache, `${digest}.js`);
    try {
        return fs.readFileSync(kept, "utf8");
    } catch {
        const { code } = transformSync(source, {
            loader: "ts",
            format: "cjs",
            target: "node20",
            sourcefile: file,
            sourcemap: "inline",
        });
        keep(kept, code);
        return code;
    }
}

/** Whole or not at all: updates of several stacks start at once. A read-only checkout compiles anew. */
function keep(file, code) {
    const partial = `${file}.${process.pid}`;
    try {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(partial, code);
        fs.renameSync(partial, file);
    } catch {
        fs.rmSync(partial, { force: true });
    }
}
