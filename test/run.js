#!/usr/bin/env node
// `npm test`: types, lint, unit specs, then the specs that need the real engine. Ends with one
// line, "N passed, N failed", that counts every spec and every check.
"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const root = path.join(__dirname, "..");
const bin = (name) => path.join(root, "node_modules", ".bin", name);
let passed = 0;
let failed = 0;

function check(title, command, args) {
    console.log(`\n== ${title}`);
    const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
    if (status === 0) {
        passed++;
    } else {
        failed++;
        console.log(`${title}: failed (exit status ${status})`);
    }
}

function mocha(title, args) {
    console.log(`\n== ${title}`);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "meridian-test-"));
    const summary = path.join(folder, "summary.json");
    const { status } = spawnSync(
        bin("mocha"),
        [...args, "--reporter", "test/support/reporter.js"],
        {
            cwd: root,
            stdio: "inherit",
            env: { ...process.env, TEST_SUMMARY: summary },
        },
    );
    try {
        const counts = JSON.parse(fs.readFileSync(summary, "utf8"));
        passed += counts.passes;
        failed += counts.failures;
        if (status !== 0 && counts.failures === 0) {
            failed++;
        }
    } catch {
        failed++;
        console.log(
            `${title}: the test runner stopped before it could count (exit status ${status})`,
        );
    }
    fs.rmSync(folder, { recursive: true, force: true });
}

const only = process.argv[2];
if (only === undefined || only === "static") {
    check("types", bin("tsc"), ["--noEmit"]);
    check("lint", bin("eslint"), ["."]);
    check("format", bin("prettier"), ["--check", "--log-level", "warn", "."]);
}
if (only === undefined || only === "unit") {
    mocha("unit specs", []);
}
if (only === undefined || only === "integration") {
    check("the Pulumi engine", process.execPath, ["automation/bin/meridian.js", "engine"]);
    mocha("specs on the real engine", ["--config", "test/integration/.mocharc.json"]);
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
