import fs from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { failover } from "../../../automation/commands/failover";
import { AutomationError } from "../../../automation/errors";
import { Journal } from "../../../automation/journal";
import { killTree, runKilledAtEveryStep, startRun } from "./support/child";
import { createFixture, removeFixture, type Fixture } from "./support/fixture";

const region = "us-east-1";
const survivors = ["ap-east-1", "ap-south-1", "eu-west-1"];

describe("a failover or failback that is killed", () => {
    let fixture: Fixture;

    before(async () => {
        fixture = await createFixture();
    });
    after(() => removeFixture(fixture));

    const unfinished = (): Promise<unknown> =>
        Journal.unfinished(path.join(fixture.estate.projectFolder, ".meridian"));

    async function expectVotes(vote: string): Promise<void> {
        for (const stack of survivors) {
            expect(await fixture.vote(stack, region), stack).to.equal(vote);
            const outputs = await fixture.stacks.outputs(stack);
            expect(outputs?.["votes"], stack).to.eql({ [region]: vote });
            expect(await fs.readFile(fixture.stackFile(stack), "utf8")).to.contain(
                `${region}: ${vote}`,
            );
        }
        expect(await unfinished()).to.equal(undefined);
    }

    it("ends where an undisturbed failover ends, each vote cast once", async () => {
        const before = (await fixture.calls()).length;
        const killedAt = await runKilledAtEveryStep(fixture.root, "failover", region);

        expect([...killedAt].sort()).to.eql(
            ["update", "write"].flatMap((step) =>
                survivors.map((stack) => `started ${step}:${stack}`),
            ),
        );
        await expectVotes("evacuate");
        expect((await fixture.calls()).slice(before).sort()).to.eql(
            survivors.map((stack) => `update ${stack} votes-${region}`),
        );
    });

    it("ends where an undisturbed failback ends, each stage made once", async () => {
        const before = (await fixture.calls()).length;
        const killedAt = await runKilledAtEveryStep(fixture.root, "failback", region);

        expect([...killedAt].sort()).to.eql(
            [
                ...["1", "10", "25", "50", "100"].flatMap((percent) =>
                    ["update", "write"].map((step) => `started share-${percent}:${step}:global`),
                ),
                ...["update", "write"].flatMap((step) =>
                    survivors.map((stack) => `started votes:${step}:${stack}`),
                ),
            ].sort(),
        );
        await expectVotes("in-service");
        expect(await fixture.weights(region)).to.eql([100, 0]);
        const calls = (await fixture.calls()).slice(before);
        expect(calls.filter((call) => call.includes("votes-"))).to.have.length(3);
        expect(calls.filter((call) => call.includes(`${region}-home`))).to.have.length(5);
    });

    it("is finished after its engines died with it, in the middle of their updates", async () => {
        const slow = { FIXTURE_DELAY_MS: "4000" };
        const { child, ended } = startRun([fixture.root, "failover", region], slow);
        // The provider has the update in hand when its log file of the cloud is still untouched.
        await until(async () => (await pendingUpdates(fixture)) > 0);
        killTree(child.pid as number);
        expect((await ended).signal).to.equal("SIGKILL");
        expect(await unfinished()).not.to.equal(undefined);

        const finished = await startRun([fixture.root, "failover", region]).ended;
        expect(finished.stderr).to.equal("");
        await expectVotes("evacuate");
        for (const stack of survivors) {
            const state = JSON.parse(await fs.readFile(stateFile(fixture, stack), "utf8")) as {
                checkpoint: { latest: { pending_operations?: unknown[] } };
            };
            expect(state.checkpoint.latest.pending_operations ?? [], stack).to.eql([]);
        }
        await startRun([fixture.root, "failback", region]).ended;
        await expectVotes("in-service");
    });

    it("refuses a second one while the first runs", async () => {
        let second: Promise<unknown> | undefined;
        const slow = { FIXTURE_DELAY_MS: "3000" };
        const { ended } = startRun([fixture.root, "failover", region], slow, (line) => {
            if (line.startsWith("started update") && second === undefined) {
                second = failover(fixture.estate, { region: "eu-west-1", yes: true }).catch(
                    (error: unknown) => error,
                );
            }
        });
        expect((await ended).code).to.equal(0);
        const error = await second;
        expect(error).to.be.instanceOf(AutomationError);
        expect((error as AutomationError).code).to.equal("busy");
        expect((error as AutomationError).message).to.contain("`meridian failover us-east-1`");
        await expectVotes("evacuate");
    });
});

function stateFile(fixture: Fixture, stack: string): string {
    return path.join(fixture.root, "state", ".pulumi", "stacks", "fixture", `${stack}.json`);
}

/** Updates that engines have begun and not recorded the end of. */
async function pendingUpdates(fixture: Fixture): Promise<number> {
    let count = 0;
    for (const stack of survivors) {
        const text = await fs.readFile(stateFile(fixture, stack), "utf8").catch(() => "");
        count += text.includes('"pending_operations"') ? 1 : 0;
    }
    return count;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) {
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}
