import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { settle } from "../../../automation/commands/settle";
import { AutomationError } from "../../../automation/errors";
import type { Estate } from "../../../automation/estate";
import { dialEdit, readEntry } from "../../../automation/stackConfig";
import type { SettleOptions, SettleReport } from "../../../automation/commands/settle";
import type { StackOutputs, Update, UpdateOptions } from "../../../automation/stacks";
import { regionNames, topology, votersFor } from "../../../infra/topology";
import { FakeGlobal, said, saidStandIn } from "../support/fakeGlobal";
import { dialChange, FakeStacks, updateOf } from "../support/fakeStacks";

const region = "us-east-1";

/** A region that is voted out, with an accelerator, roles and a name that do not know it yet. */
class VotedOut extends FakeStacks {
    readonly global = new FakeGlobal(region, "eu-west-1");
    votes = votersFor(region).slice(0, topology.quorum);
    /** What a preview shows beside these. */
    more: Update["changes"] = [];
    /** Whether the roles can move only with a loss. */
    lossy = false;

    constructor(readonly folder: string) {
        super();
    }

    override async outputs(stack: string): Promise<StackOutputs> {
        return stack === "global"
            ? this.global.outputs()
            : { votes: { [region]: this.votes.includes(stack) ? "evacuate" : "in-service" } };
    }

    override async preview(stack: string, options: UpdateOptions = {}): Promise<Update> {
        const text = await fs.readFile(options.configFile ?? this.file(), "utf8");
        const writer = said(text, "writer");
        const { roles } = this.global;
        const moves = writer !== undefined && writer !== roles.writer;
        if (moves && this.lossy && said(text, "acceptDataLoss") !== roles.writer) {
            const reason = `\`writer\`: ${roles.writer} does not answer`;
            return updateOf(stack, { error: new AutomationError("failed", reason) });
        }
        return updateOf(stack, { changes: [...this.global.changes(text), ...this.more] });
    }

    override async up(stack: string, options: UpdateOptions = {}): Promise<Update> {
        const { changes } = await this.preview(stack);
        const made = changes.filter(({ urn }) => options.targets?.includes(urn) ?? true);
        this.calls.push(`up ${made.map(({ name }) => name).join(" ")}`);
        this.global.apply(await fs.readFile(this.file(), "utf8"), made);
        const writerChange = { kind: "failover", from: region, to: "eu-west-1", lagSeconds: 2.5 };
        return updateOf(stack, { changes: made, outputs: { writerChange } });
    }

    private file(): string {
        return path.join(this.folder, "Pulumi.global.yaml");
    }
}

const before = "config:\n  meridian:writer: us-east-1\n  meridian:standby: eu-west-1\n";

