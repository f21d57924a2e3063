import { expect } from "chai";

import {
    parseGlobalOutputs,
    parseRegionOutputs,
    StackOutputsError,
} from "../../infra/stackOutputs";

describe("stack outputs", () => {
    it("that are not there name the stack to deploy first", () => {
        expect(() => parseRegionOutputs("eu-west-1", undefined)).to.throw(
            StackOutputsError,
            "stack eu-west-1 does not export what its readers need; deploy it first (pulumi up --stack eu-west-1):",
        );
    });

    it("that are malformed are all named", () => {
        try {
            parseGlobalOutputs("global", { schemaVersion: 2, shares: { "eu-west-1": 101 } });
            expect.fail("malformed outputs were taken");
        } catch (error) {
            const { problems } = error as StackOutputsError;
            expect(problems.map((problem) => problem.split(":")[0])).to.include.members([
                "`schemaVersion`",
                "`zoneId`",
                "`shares.eu-west-1`",
                "`healthChecks`",
            ]);
        }
    });
});
