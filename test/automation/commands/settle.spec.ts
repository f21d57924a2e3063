import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { settle } from "../../../automation/commands/settle";
import type { AutomationError } from "../../../automation/errors";
import type { Estate } from "../../../automation/estate";
import { dialEdit, readEntry } from "../../../automation/stackConfig";
import type { StackOutputs, Update } from "../../../automation/stacks";
import { regionNames, topology, votersFor } from "../../../infra/topology";
import { dialChange, FakeStacks, updateOf } from "../support/fakeStacks";

const region = "us-east-1";

/** A region that is voted out, and an accelerator that does not know it. */
class VotedOut extends FakeStacks {
    dial = 100;
    votes = votersFor(region).slice(0, topology.quorum);
    /** What a preview shows beside the dial. */
    more: Update["changes"] = [];

    override async outputs(stack: string): Promise<StackOutputs> {
        return stack === "global"
            ? { dials: { [region]: this.dial } }
            : { votes: { [region]: this.votes.includes(stack) ? "evacuate" : "in-service" } };
    }

    override async preview(stack: string): Promise<Update> {
        return updateOf(stack, { changes: [dialChange(region, this.dial, 0), ...this.more] });
    }

    override async up(stack: string): Promise<Update> {
        this.calls.push(`up ${stack}`);
        const changes = [dialChange(region, this.dial, 0)];
        this.dial = 0;
        return updateOf(stack, { changes });
    }
}

describe("settle", () => {
    let folder: string;
    let stacks: VotedOut;
    let estate: Estate;

    beforeEach(async () => {
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-settle-"));
        for (const stack of [...regionNames(), "global"]) {
            await fs.writeFile(path.join(folder, `Pulumi.${stack}.yaml`), "config: {}\n");
        }
        stacks = new VotedOut();
        estate = {
            name: "full",
            topology,
            configFolder: folder,
            stacks,
            projectFolder: folder,
            policyPacks: { standing: [], evacuation: () => [] },
        };
    });
    afterEach(() => fs.rm(folder, { recursive: true }));

    const globalFile = (): Promise<string> =>
        fs.readFile(path.join(folder, "Pulumi.global.yaml"), "utf8");

    async function refusal(yes = true): Promise<AutomationError> {
        try {
            await settle(estate, { region, yes });
        } catch (error) {
            return error as AutomationError;
        }
        throw new Error("it was not refused");
    }

    it("turns the dial down by one update of the global stack, and says so in its file", async () => {
        const report = await settle(estate, { region, yes: true });
        expect(report.results.map(({ outcome }) => outcome)).to.eql(["done"]);
        expect(stacks.calls).to.eql(["up global"]);
        expect(readEntry(await globalFile(), dialEdit(region, 0), "global")).to.equal(0);
    });

    it("has nothing left to do the second time", async () => {
        await settle(estate, { region, yes: true });
        expect((await settle(estate, { region, yes: true })).results).to.eql([]);
        expect(stacks.calls).to.eql(["up global"]);
    });

    it("writes nothing in a dry run", async () => {
        const report = await settle(estate, { region, yes: false });
        expect(report.results.map(({ outcome }) => outcome)).to.eql(["planned"]);
        expect(stacks.calls).to.eql([]);
        expect(await globalFile()).to.equal("config: {}\n");
    });

    it("refuses a region that is in service", async () => {
        stacks.votes = stacks.votes.slice(1);
        expect((await refusal()).message).to.contain(
            "us-east-1 is in service (1 of 2 votes are against it)",
        );
        expect(stacks.calls).to.eql([]);
    });

    it("refuses an unknown region", async () => {
        const error = await settle(estate, { region: "mars", yes: true }).catch(
            (caught: unknown) => caught,
        );
        expect((error as AutomationError).message).to.contain('unknown region: "mars"');
    });

    it("refuses an update that would do more, and leaves the file alone", async () => {
        stacks.more = [dialChange("eu-west-1", 100, 50)];
        const { message } = await refusal();
        expect(message).to.contain("its update would do more than settle");
        expect(message).to.contain("only the dial of us-east-1 may change");
        expect(stacks.calls).to.eql([]);
        expect(await globalFile()).to.equal("config: {}\n");
    });
});
