import fs from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { deploy } from "../../../automation/commands/deploy";
import { failover } from "../../../automation/commands/failover";
import { AutomationError } from "../../../automation/errors";
import { voteEdit, withEdits } from "../../../automation/stackConfig";
import { killTree, runKilledAtEveryStep, startRun } from "./support/child";
import { createFixture, removeFixture, type Fixture } from "./support/fixture";
import { expectSettled, unfinished } from "./support/settled";

const region = "us-east-1";
const survivors = ["ap-east-1", "ap-south-1", "eu-west-1"];

describe("a failover that is killed", () => {
    let fixture: Fixture;

    before(async () => {
        fixture = await createFixture();
    });
    after(() => removeFixture(fixture));
    afterEach("take the votes back", async () => {
        for (const stack of survivors) {
            const file = fixture.stackFile(stack);
            const text = await fs.readFile(file, "utf8");
            await fs.writeFile(file, withEdits(text, [voteEdit(region, "in-service")], file));
        }
        await deploy(fixture.estate, { stacks: survivors });
    });

    it("ends where an undisturbed failover ends, each vote cast once", async () => {
        const before = (await fixture.calls()).length;
        const killedAt = await runKilledAtEveryStep(fixture.root, "failover", region);

        expect([...killedAt].sort()).to.eql(
            ["update", "write"].flatMap((step) =>
                survivors.map((stack) => `started ${step}:${stack}`),
            ),
        );
        await expectSettled(fixture, region, "evacuate");
        expect((await fixture.calls()).slice(before).sort()).to.eql(
            survivors.map((stack) => `update ${stack} votes-${region}`),
        );
    });

    it("is finished after its engines died with it, in the middle of their updates", async () => {
        const slow = { FIXTURE_DELAY_MS: "4000" };
        const { child, ended } = startRun([fixture.root, "failover", region], slow);
        // The provider has the update in hand when its log file of the cloud is still untouched.
        let over = false;
        void ended.then(() => (over = true));
        await until(async () => over || (await pendingUpdates(fixture)) > 0);
        expect(over, "it ended before it was killed").to.equal(false);
        killTree(child.pid as number);
        expect((await ended).signal).to.equal("SIGKILL");
        expect(await unfinished(fixture)).not.to.equal(undefined);

        const finished = await startRun([fixture.root, "failover", region]).ended;
        expect(finished.stderr).to.equal("");
        await expectSettled(fixture, region, "evacuate");
        for (const stack of survivors) {
            const state = JSON.parse(await fs.readFile(stateFile(fixture, stack), "utf8")) as {
                checkpoint: { latest: { pending_operations?: unknown[] } };
            };
            expect(state.checkpoint.latest.pending_operations ?? [], stack).to.eql([]);
        }
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
        await expectSettled(fixture, region, "evacuate");
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
