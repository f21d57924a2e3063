// Mocha's spec reporter; for test/run.js, the counts and what failed on disk as well.
"use strict";

const fs = require("node:fs");
const { format } = require("node:util");
const { Base, Spec } = require("mocha").reporters;

/** What Mocha tells of these failures, differences and all, as text. */
function told(failures) {
    const lines = [];
    const print = Base.consoleLog;
    Base.consoleLog = (...parts) => lines.push(format(...parts));
    try {
        Base.list(failures);
    } finally {
        Base.consoleLog = print;
    }
    return lines.join("\n");
}

module.exports = class extends Spec {
    done(failures, finish) {
        if (process.env.TEST_SUMMARY !== undefined) {
            const { passes, failures: failed } = this.stats;
            const summary = { passes, failed, report: told(this.failures) };
            fs.writeFileSync(process.env.TEST_SUMMARY, JSON.stringify(summary));
        }
        finish?.(failures);
    }
};
