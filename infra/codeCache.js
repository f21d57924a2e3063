// Keeps what V8 makes of every module that a process loads, by content, beside the dependencies: of
// the time that a program of this size takes to start, most goes into compiling what never changes.
// Node 22 brings the same (https://nodejs.org/docs/latest-v22.x/api/module.html#module-compile-cache).
"use strict";

const { createHash } = require("node:crypto");
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const v8 = require("node:v8");
const vm = require("node:vm");

const folder = path.join(__dirname, "..", "node_modules", ".cache", "meridian-code");
/** A process may be killed when its work is done: what is new is kept soon after it was loaded. */
const settleMs = 2000;
/** Scripts of `vm` cannot import without a warning; not in a text, nor in a type. */
const dynamicImport = /(?<![.\w$"'`]|typeof )import\s*\(/;

if (Module.enableCompileCache === undefined) {
    keepCode();
} else {
    Module.enableCompileCache(folder);
    setTimeout(() => Module.flushCompileCache?.(), settleMs).unref();
}

/** For Node 20. One file for each kind of process: a program, a policy pack, a provider. */
function keepCode() {
    // V8 takes no code from under other flags, and Pulumi's SDK sets this one while it loads.
    v8.setFlagsFromString("--allow-natives-syntax");
    const entry = (process.argv[1] ?? "").split(`${path.sep}node_modules${path.sep}`).at(-1);
    const file = path.join(
        folder,
        digestOf(`${process.version}\0${process.arch}\0${v8.cachedDataVersionTag()}\0${entry}`),
    );
    const kept = read(file);
    /** Compiled by this process, by file. */
    const fresh = new Map();
    let timer;

    const compile = Module.prototype._compile;
    Module.prototype._compile = function (content, filename) {
        if (dynamicImport.test(content)) {
            return compile.call(this, content, filename);
        }
        // A `#!` is no JavaScript anywhere but in the first column of a file.
        const source = content.replace(/^#!/, "//");
        const digest = digestOf(source);
        const known = kept.get(filename);
        const cachedData = known?.digest === digest ? known.code : undefined;
        const script = new vm.Script(Module.wrap(source), {
            filename,
            // The first line begins with the wrapper, and traces must not tell.
            columnOffset: -Module.wrapper[0].length,
            ...(cachedData === undefined ? {} : { cachedData }),
        });
        if (cachedData === undefined || script.cachedDataRejected) {
            fresh.set(filename, { digest, script });
            timer ??= setTimeout(keep, settleMs).unref();
        }
        const run = script.runInThisContext();
        return run.call(
            this.exports,
            this.exports,
            requireOf(this),
            this,
            filename,
            path.dirname(filename),
        );
    };
    process.on("exit", keep);

    function keep() {
        timer = undefined;
        if (fresh.size > 0) {
            for (const [filename, { digest, script }] of fresh) {
                // Only now: it holds the functions that were called, and no others.
                kept.set(filename, { digest, code: script.createCachedData() });
            }
            fresh.clear();
            write(file, kept);
        }
    }
}

/** What Node gives a CommonJS module as `require`: https://nodejs.org/docs/latest-v20.x/api/modules.html#requireid */
function requireOf(module) {
    const require = (id) => module.require(id);
    require.resolve = (request, options) =>
        Module._resolveFilename(request, module, false, options);
    require.resolve.paths = (request) => Module._resolveLookupPaths(request, module);
    require.main = process.mainModule;
    require.extensions = Module._extensions;
    require.cache = Module._cache;
    return require;
}

function digestOf(text) {
    return createHash("sha1").update(text).digest("hex");
}

/** Layout: length of the index, 4 bytes; the index, `[file, digest, bytes]` as JSON; the code, in its order. */
function read(file) {
    const kept = new Map();
    try {
        const bytes = fs.readFileSync(file);
        let at = 4 + bytes.readUInt32LE(0);
        for (const [filename, digest, length] of JSON.parse(bytes.toString("utf8", 4, at))) {
            kept.set(filename, { digest, code: bytes.subarray(at, at + length) });
            at += length;
        }
    } catch {
        // Not there yet, or not ours: everything is compiled anew.
    }
    return kept;
}

/** Whole or not at all: several processes of a kind start at once. */
function write(file, kept) {
    try {
        fs.mkdirSync(folder, { recursive: true });
    } catch {
        // A read-only checkout keeps nothing.
        return;
    }
    const partial = `${file}.${process.pid}`;
    const entries = [...kept];
    const index = Buffer.from(
        JSON.stringify(entries.map(([name, { digest, code }]) => [name, digest, code.length])),
    );
    const length = Buffer.alloc(4);
    length.writeUInt32LE(index.length);
    try {
        fs.writeFileSync(
            partial,
            Buffer.concat([length, index, ...entries.map(([, { code }]) => code)]),
        );
        fs.renameSync(partial, file);
    } catch {
        fs.rmSync(partial, { force: true });
    }
}
