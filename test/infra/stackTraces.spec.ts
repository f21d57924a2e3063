import { spawnSync } from "node:child_process";
import path from "node:path";

import { expect } from "chai";

import { withFolders } from "../../infra/stackTraces";

describe("stack traces", () => {
    for (const [trace, wanted] of [
        ["at f (/a/node_modules/b.js:1:2)", "at f (/a/node_modules/./b.js:1:2)"],
        ["at f (/a/node_modules/@s/b.js:1:2)", "at f (/a/node_modules/@s/./b.js:1:2)"],
        ["at /a/node_modules/b.js:1:2", "at /a/node_modules/./b.js:1:2"],
        ["at f (/a/node_modules/p/b.js:1:2)", "at f (/a/node_modules/p/b.js:1:2)"],
        ["at f (/a/node_modules/@s/p/b.js:1:2)", "at f (/a/node_modules/@s/p/b.js:1:2)"],
        ["at f (/a/b.js:1:2)", "at f (/a/b.js:1:2)"],
    ] as const) {
        it(`writes ${trace} so that it can be printed`, () => {
            expect(withFolders(trace)).to.equal(wanted);
        });
    }

    it("lets an error with such a frame be printed in colour", () => {
        const program = `
            Error.prepareStackTrace = (error) => String(error) + "\\n    at f (/a/node_modules/b.js:1:2)";
            require(${JSON.stringify(path.join(__dirname, "../../infra/stackTraces"))});
            console.log(require("node:util").inspect(new Error("printed"), { colors: true }));
        `;
        const { stdout, status } = spawnSync(
            process.execPath,
            ["--max-old-space-size=200", "-r", "ts-node/register/transpile-only", "-e", program],
            { encoding: "utf8", timeout: 15_000 },
        );
        expect(status).to.equal(0);
        expect(stdout).to.contain("printed");
    });

    for (const { title, environment, frames } of [
        { title: "spends nothing on the traces of promises", environment: {}, frames: false },
        {
            title: "writes the traces of promises when they are asked for",
            environment: { PULUMI_DEBUG_PROMISE_LEAKS: "true" },
            frames: true,
        },
    ]) {
        it(title, () => {
            const program = `
                require(${JSON.stringify(path.join(__dirname, "../../infra/stackTraces"))});
                const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable");
                const promise = Promise.resolve();
                void debuggablePromise(promise);
                console.log(promise._debugStackTrace, new Error().stack, new Error("said").stack);
            `;
            const { stdout } = spawnSync(
                process.execPath,
                ["-r", "ts-node/register/transpile-only", "-e", program],
                {
                    encoding: "utf8",
                    cwd: path.join(__dirname, "../.."),
                    env: { PATH: process.env["PATH"], ...environment },
                },
            );
            const [silent, said] = stdout.split("Error: said");
            expect(silent?.includes("    at "), "without a message").to.equal(frames);
            expect(said, "with a message").to.include("    at ");
        });
    }
});
