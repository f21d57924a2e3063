import { expect } from "chai";

import { regionNames, votersFor } from "../../../infra/topology";
import { regionStacks, signIn, voteWrite, type RegionStacks } from "../support/regionStacks";

describe("an evacuation of any region, on the real engine", () => {
    let stacks: RegionStacks;

    before(async () => {
        stacks = await regionStacks(regionNames());
    });
    after(() => stacks.stop());

    const deployed = Object.fromEntries(regionNames().map((region) => [region, ""]));

    for (const region of regionNames()) {
        it(`calls nothing but the survivors' own buckets when ${region} and the global control planes are gone`, async () => {
            const { world } = stacks;
            world.faults.inject({ kind: "blackout", region });
            world.faults.inject({ kind: "control-planes", region });
            world.faults.inject({ kind: "control-planes", region: "us-east-1" });
            world.faults.inject({ kind: "control-planes", region: "us-west-2" });
            const survivors = votersFor(region);
            for (const survivor of survivors) {
                const before = deployed[survivor] ?? "";
                // The vote of the round before is taken back in the same update.
                const back = before === "" || before === survivor ? {} : { [before]: "in-service" };
                stacks.configureVotes(survivor, { ...back, [region]: "evacuate" });
            }
            const calls = await stacks.callsOf(() => stacks.up(...survivors));
            const wanted = survivors.flatMap((survivor) => [
                signIn(survivor),
                ...(deployed[survivor] === "" ? [] : [voteWrite(survivor)]),
                voteWrite(survivor),
            ]);
            expect([...calls].sort()).to.deep.equal(wanted.sort());
            for (const survivor of survivors) {
                deployed[survivor] = region;
                expect((await stacks.votesOf(survivor))[region]).to.equal("evacuate");
            }
            world.faults.healAll();
        });
    }
});
