import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { failback, type FailbackReport } from "../../../automation/commands/failback";
import { AutomationError } from "../../../automation/errors";
import { runFolder, type Estate } from "../../../automation/estate";
import { Journal } from "../../../automation/journal";
import { readEntry, shareEdit, voteEdit } from "../../../automation/stackConfig";
import type { StackOutputs, Update, UpdateOptions } from "../../../automation/stacks";
import { regionNames, topology, votersFor } from "../../../infra/topology";
import { FakeGlobal, said, saidStandIn } from "../support/fakeGlobal";
import { FakeStacks, updateOf, voteChange } from "../support/fakeStacks";

const region = "us-east-1";

/** A region that was voted out and settled. */
class Settled extends FakeStacks {
    readonly global = new FakeGlobal(region, "eu-west-1");
    share = 100;
    readonly votes = new Map(votersFor(region).map((voter) => [voter, "evacuate"]));
    /** Why the writer cannot come back. */
    obstacle: string | undefined;

    constructor(readonly folder: string) {
        super();
        this.global.dial = 0;
        this.global.roles = { writer: "eu-west-1", standby: region, writerHome: region };
        this.global.named = "eu-west-1";
    }

    override async outputs(stack: string): Promise<StackOutputs> {
        return stack === "global"
            ? { ...this.global.outputs(), shares: { [region]: this.share } }
            : { votes: { [region]: this.votes.get(stack) ?? "in-service" } };
    }

    override async preview(stack: string, options: UpdateOptions = {}): Promise<Update> {
        const file = options.configFile ?? path.join(this.folder, `Pulumi.${stack}.yaml`);
        const text = await fs.readFile(file, "utf8");
        if (stack !== "global") {
            const vote = readEntry(text, voteEdit(region, "evacuate"), file) as string | undefined;
            return updateOf(stack, {
                changes:
                    vote === undefined || vote === this.votes.get(stack)
                        ? []
                        : [voteChange(stack, region, vote)],
            });
        }
        const changes = this.global.changes(text);
        const writes = said(text, "writer") === region;
        const out = [...this.votes.values()].filter((vote) => vote === "evacuate").length;
        if (writes && (out >= topology.quorum || this.obstacle !== undefined)) {
            const message = this.obstacle ?? `${region} is voted out`;
            return updateOf(stack, { error: new AutomationError("failed", message) });
        }
        return updateOf(stack, { changes });
    }

    override async up(stack: string, options: UpdateOptions = {}): Promise<Update> {
        const file = path.join(this.folder, `Pulumi.${stack}.yaml`);
        const text = await fs.readFile(file, "utf8");
        const { changes, error } = await this.preview(stack);
        if (error !== undefined) {
            return updateOf(stack, { error });
        }
        const made = changes.filter(({ urn }) => options.targets?.includes(urn) ?? true);
        this.calls.push(`${stack}: ${made.map(({ name }) => name).join(" ")}`);
        if (stack === "global") {
            this.global.apply(text, made);
            this.share = Number(readEntry(text, shareEdit(region, 0), file) ?? this.share);
        } else {
            this.votes.set(stack, "in-service");
        }
        return updateOf(stack, { changes: made });
    }
}

