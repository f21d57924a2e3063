import { PassThrough } from "node:stream";

import { expect } from "chai";

import { coloursFor } from "../../../automation/cli/colours";
import { Output } from "../../../automation/cli/output";

const red = "\u001b[31mtext\u001b[39m";

function terminal(): NodeJS.WritableStream {
    return Object.assign(new PassThrough(), { isTTY: true });
}

describe("the colours of an output", () => {
    const cases: readonly {
        readonly on: "a terminal" | "a file";
        readonly environment: Readonly<Record<string, string>>;
        readonly coloured: boolean;
    }[] = [
        { on: "a terminal", environment: {}, coloured: true },
        { on: "a terminal", environment: { CI: "true" }, coloured: true },
        { on: "a terminal", environment: { TERM: "dumb" }, coloured: false },
        { on: "a terminal", environment: { NO_COLOR: "1" }, coloured: false },
        { on: "a terminal", environment: { NO_COLOR: "" }, coloured: true },
        { on: "a terminal", environment: { FORCE_COLOR: "0" }, coloured: false },
        { on: "a terminal", environment: { FORCE_COLOR: "false" }, coloured: false },
        { on: "a file", environment: {}, coloured: false },
        { on: "a file", environment: { CI: "true" }, coloured: false },
        { on: "a file", environment: { FORCE_COLOR: "1" }, coloured: true },
        { on: "a file", environment: { FORCE_COLOR: "" }, coloured: false },
        { on: "a file", environment: { FORCE_COLOR: "1", NO_COLOR: "1" }, coloured: false },
    ];
    for (const { on, environment, coloured } of cases) {
        it(`${coloured ? "are" : "are not"} written to ${on} with ${JSON.stringify(environment)}`, () => {
            const stream = on === "a terminal" ? terminal() : new PassThrough();
            expect(coloursFor(stream, environment).red("text")).to.equal(coloured ? red : "text");
        });
    }

    it("are decided for stdout and stderr apart", () => {
        const stderr = new PassThrough({ encoding: "utf8" });
        const output = new Output({
            json: false,
            terminal: { stdout: terminal(), stderr, environment: {} },
        });
        output.error("broken");
        expect(stderr.read()).to.equal("error: broken\n");
        expect(output.colours.red("text")).to.equal(red);
    });
});
