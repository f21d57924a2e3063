import fs from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { failback } from "../../../automation/commands/failback";
import { failover } from "../../../automation/commands/failover";
import { policyPacksOf, type Estate } from "../../../automation/estate";
import { shareEdit, withEdits } from "../../../automation/stackConfig";
import { regionNames } from "../../../infra/topology";
import { createFixture, openFixture, removeFixture, type Fixture } from "./support/fixture";

const repository = path.join(__dirname, "..", "..", "..");
const region = "us-east-1";
const survivors = ["ap-east-1", "ap-south-1", "eu-west-1"];
const open = async (): Promise<{ readonly ok: true }> => ({ ok: true });

describe("failover and failback on the real engine", () => {
    let fixture: Fixture;

    before(async () => {
        fixture = await createFixture();
    });
    after(() => removeFixture(fixture));

    it("changes nothing in a dry run, and says what it would do", async () => {
        const before = await fixture.calls();
        const report = await failover(fixture.estate, { region, yes: false });

        expect(report.votes.map((vote) => [vote.stack, vote.outcome])).to.eql(
            survivors.map((stack) => [stack, "planned"]),
        );
        expect(await fixture.calls()).to.eql(before);
        expect(await fs.readFile(fixture.stackFile("eu-west-1"), "utf8")).not.to.contain("votes");
    });

    it("leaves a survivor out whose update would do more than vote, and keeps its file", async () => {
        const file = fixture.stackFile("eu-west-1");
        const text = await fs.readFile(file, "utf8");
        const drifted = text.replace("# fixed\n", "# fixed\n  meridian:title: undeployed\n");
        await fs.writeFile(file, drifted);
        try {
            const report = await failover(fixture.estate, { region, yes: false });
            const vote = report.votes.find((one) => one.stack === "eu-west-1");
            expect(vote?.outcome).to.equal("refused");
            expect(vote?.detail).to.contain("aws:sns/topic:Topic notices");
            expect(report.evacuated).to.equal(false);
            expect(await fs.readFile(file, "utf8")).to.equal(drifted);
        } finally {
            await fs.writeFile(file, text);
        }
    });

    /** Under the project's own pack of the lanes; the standing rules want more than the fixture has. */
    const judged = (): Estate => {
        const { estate } = fixture;
        return {
            ...estate,
            policyPacks: { ...policyPacksOf(repository, estate), standing: [] },
        };
    };

    it("evacuates with one update per survivor and none anywhere else", async () => {
        const before = await fixture.calls();
        const report = await failover(judged(), { region, yes: true });

        expect(report.evacuated).to.equal(true);
        expect(report.votes.map((vote) => [vote.stack, vote.outcome, vote.changes])).to.eql(
            survivors.map((stack) => [stack, "voted", 1]),
        );
        expect((await fixture.calls()).slice(before.length).sort()).to.eql(
            survivors.map((stack) => `update ${stack} votes-${region}`),
        );
        const file = await fs.readFile(fixture.stackFile("eu-west-1"), "utf8");
        expect(file).to.contain("# eu-west-1").and.to.contain("# fixed");
        expect(file).to.match(/meridian:votes:\n\s+us-east-1: evacuate/);
    });

    it("refuses a region that is out already, and one that too few can vote on", async () => {
        const again = await failover(fixture.estate, { region, yes: true }).catch(String);
        expect(again).to.contain("already evacuated");

        const second = await failover(fixture.estate, { region: "eu-west-1", yes: true }).catch(
            String,
        );
        expect(second).to.contain("needs 2 votes").and.to.contain("meridian failback us-east-1");
    });

    for (const { what, votes, rule, message } of [
        {
            what: "says neither word",
            votes: { "us-east-1": "evacuated" },
            rule: "evacuation-vote-body",
            message: 'votes/us-east-1 says "evacuated"',
        },
        {
            what: "is about a region that is not the one declared impaired",
            votes: { "ap-east-1": "evacuate" },
            rule: "evacuation-named-region",
            message: "votes/ap-east-1 says evacuate, but us-east-1 is the region declared impaired",
        },
        {
            what: "is about a region that the platform does not have",
            votes: { "us-esat-1": "evacuate" },
            rule: "evacuation-named-region",
            message: "votes/us-esat-1 is about no region of the platform",
        },
        {
            what: "is about its own region",
            votes: { "eu-west-1": "in-service" },
            rule: "evacuation-not-itself",
            message: "votes/eu-west-1 lives in eu-west-1 itself",
        },
    ]) {
        it(`lets the pack refuse a vote that ${what} before it is cast, without a preview`, async () => {
            const before = await fixture.calls();
            const configFile = path.join(fixture.root, "Pulumi.eu-west-1.yaml");
            const all = JSON.stringify(votes);
            await fs.writeFile(
                configFile,
                `config:\n  aws:region: eu-west-1\n  meridian:votes: ${all}\n`,
            );
            const regions = regionNames(fixture.estate.topology);
            const update = await fixture.stacks.up("eu-west-1", {
                configFile,
                policyPacks: [
                    {
                        folder: path.join(repository, "policies", "evacuation"),
                        config: {
                            "evacuation-named-region": { impairedRegion: region, regions },
                        },
                    },
                ],
            });

            expect(update.error?.code, update.error?.message).to.equal("policy");
            expect(update.error?.message).to.contain(rule).and.to.contain(message);
            expect(await fixture.calls()).to.eql(before);
        });
    }

    it("lets the pack refuse what leads the other way before anything is touched", async () => {
        const before = await fixture.calls();
        const text = await fs.readFile(fixture.stackFile("global"), "utf8");
        const configFile = path.join(fixture.root, "Pulumi.global.yaml");
        await fs.writeFile(configFile, withEdits(text, [shareEdit(region, 50)], configFile));
        const { stacks } = fixture;
        const preview = await stacks.preview("global", { configFile });
        expect(preview.error?.message).to.equal(undefined);
        const targets = preview.changes.map(({ urn }) => urn);
        const update = await stacks.up("global", {
            configFile,
            targets,
            policyPacks: judged().policyPacks.evacuation({
                lane: "failback",
                region,
                share: 1,
                targets,
                preview,
            }),
        });

        expect(targets).to.have.length(2);
        expect(update.error?.code).to.equal("policy");
        // The engine ends at the first of the two that it comes to.
        expect(update.error?.message)
            .to.contain("evacuation-direction")
            .and.to.match(/its weight would be 50; in a failback to 1 % it must be (1|99)$/m);
        expect(await fixture.calls()).to.eql(before);
    });

    it("fails back in stages, each a change of its own", async () => {
        const before = await fixture.calls();
        const stages: string[] = [];
        const report = await failback(judged(), {
            region,
            yes: true,
            gate: async (stage) => {
                stages.push(stage.id);
                return { ok: true };
            },
        });

        expect(report.complete).to.equal(true);
        expect(stages).to.eql(["share-1", "votes", "share-10", "share-25", "share-50"]);
        expect((await fixture.calls()).slice(before.length)).to.have.length(5 * 2 + 3);
        expect(await fixture.weights(region)).to.eql([100, 0]);
        expect(await fixture.vote("eu-west-1", region)).to.equal("in-service");
        const again = await failback(fixture.estate, { region, yes: true, gate: open }).catch(
            String,
        );
        expect(again).to.contain("nothing to fail back");
    });

    it("evacuates without a survivor that cannot be reached", async () => {
        const cut = await openFixture(fixture.root, { FIXTURE_UNREACHABLE: "ap-east-1" });
        const report = await failover(cut.estate, { region, yes: true });

        expect(report.evacuated).to.equal(true);
        expect(report.votes.map((vote) => [vote.stack, vote.outcome])).to.eql([
            ["ap-east-1", "failed"],
            ["ap-south-1", "voted"],
            ["eu-west-1", "voted"],
        ]);
        expect(await fixture.vote("ap-east-1", region)).to.equal("in-service");

        await failback(fixture.estate, { region, yes: true, gate: open });
        expect(await fs.readFile(fixture.stackFile("ap-east-1"), "utf8")).to.match(
            /us-east-1: in-service/,
        );
    });
});
