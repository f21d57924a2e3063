import { PassThrough } from "node:stream";

import { install, type Clock } from "@sinonjs/fake-timers";
import { expect } from "chai";

import { Output } from "../../../automation/cli/output";

describe("the pulse of a command", () => {
    let clock: Clock;
    let stderr: PassThrough;
    let output: Output;

    function outputTo(stream: PassThrough): Output {
        return new Output({
            json: false,
            terminal: { stdout: new PassThrough(), stderr: stream, environment: {} },
        });
    }
    const said = (): string => String((stderr.read() as Buffer | null) ?? "");

    beforeEach(() => {
        clock = install({ toFake: ["setInterval", "clearInterval", "performance"] });
        stderr = new PassThrough();
    });
    afterEach(() => {
        output.idle();
        clock.uninstall();
    });

    it("is a line every half minute of silence in a log", () => {
        output = outputTo(stderr);
        output.busy();
        clock.tick(29_000);
        expect(said()).to.equal("");
        clock.tick(31_000);
        expect(said()).to.equal("still at it after 30 s\nstill at it after 60 s\n");
        output.progress("a word");
        clock.tick(29_000);
        expect(said()).to.equal("a word\n");
        clock.tick(1000);
        expect(said()).to.equal("still at it after 90 s\n");
    });

    it("counts seconds on a terminal, and makes room for the next word", () => {
        output = outputTo(Object.assign(stderr, { isTTY: true }));
        output.busy();
        clock.tick(2000);
        expect(said()).to.equal("");
        clock.tick(2000);
        expect(said()).to.equal("\r\u001b[K... 3 s\r\u001b[K... 4 s");
        output.progress("a word");
        expect(said()).to.equal("\r\u001b[Ka word\n");
    });

    it("ends with the result, and leaves the line clean", () => {
        output = outputTo(Object.assign(stderr, { isTTY: true }));
        output.busy();
        clock.tick(3000);
        said();
        output.result({}, "done");
        expect(said()).to.equal("\r\u001b[K");
        clock.tick(60_000);
        expect(said()).to.equal("");
    });
});
