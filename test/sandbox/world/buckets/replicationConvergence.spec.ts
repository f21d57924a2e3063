import { expect } from "chai";
import fc from "fast-check";

import { smallWorld } from "../../../support/smallWorld";
import { declareMesh } from "../../support/replicatedBuckets";
import { ReplicationStage } from "../../support/replicationStage";

const regions = ["eu-west-1", "us-east-1", "ap-east-1"] as const;
const [here, there, far] = regions;

describe("buckets that replicate to one another", () => {
    interface Act {
        readonly kind: "put" | "delete" | "cut" | "lose" | "lag" | "heal" | "wait";
        readonly region: number;
        readonly key: string;
        readonly seconds: number;
    }

    const acts = fc.array(
        fc.record<Act>({
            kind: fc.constantFrom(
                "put",
                "put",
                "put",
                "delete",
                "cut",
                "lose",
                "lag",
                "heal",
                "wait",
            ),
            region: fc.nat(regions.length - 1),
            key: fc.constantFrom("a", "b"),
            seconds: fc.integer({ min: 0, max: 60 }),
        }),
        { minLength: 3, maxLength: 25 },
    );

    async function play(stage: ReplicationStage, script: readonly Act[]): Promise<void> {
        const { faults } = stage.world;
        for (const [step, { kind, region: at, key, seconds }] of script.entries()) {
            const region = regions[at] ?? here;
            const next = regions[(at + 1) % regions.length] ?? there;
            switch (kind) {
                // Nobody reaches a region that is lost.
                case "put":
                    if (!faults.blackedOut(region)) {
                        stage.put(region, key, `${step}`);
                    }
                    break;
                case "delete":
                    if (!faults.blackedOut(region)) {
                        stage.delete(region, key);
                    }
                    break;
                case "cut":
                    faults.inject({ kind: "partition", between: [region, next] });
                    break;
                case "lose":
                    faults.inject({ kind: "blackout", region });
                    break;
                case "lag":
                    faults.inject({ kind: "lag", region, seconds });
                    break;
                case "heal":
                    faults.healAll();
                    break;
                case "wait":
                    await stage.world.clock.sleep(seconds * 1000);
                    break;
            }
        }
        faults.healAll();
        await stage.world.until(() =>
            regions.every((region) => stage.buckets.replication.pending(region) === 0),
        );
    }

    it("agree on every version and on their order after any partitions, losses and lag", async () => {
        await fc.assert(
            fc.asyncProperty(acts, fc.nat(), async (script, seed) => {
                const stage = new ReplicationStage(await smallWorld({ seed }));
                try {
                    declareMesh(stage.world, regions);
                    await play(stage, script);
                    for (const key of ["a", "b"]) {
                        const versionsIn = (region: string) =>
                            stage
                                .objects(region)
                                .versions(key)
                                .map(({ versionId, body }) => [versionId, body?.toString()]);
                        for (const region of [there, far]) {
                            expect(versionsIn(region), key).to.deep.equal(versionsIn(here));
                        }
                    }
                    const statuses = regions.flatMap((region) =>
                        ["a", "b"].flatMap((key) =>
                            stage
                                .objects(region)
                                .versions(key)
                                .map(({ replication }) => replication),
                        ),
                    );
                    const count = (wanted: string): number =>
                        statuses.filter((status) => status === wanted).length;
                    // Each version once where it was made, and once in each of the two others.
                    expect(count("REPLICA")).to.equal(2 * count("COMPLETED"));
                    expect(count("REPLICA") + count("COMPLETED")).to.equal(statuses.length);
                    // And as many in the reports: nothing waits, nothing is lost.
                    const madeIn = (region: string): number =>
                        ["a", "b"]
                            .flatMap((key) => stage.objects(region).versions(key))
                            .filter(({ replication }) => replication !== "REPLICA").length;
                    const pairs = stage.buckets.replication.pairs();
                    expect(pairs).to.have.length(6);
                    for (const { from, pending, replicated, lost } of pairs) {
                        expect({ pending, replicated, lost }).to.deep.equal({
                            pending: 0,
                            replicated: madeIn(from),
                            lost: [],
                        });
                    }
                } finally {
                    stage.end();
                }
            }),
            { numRuns: 60 },
        );
    });
});
