// Mocha's spec reporter, and the counts on disk for test/run.js.
"use strict";

const fs = require("node:fs");
const Mocha = require("mocha");

module.exports = class extends Mocha.reporters.Spec {
    done(failures, finish) {
        if (process.env.TEST_SUMMARY !== undefined) {
            fs.writeFileSync(process.env.TEST_SUMMARY, JSON.stringify(this.stats));
        }
        finish?.(failures);
    }
};
