#!/usr/bin/env node
// `npm test`: types, lint, format and unit specs side by side, then the specs that need the real
// engine. Ends with what failed, once more because much was printed since, and with one line,
// "N passed, N failed", that counts every spec and every check.
"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const root = path.join(__dirname, "..");
const bin = (name) => path.join(root, "node_modules", ".bin", name);
let passed = 0;
let failed = 0;
/** What is told of the failures at the end. */
const reports = [];

/** Exit status of a command, or null when a signal ended it. */
function run(command, args, stdio, environment = {}) {
    return new Promise((resolve) => {
        const env = { ...process.env, ...environment };
        const child = spawn(command, args, { cwd: root, stdio, env });
        child.once("error", (error) => {
            console.log(`${command}: ${error.message}`);
            resolve(null);
        });
        child.once("close", (status) => resolve(status));
    });
}

function fail(report) {
    failed++;
    reports.push(report);
    console.log(report);
}

function count(title, status) {
    if (status === 0) {
        passed++;
    } else {
        fail(`${title}: failed (exit status ${status})`);
    }
}

async function check(title, command, args) {
    console.log(`\n== ${title}`);
    count(title, await run(command, args, "inherit"));
}

/** Checks that run beside something else: `show` prints what they had to say, once they are done. */
function checksAside(folder) {
    const checks = [
        ["types", "tsc", ["--noEmit"]],
        ["lint", "eslint", ["."]],
        ["format", "prettier", ["--check", "--log-level", "warn", "."]],
    ];
    const done = (async () => {
        const results = [];
        for (const [title, tool, args] of checks) {
            const log = path.join(folder, `${title}.log`);
            const output = fs.openSync(log, "w");
            const status = await run(bin(tool), args, ["ignore", output, output]);
            fs.closeSync(output);
            results.push({ title, log, status });
        }
        return results;
    })();
    return async function show() {
        for (const { title, log, status } of await done) {
            console.log(`\n== ${title}`);
            process.stdout.write(fs.readFileSync(log));
            count(title, status);
        }
    };
}

async function mocha(title, args, folder) {
    console.log(`\n== ${title}`);
    const summary = path.join(folder, "summary.json");
    fs.rmSync(summary, { force: true });
    const status = await run(
        bin("mocha"),
        [...args, "--reporter", "test/support/reporter.js"],
        "inherit",
        { TEST_SUMMARY: summary },
    );
    try {
        const counts = JSON.parse(fs.readFileSync(summary, "utf8"));
        passed += counts.passes;
        failed += counts.failed;
        if (counts.failed > 0) {
            reports.push(`${title}:${counts.report}`);
        } else if (status !== 0) {
            fail(`${title}: no spec failed, and yet mocha did (exit status ${status})`);
        }
    } catch {
        fail(`${title}: the test runner stopped before it could count (exit status ${status})`);
    }
}

async function main(only) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "meridian-test-"));
    try {
        const wanted = (part) => only === undefined || only === part;
        const show = wanted("static") ? checksAside(folder) : async () => undefined;
        if (wanted("unit")) {
            await mocha("unit specs", [], folder);
        }
        await show();
        if (wanted("integration")) {
            await check("the Pulumi engine", process.execPath, [
                "automation/bin/meridian.js",
                "engine",
            ]);
            const specs = ["--config", "test/integration/.mocharc.json"];
            await mocha("specs on the real engine", specs, folder);
        }
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
    reports.forEach((report) => console.log(`\n== failed: ${report}`));
    console.log(`\n${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 ? 0 : 1;
}

void main(process.argv[2]);