describe("failback", () => {
    let folder: string;
    let stacks: Settled;
    let estate: Estate;

    beforeEach(async () => {
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-failback-"));
        for (const stack of [...regionNames(), "global"]) {
            await fs.writeFile(path.join(folder, `Pulumi.${stack}.yaml`), "config: {}\n");
        }
        await fs.writeFile(path.join(folder, "Pulumi.global.yaml"), settledFile);
        stacks = new Settled(folder);
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

    const run = (yes = true): Promise<FailbackReport> =>
        failback(estate, { region, yes, gate: async () => ({ ok: true }) });
    const refusal = async (): Promise<string> => {
        const caught: unknown = await run().catch((error: unknown) => error);
        expect(caught).to.be.instanceOf(AutomationError);
        return (caught as AutomationError).message;
    };
    const globalFile = (): Promise<string> =>
        fs.readFile(path.join(folder, "Pulumi.global.yaml"), "utf8");

    it("refuses a configuration for rules that a pack does not have before anything is changed", async () => {
        const config = { "routing-ttl": "disabled" };
        await fs.writeFile(path.join(folder, "resilience.json"), JSON.stringify(config));
        const standing = [{ folder: "/standing", config }];
        estate = { ...estate, policyPacks: { standing, evacuation: () => [] } };
        const askPack = async () => ({ name: "standing", rules: [] });
        const refused: unknown = await failback(estate, {
            region,
            yes: true,
            gate: async () => ({ ok: true }),
            askPack,
        }).catch((error: unknown) => error);
        expect(String(refused)).to.match(/rules that it does not have: "routing-ttl"/);
        expect(stacks.calls).to.eql([]);
    });

    it("gives the roles back last, once the region may have them, and forgets that they were away", async () => {
        const report = await run();
        expect(report.complete).to.equal(true);
        expect(report.stages.at(-1)).to.include({ stage: "writer", outcome: "done" });
        expect(stacks.calls.at(-1)).to.equal("global: writer write-primary-a");
        expect(stacks.global.roles).to.eql(new FakeGlobal(region, "eu-west-1").roles);
        const text = await globalFile();
        expect(said(text, "writer")).to.equal(region);
        expect(said(text, "standby")).to.equal("eu-west-1");
        expect(said(text, "writerHome")).to.equal(undefined);
        // Accepted once, for that loss: the next one is to be accepted anew.
        expect(said(text, "acceptDataLoss")).to.equal(undefined);
    });

    it("ends with the writer what another region's cache stood in for", async () => {
        const datastore = ["us-east-1", "eu-west-1", "ap-south-1"];
        const plan =
            "  meridian:cache:\n    datastore: [us-east-1, eu-west-1]\n    primary: us-east-1\n";
        await fs.writeFile(
            path.join(folder, "Pulumi.global.yaml"),
            `${settledFile}${plan}    standIn: eu-west-1\n`,
        );
        stacks.global.cachePlan = { datastore, primary: region, standIn: "eu-west-1" };
        await run();
        expect(stacks.calls.at(-1)).to.equal("global: cache-primary writer write-primary-a");
        expect(stacks.global.cachePlan).to.eql({ datastore, primary: region });
        const primary = { key: "meridian:cache", entry: "primary" };
        expect(readEntry(await globalFile(), primary, "global")).to.equal(region);
        expect(saidStandIn(await globalFile())).to.equal(undefined);
    });

    it("gives a region its cache's role back that never wrote the database", async () => {
        const datastore = ["us-east-1", "eu-west-1", "ap-south-1"];
        stacks.global.roles = { writer: "eu-west-1", standby: region, writerHome: "eu-west-1" };
        stacks.global.cachePlan = { datastore, primary: region, standIn: "eu-west-1" };
        await fs.writeFile(
            path.join(folder, "Pulumi.global.yaml"),
            "config:\n  meridian:cache:\n    primary: us-east-1\n    standIn: eu-west-1\n",
        );
        const report = await run();
        expect(report.stages.at(-1)).to.include({ stage: "writer", outcome: "done" });
        expect(stacks.calls.at(-1)).to.equal("global: cache-primary");
        expect(stacks.global.cachePlan).to.eql({ datastore, primary: region });
        expect(said(await globalFile(), "writer")).to.equal(undefined);
    });

    it("tells in a dry run that the writer comes back, and changes nothing", async () => {
        const report = await run(false);
        expect(report.stages.at(-1)).to.deep.include({
            stage: "writer",
            outcome: "planned",
            stacks: ["global"],
        });
        expect(stacks.calls).to.eql([]);
        expect(await globalFile()).to.equal(settledFile);
    });

    it("stops before the writer while it cannot come back, and brings it back when it can", async () => {
        stacks.obstacle = "us-east-1 lags 40 s";
        const message = await refusal();
        expect(message).to.contain("stopped at stage writer").and.to.contain("lags 40 s");
        expect(stacks.global.roles.writer).to.equal("eu-west-1");
        expect(said(await globalFile(), "writer")).to.equal("eu-west-1");
        stacks.obstacle = undefined;
        const again = await run();
        expect(again.stages.at(-1)).to.include({ stage: "writer", outcome: "done" });
        expect(stacks.global.roles.writer).to.equal(region);
    });

    it("says that a name which was left is to be settled first", async () => {
        stacks.global.named = region;
        stacks.share = 50;
        const message = await refusal();
        expect(message).to.contain("only the weighted records of us-east-1 may change");
        expect(message).to.contain("meridian settle us-east-1 --yes");
        expect(stacks.calls).to.eql([]);
    });

    it("refuses while a settlement did not reach its end", async () => {
        await Journal.open(runFolder(estate), "settle", region);
        expect(await refusal()).to.contain("finish it first: meridian settle us-east-1 --yes");
        expect(stacks.calls).to.eql([]);
    });
});

const settledFile = `config:
  meridian:writer: eu-west-1
  meridian:standby: us-east-1
  meridian:dials:
    us-east-1: 0
  meridian:writerHome: us-east-1
  meridian:acceptDataLoss: us-east-1
`;