describe("settle", () => {
    let folder: string;
    let stacks: VotedOut;
    let estate: Estate;

    beforeEach(async () => {
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-settle-"));
        for (const stack of [...regionNames(), "global"]) {
            await fs.writeFile(path.join(folder, `Pulumi.${stack}.yaml`), before);
        }
        stacks = new VotedOut(folder);
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

    const probes = { namesCanChange: async () => ({ kind: "known", value: true }) as const };
    const settling = (options: Partial<SettleOptions> = {}): Promise<SettleReport> =>
        settle(estate, { region, yes: true, probes, ...options });

    async function refusal(yes = true): Promise<AutomationError> {
        try {
            await settling({ yes });
        } catch (error) {
            return error as AutomationError;
        }
        throw new Error("it was not refused");
    }

    const outcomes = ({ results }: SettleReport): readonly string[] =>
        results.map(({ what, outcome }) => `${what}: ${outcome}`);

    it("refuses a configuration for rules that a pack does not have before anything is changed", async () => {
        const config = { "routing-ttl": "disabled" };
        await fs.writeFile(path.join(folder, "resilience.json"), JSON.stringify(config));
        const standing = [{ folder: "/standing", config }];
        estate = { ...estate, policyPacks: { standing, evacuation: () => [] } };
        const askPack = async () => ({ name: "standing", rules: [] });
        const refused: unknown = await settling({ askPack }).catch((error: unknown) => error);
        expect(String(refused)).to.match(/rules that it does not have: "routing-ttl"/);
        expect(stacks.calls).to.eql([]);
    });

    it("turns the dial down and moves the roles by one update, then the name", async () => {
        const report = await settling();
        expect(outcomes(report)).to.eql([
            "accelerator's dial for us-east-1: 0 %: done",
            "who writes: done",
            "the name of who writes: done",
        ]);
        expect(report.complete).to.equal(true);
        expect(stacks.calls).to.eql(["up us-east-1 writer", "up write-primary-a"]);
        expect(stacks.global.roles).to.eql({
            writer: "eu-west-1",
            standby: region,
            writerHome: region,
        });
        expect(report.results[1]?.detail).to.equal(
            "failover from us-east-1 to eu-west-1, 2.5 s behind",
        );
        const text = await globalFile();
        expect(readEntry(text, dialEdit(region, 0), "global")).to.equal(0);
        expect(said(text, "writer")).to.equal("eu-west-1");
        expect(said(text, "standby")).to.equal(region);
        expect(said(text, "acceptDataLoss")).to.equal(undefined);
    });

    it("leaves the roles of others alone", async () => {
        stacks.global.roles = {
            writer: "eu-west-1",
            standby: "ap-south-1",
            writerHome: "eu-west-1",
        };
        stacks.global.named = "eu-west-1";
        const report = await settling();
        expect(outcomes(report)).to.eql(["accelerator's dial for us-east-1: 0 %: done"]);
        expect(stacks.global.roles.writer).to.equal("eu-west-1");
    });

    it("leaves the name while Route 53 does not answer, and finishes it later", async () => {
        const away = { kind: "unknown", reason: "Route 53 cannot be asked: timeout" } as const;
        const first = await settling({ probes: { namesCanChange: async () => away } });
        expect(outcomes(first).at(-1)).to.equal("the name of who writes: left");
        expect(first.results.at(-1)?.detail).to.equal(away.reason);
        expect(first.complete).to.equal(false);
        expect(stacks.global.named).to.equal(region);
        const second = await settling();
        expect(outcomes(second)).to.eql([
            "accelerator's dial for us-east-1: 0 %: settled-before",
            "who writes: settled-before",
            "the name of who writes: done",
        ]);
        expect(stacks.global.named).to.equal("eu-west-1");
    });

    it("turns the dial down even when the roles cannot move, and says how they can", async () => {
        stacks.lossy = true;
        const { message } = await refusal();
        expect(message).to.contain("us-east-1 does not answer");
        expect(message).to.contain("meridian settle us-east-1 --accept-data-loss --yes");
        expect(stacks.calls).to.eql(["up us-east-1"]);
        expect(stacks.global.dial).to.equal(0);
        expect(said(await globalFile(), "writer")).to.equal(region);
        expect(outcomes(await settling({ acceptDataLoss: true }))).to.include("who writes: done");
        expect(said(await globalFile(), "acceptDataLoss")).to.equal(region);
    });

    describe("with caches whose primary is set apart", () => {
        const datastore = ["us-east-1", "eu-west-1", "ap-south-1"];
        const text = `${before}  meridian:cache:\n    datastore: [${datastore.join(", ")}]\n    primary: us-east-1\n`;

        beforeEach(async () => {
            await fs.writeFile(path.join(folder, "Pulumi.global.yaml"), text);
            stacks.global.cachePlan = { datastore, primary: region };
        });

        it("lets the new writer stand in for them, and leaves where they belong", async () => {
            expect(outcomes(await settling())).to.include("who writes: done");
            expect(stacks.calls[0]).to.equal("up cache-primary us-east-1 writer");
            expect(stacks.global.cachePlan).to.eql({
                datastore,
                primary: region,
                standIn: "eu-west-1",
            });
            expect(saidStandIn(await globalFile())).to.equal("eu-west-1");
        });

        it("moves them when the region has nothing else", async () => {
            stacks.global.roles = {
                writer: "ap-east-1",
                standby: "eu-west-1",
                writerHome: "ap-east-1",
            };
            stacks.global.named = "ap-east-1";
            expect(outcomes(await settling())).to.eql([
                "accelerator's dial for us-east-1: 0 %: done",
                "the caches' primary: done",
            ]);
            expect(stacks.global.cachePlan?.standIn).to.equal("eu-west-1");
            expect(outcomes(await settling())).to.eql([
                "accelerator's dial for us-east-1: 0 %: settled-before",
                "the caches' primary: settled-before",
            ]);
        });

        it("leaves them where they are well", async () => {
            stacks.global.cachePlan = { datastore, primary: "ap-south-1" };
            await fs.writeFile(
                path.join(folder, "Pulumi.global.yaml"),
                text.replace("primary: us-east-1", "primary: ap-south-1"),
            );
            await settling();
            expect(stacks.calls[0]).to.equal("up us-east-1 writer");
            expect(saidStandIn(await globalFile())).to.equal(undefined);
        });
    });

    it("takes back what a killed failback left in the file", async () => {
        stacks.global.roles = { writer: "eu-west-1", standby: region, writerHome: region };
        stacks.global.named = "eu-west-1";
        stacks.global.dial = 0;
        await settling();
        const text = await globalFile();
        expect(said(text, "writer")).to.equal("eu-west-1");
        expect(said(text, "writerHome")).to.equal(region);
        expect(stacks.calls).to.eql([]);
    });

    it("has nothing left to do the second time", async () => {
        await settling();
        stacks.calls.length = 0;
        expect(outcomes(await settling())).to.eql([
            "accelerator's dial for us-east-1: 0 %: settled-before",
            "who writes: settled-before",
        ]);
        expect(stacks.calls).to.eql([]);
    });

    it("writes nothing in a dry run", async () => {
        const report = await settling({ yes: false });
        expect(report.results.map(({ outcome }) => outcome)).to.eql([
            "planned",
            "planned",
            "planned",
        ]);
        expect(stacks.calls).to.eql([]);
        expect(await globalFile()).to.equal(before);
    });

    it("refuses a region that is in service", async () => {
        stacks.votes = stacks.votes.slice(1);
        expect((await refusal()).message).to.contain(
            "us-east-1 is in service (1 of 2 votes are against it)",
        );
        expect(stacks.calls).to.eql([]);
    });

    it("refuses an unknown region", async () => {
        const error = await settling({ region: "mars" }).catch((caught: unknown) => caught);
        expect((error as AutomationError).message).to.contain('unknown region: "mars"');
    });

    it("refuses an update that would do more, and leaves the file alone", async () => {
        stacks.more = [dialChange("eu-west-1", 100, 50)];
        const { message } = await refusal();
        expect(message).to.contain("its update would do more than settle");
        expect(message).to.contain("only the dial of us-east-1 may change");
        expect(stacks.calls).to.eql([]);
        expect(await globalFile()).to.equal(before);
    });
});
