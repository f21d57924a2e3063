import { expect } from "chai";

import { functionConcurrency } from "../../../policies/resilience/rules/capacity/functionConcurrency";
import { functionRuntime } from "../../../policies/resilience/rules/patching/functionRuntime";
import { functionDeadLetters } from "../../../policies/resilience/rules/recovery/functionDeadLetters";
import { type Given, judgeSound, judgeStack, unknown } from "../support/judge";

const type = "aws:lambda/function:Function";

describe("functions", () => {
    it("have concurrency of their own", () => {
        const judge = judgeSound(functionConcurrency, type, { reservedConcurrentExecutions: 1 });
        expect(judge({ reservedConcurrentExecutions: undefined })[0]).to.match(/reserve 1 or more/);
        // Nothing at all, and: no part of the pool.
        expect(judge({ reservedConcurrentExecutions: 0 })).to.have.length(1);
        expect(judge({ reservedConcurrentExecutions: -1 })).to.have.length(1);
    });

    it("run on what is patched", () => {
        const judge = judgeSound(functionRuntime, type, { runtime: "nodejs24.x" });
        expect(judge({ runtime: "nodejs18.x" })[0]).to.match(/"nodejs18.x"; use one of/);
        expect(judge({ runtime: undefined, packageType: "Image" })).to.deep.equal([]);
        expect(judge({}, { supportedRuntimes: ["nodejs26.x"] })).to.have.length(1);
    });

    describe("with what they cannot handle", () => {
        const queue = "arn:aws:sqs:eu-west-1:111122223333:dead";
        const lambda = (props: Record<string, unknown> = {}): Given => ({
            type,
            name: "function",
            props: { name: "counter", arn: "arn:counter", ...props },
        });
        const belonging = (kind: string, props: Record<string, unknown>): Given => ({
            type: `aws:lambda/${kind[0]?.toLowerCase()}${kind.slice(1)}:${kind}`,
            name: kind,
            props: { functionName: "counter", ...props },
            from: { functionName: ["function"] },
        });
        const settings = (props = {}) => belonging("FunctionEventInvokeConfig", props);
        const mapping = (props = {}) =>
            belonging("EventSourceMapping", {
                eventSourceArn: "arn:aws:kinesis:eu-west-1:111122223333:stream/events",
                ...props,
            });
        const onFailure = (name: string) => ({
            destinationConfig: { onFailure: { [name]: queue } },
        });
        const judge = (...given: Given[]) => judgeStack(functionDeadLetters, given);

        it("put it into a queue of their own", () => {
            expect(judge(lambda({ deadLetterConfig: { targetArn: queue } }))).to.deep.equal([]);
            expect(judge(lambda({ deadLetterConfig: { targetArn: unknown } }))).to.deep.equal([]);
            expect(judge(lambda())[0]).to.match(/^function:.*"counter" drops/);
        });

        it("put it where their settings say", () => {
            expect(judge(lambda(), settings(onFailure("destination")))).to.deep.equal([]);
            expect(judge(lambda(), settings())).to.have.length(1);
            const another = { functionName: "other", ...onFailure("destination") };
            expect(judge(lambda(), settings(another))).to.have.length(1);
        });

        it("put it where each stream's reader says", () => {
            expect(judge(lambda(), mapping(onFailure("destinationArn")))).to.deep.equal([]);
            expect(judge(lambda(), mapping({ destinationConfig: unknown }))).to.deep.equal([]);
            expect(judge(lambda(), mapping())).to.have.length(1);
            // A function's own queue is for events, and no stream's record ever comes there.
            const own = { deadLetterConfig: { targetArn: queue } };
            expect(judge(lambda(own), mapping())).to.have.length(1);
        });

        it("leave it where it came from, when that is a queue", () => {
            const eventSourceArn = "arn:aws:sqs:eu-west-1:111122223333:work";
            expect(judge(lambda(), mapping({ eventSourceArn }))).to.deep.equal([]);
        });

        it("are found before they have a name", () => {
            const nameless = { functionName: unknown, ...onFailure("destinationArn") };
            expect(judge(lambda({ name: unknown, arn: unknown }), mapping(nameless))).to.deep.equal(
                [],
            );
        });

        it("are exempt by name", () => {
            expect(judge(lambda({ name: "meridian-observer" }))).to.deep.equal([]);
            expect(judge(lambda({ name: "meridian-observer-2" }))).to.have.length(1);
        });
    });
});
