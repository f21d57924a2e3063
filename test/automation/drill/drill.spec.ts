import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";
import { parseDocument } from "yaml";

import { defaultObjectives } from "../../../automation/commands/drill";
import { runDrill } from "../../../automation/drill/drill";
import { readObjectives } from "../../../automation/drill/objectives";
import type { DrillReport } from "../../../automation/drill/report";
import { type FaultKind, scenarioOf } from "../../../automation/drill/scenario";
import { summaryOf } from "../../../automation/drill/summary";
import type { LaneUpdate } from "../../../automation/estate";
import type { StackOutputs, Update, UpdateOptions } from "../../../automation/stacks";
import { regionNames, topology, votersFor } from "../../../infra/topology";
import { FakeRehearsal } from "../support/fakeRehearsal";
import { FakeGlobal } from "../support/fakeGlobal";
import {
    dialChange,
    FakeStacks,
    updateOf,
    voteChange,
    writeNameChange,
    writerChange,
} from "../support/fakeStacks";

const region = "us-east-1";
const names = regionNames();
const survivors = votersFor(region);
const rate = "meridian-error-rate";

/** Stacks of a region that is voted out and back, joined to a world that follows the votes. */
class JoinedStacks extends FakeStacks {
    readonly votes = new Map<string, string>(survivors.map((stack) => [stack, "in-service"]));
    readonly global = new FakeGlobal(region, "eu-west-1");
    share = 100;
    /** World time that the last survivor's update still takes once its vote is written. */
    lingerMs = 0;

    constructor(readonly world: FakeRehearsal) {
        super();
    }

    override async outputs(stack: string): Promise<StackOutputs> {
        return stack === "global"
            ? { ...globalOutputs(this.share), ...this.global.outputs() }
            : regionOutputs(stack, this.votes);
    }

    override async preview(
        stack: string,
        options: { readonly configFile?: string } = {},
    ): Promise<Update> {
        if (stack === region && this.world.faults.has("blackout")) {
            throw new Error(`${stack} does not answer`);
        }
        const file = options.configFile ?? path.join(this.folder, `Pulumi.${stack}.yaml`);
        const text = await fs.readFile(file, "utf8");
        return updateOf(stack, { changes: this.#changes(stack, text) });
    }

    override async up(stack: string, options: UpdateOptions = {}): Promise<Update> {
        this.calls.push(`up ${stack}`);
        const text = await fs.readFile(path.join(this.folder, `Pulumi.${stack}.yaml`), "utf8");
        const changes = this.#changes(stack, text).filter(
            ({ urn }) => options.targets?.includes(urn) ?? true,
        );
        if (stack === "global") {
            this.share = numberIn(text, "shares") ?? this.share;
            this.global.apply(text, changes);
        } else {
            this.#vote(stack, voteIn(text) ?? "in-service");
            await this.world.sleep(stack === survivors.at(-1) ? this.lingerMs : 0);
        }
        return updateOf(stack, { changes });
    }

    folder = "";

    /** Health checkers see a vote a few seconds later. */
    #vote(stack: string, vote: string): void {
        if (this.votes.get(stack) === vote || !survivors.includes(stack)) {
            return;
        }
        this.votes.set(stack, vote);
        this.world.calls.push({
            atMs: this.world.now(),
            caller: `pulumi:${stack}`,
            plane: "data",
            service: "s3",
            action: "PutObject",
            region: stack,
            outcome: "ok",
        });
        this.world.after(8000, () => {
            const against = [...this.votes.values()].filter((vote) => vote === "evacuate");
            this.world.setHealth(`in-service-${region}`, against.length < topology.quorum);
        });
    }

    #changes(stack: string, text: string): Update["changes"] {
        if (stack === "global") {
            const share = numberIn(text, "shares") ?? this.share;
            return [...(share === this.share ? [] : [weight(share)]), ...this.global.changes(text)];
        }
        const vote = voteIn(text);
        return vote === undefined || vote === this.votes.get(stack)
            ? []
            : [voteChange(stack, region, vote)];
    }

    override async resources(stack: string) {
        const resource = (type: string, name: string, outputs: object) => ({
            urn: name,
            type,
            name,
            outputs: outputs as Record<string, unknown>,
        });
        return stack === "global"
            ? [
                  resource("aws:route53/healthCheck:HealthCheck", `vote-eu-west-1-${region}`, {
                      requestInterval: 10,
                      failureThreshold: 1,
                  }),
                  resource("aws:route53/healthCheck:HealthCheck", `endpoint-${region}`, {
                      requestInterval: 10,
                      failureThreshold: 3,
                  }),
                  resource("aws:route53/record:Record", "state", {
                      name: `_state.${region}.app.example.com`,
                      ttl: 10,
                  }),
              ]
            : [
                  resource("aws:cloudwatch/metricAlarm:MetricAlarm", "o", {
                      name: `meridian-observer-${region}`,
                      period: 60,
                      evaluationPeriods: 3,
                      datapointsToAlarm: 2,
                  }),
                  resource("aws:cloudwatch/metricAlarm:MetricAlarm", "r", {
                      name: rate,
                      period: 60,
                      evaluationPeriods: 3,
                      datapointsToAlarm: 2,
                  }),
                  ...["observer", "decider"].map((what) =>
                      resource("aws:cloudwatch/eventRule:EventRule", what, {
                          name: `meridian-${what}-tick`,
                          scheduleExpression: "rate(1 minute)",
                      }),
                  ),
                  resource("aws:lambda/function:Function", "d", {
                      environment: { variables: { DWELL_SECONDS: "60" } },
                  }),
              ];
    }
}

function voteIn(text: string): string | undefined {
    return /us-east-1: (evacuate|in-service)/.exec(text)?.[1];
}

/** The region's entry of a map of numbers. */
function numberIn(text: string, name: string): number | undefined {
    const held: unknown = parseDocument(text).getIn(["config", `meridian:${name}`, region]);
    return typeof held === "number" ? held : undefined;
}

function weight(share: number): Update["changes"][0] {
    const name = `${region}.app.example.com`;
    return {
        urn: "urn:home",
        type: "aws:route53/record:Record",
        name: "home",
        operation: "update",
        paths: [],
        oldInputs: { name, weightedRoutingPolicies: [{ weight: -1 }] },
        newInputs: { name, weightedRoutingPolicies: [{ weight: share }] },
    };
}

function regionOutputs(stack: string, votes: ReadonlyMap<string, string>): StackOutputs {
    return {
        schemaVersion: 1,
        region: stack,
        loadBalancerArn: "arn",
        loadBalancerDnsName: "lb",
        loadBalancerZoneId: "Z",
        originName: `${stack}.origin.example.com`,
        votesBucket: "bucket",
        votesHost: "host",
        votes: stack === region ? {} : { [region]: votes.get(stack) ?? "in-service" },
        tableKeyArn: "arn",
        eventStream: "meridian-events",
        mediaBucket: "media",
        ordersBucket: "orders",
        bucketKeyArn: "arn",
        databaseSubnetGroup: "meridian",
        databaseSecurityGroupId: "sg",
        databaseParameterGroup: "meridian",
        databaseKeyArn: "arn",
        cacheSubnetGroup: "cache",
        cacheSecurityGroupId: "sg",
        cacheUserGroup: "cache",
        cacheLogGroup: "/meridian/cache",
        cacheKeyArn: "arn",
        receiptKeysKeyArn: "arn:aws:kms:x:1:key/1",
        receiptKeyRotatorArn: "arn:aws:lambda:x:1:function:meridian-rotator",
        conflictDetector: "meridian-conflict-detector",
        conflictDeadLetterArn: "arn:aws:sqs:x:1:meridian-conflict-dead-letters",
        serviceRoleName: "role",
        failoverTopicArn: `arn:failover:${stack}`,
        recoveryTopicArn: `arn:recovery:${stack}`,
        alarmTopicArn: `arn:alarms:${stack}`,
        decisionsTable: "decisions",
        userFacingAlarms: [rate],
        observerAlarms: stack === region ? {} : { [region]: `meridian-observer-${region}` },
        minimumTasks: 2,
        maximumTasks: 4,
    };
}

function globalOutputs(share: number): StackOutputs {
    const ids = (id: string): Record<string, string> =>
        Object.fromEntries(names.map((name) => [name, `${id}-${name}`]));
    return {
        schemaVersion: 1,
        applicationName: "app.example.com",
        writeName: "write.app.example.com",
        directName: "direct.example.com",
        tableName: "table",
        globalClusterId: "meridian",
        writerChange: { kind: "none", from: region, to: region, lagSeconds: 0 },
        shares: Object.fromEntries(names.map((name) => [name, name === region ? share : 100])),
        healthChecks: {
            endpoint: ids("endpoint"),
            vote: {},
            inService: ids("in-service"),
            lever: ids("lever"),
        },
    };
}

describe("the drill", () => {
    let folder: string;
    let world: FakeRehearsal;
    let stacks: JoinedStacks;
    let judged: Pick<LaneUpdate, "lane" | "region" | "targets">[];

    beforeEach(async () => {
        judged = [];
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-drill-"));
        for (const stack of [...names, "global"]) {
            await fs.writeFile(path.join(folder, `Pulumi.${stack}.yaml`), "config: {}\n");
        }
        world = new FakeRehearsal();
        stacks = new JoinedStacks(world);
        stacks.folder = folder;
        followFaults(world);
    });
    afterEach(() => fs.rm(folder, { recursive: true }));

    async function drill(
        signal = new AbortController().signal,
        fault: FaultKind = "gray",
    ): Promise<DrillReport> {
        return runDrill({
            estate: {
                name: "full",
                topology,
                configFolder: folder,
                stacks,
                projectFolder: folder,
                policyPacks: {
                    standing: [],
                    evacuation: ({ lane, region: about, targets }) => {
                        judged.push({ lane, region: about, targets });
                        return [];
                    },
                },
            },
            rehearsal: world,
            probes: {
                namesCanChange: async () =>
                    world.faults.has("control-planes")
                        ? { kind: "unknown", reason: "Route 53 cannot be asked" }
                        : { kind: "known", value: true },
            },
            engine: { version: "3.0.0" },
            scenario: scenarioOf(fault, region),
            objectives: {
                ...(await readObjectives(defaultObjectives)),
                // Fakes take microseconds, and a ratio of those says nothing.
                updateToUnchanged: 1e9,
            },
            signal,
            onProgress: () => undefined,
        });
    }

    it("goes through every phase and meets its objectives", async () => {
        const report = await drill();
        expect(report.error).to.equal(undefined);
        expect(report.verdicts.filter((one) => !one.met)).to.eql([]);
        expect(report.result).to.equal("met");
        expect(report.steps.map((step) => [step.id, step.status])).to.eql(
            [
                "deploy",
                "unchanged",
                "steady",
                "fault",
                "detect",
                "evacuate",
                "settle",
                "moved",
                "hold",
                "settle-rest",
                "quiet",
                "heal",
                "failback",
                "back",
                "payments",
                "quiet-again",
            ].map((id) => [id, "done"]),
        );
        expect(stacks.share).to.equal(100);
        expect(stacks.global.dial).to.equal(100);
        expect(stacks.global.roles).to.eql(new FakeGlobal(region, "eu-west-1").roles);
        expect(stacks.global.named).to.equal(region);
        expect(survivors.map((stack) => stacks.votes.get(stack))).to.eql(
            survivors.map(() => "in-service"),
        );
        expect(world.held).to.equal(0);
        expect(world.faults.size).to.equal(0);
        // The votes out and the votes back, each limited to itself; what the global stack does, too.
        const cast = (lane: LaneUpdate["lane"]) =>
            survivors.map((stack) => [lane, voteChange(stack, region, "evacuate").urn]);
        const share = ["failback", "urn:home"];
        expect(judged.map(({ lane, targets }) => [lane, ...targets])).to.eql([
            ...cast("failover"),
            ["settle", dialChange(region, 100, 0).urn, writerChange("").urn],
            ["settle", writeNameChange().urn],
            share,
            ...cast("failback"),
            ...[share, share, share, share],
            ["failback", dialChange(region, 0, 100).urn],
            ["failback", writerChange("").urn, writeNameChange().urn],
        ]);
        expect(judged.every((one) => one.region === region)).to.equal(true);
    });

    it("has shoppers pay where the platform writes, and tells their RTO apart", async () => {
        world.paid = () => world.faults.size === 0;
        const report = await drill();
        expect(world.used.map(({ write }) => write)).to.eql(["write.app.example.com", undefined]);
        expect(world.used.map(({ regions }) => regions)).to.eql([
            names.map((name) => `${name}.origin.example.com`),
            undefined,
        ]);
        const database = report.systems?.find(({ system }) => system === "Aurora");
        expect(database).to.deep.include({
            back: false,
            rto: { reason: "its users still failed at the end" },
        });
        expect(report.verdicts.filter((one) => !one.met)).to.deep.equal([
            {
                objective: "systems that did not come back",
                met: false,
                measured: "1",
                allowed: "0",
                cause: "Aurora",
            },
        ]);
    });

    it("writes a report with every figure that readers may count on", async () => {
        const report = JSON.parse(JSON.stringify(await drill())) as Record<string, object>;
        const keysOf = (name: string): readonly string[] => Object.keys(report[name] ?? {});
        expect(report["schema"]).to.equal(1);
        expect(Object.keys(report)).to.include.members(
            "scenario objectives result verdicts traffic steps engine realSeconds".split(" "),
        );
        for (const [name, keys] of [
            ["rto", "worldSeconds boundWorldSeconds detect decide update dns drain bound"],
            ["rpo", "acknowledgedWrites lostWrites worstLagSeconds"],
            ["errors", "byGeography peak budgetUsed"],
            ["calls", "toImpairedRegion toDownControlPlanes"],
            ["engine", "version updates unchangedSeconds evacuationSeconds"],
        ] as const) {
            expect(keysOf(name), name).to.include.members(keys.split(" "));
        }
        for (const step of report["steps"] as Record<string, unknown>[]) {
            expect(Object.keys(step)).to.have.members(
                "id title lane status atSeconds worldSeconds realSeconds evidence".split(" "),
            );
        }
        const [window] = report["traffic"] as Record<string, unknown>[];
        expect(window).to.have.all.keys("atSeconds", "requests", "errors", "shares");
    });

    it("keeps the figures it has when it is aborted later", async () => {
        world.onHeal = () => world.setHealth(`in-service-${region}`, true);
        const report = await drill();
        expect(report.result).to.equal("aborted");
        expect(report.rto?.worldSeconds).to.be.greaterThan(100);
        expect(report.calls?.toImpairedRegion).to.equal(0);
        expect(report.errors?.failures).to.be.greaterThan(0);
        expect(report.rpo).to.equal(undefined);
    });

    it("measures the RTO from the fault to the clients and the alarms, in parts that add up", async () => {
        const { rto } = await drill();
        expect(rto).not.to.equal(undefined);
        const { worldSeconds, detect, decide, update, dns, drain } = rto as NonNullable<typeof rto>;
        // The quorum 130 s after the fault, the notice 70 s later, out of service 8 s after the vote.
        expect(detect).to.be.closeTo(130, 0.01);
        expect(decide).to.be.closeTo(70, 1.01);
        expect(worldSeconds).to.be.closeTo(detect + decide + update + dns + drain, 0.01);
        expect(worldSeconds).to.be.closeTo(208, 1.01);
        expect(update).to.be.at.most(1);
        expect(dns).to.equal(8);
        expect(drain).to.equal(0);
        expect(rto?.bound.path).to.equal("votes");
    });

    it("ends the update with the vote that made the quorum, and not with the last engine", async () => {
        stacks.lingerMs = 5000;
        const { rto, error } = await drill();
        expect(error).to.equal(undefined);
        expect(rto?.update).to.be.at.most(1);
        expect(rto?.dns).to.equal(8);
    });

    it("takes what Route 53 saw by itself for detected then, whoever decides later", async () => {
        const gray = world.onInject;
        world.onInject = (fault) => {
            if (fault.kind === "blackout") {
                gray({ kind: "gray", region, errorRate: 1, latencyMs: 0 });
                world.after(35_000, () => world.setHealth(`in-service-${region}`, false));
            }
        };
        world.answer = () =>
            world.unhealthy.has(`in-service-${region}`)
                ? { region: "eu-west-1", ok: true }
                : world.faults.has("blackout")
                  ? { region: undefined, ok: false }
                  : { region, ok: true };
        const { rto, error, steps } = await drill(new AbortController().signal, "blackout");
        expect(error).to.equal(undefined);
        // The home of the control planes is gone: the writer's name waits until it is back.
        expect(steps.map(({ id }) => id).slice(-8)).to.eql(
            "hold quiet heal settle-rest failback back payments quiet-again".split(" "),
        );
        expect(stacks.global.named).to.equal(region);
        expect(rto?.detect).to.be.closeTo(35, 1);
        expect(rto).to.include({ decide: 0, update: 0, dns: 0, drain: 0 });
        expect(rto?.bound.path).to.equal("endpoint");
    });

    it("misses the RTO when nobody decides, and says what the observers saw", async () => {
        followFaults(world, 10_000_000);
        const report = await drill();
        expect(report.result).to.equal("missed");
        expect(report.verdicts).to.have.length(1);
        expect(report.verdicts[0]).to.deep.include({
            objective: "RTO",
            met: false,
            measured: "over 900 s",
            cause: 'users were not back after the step "alarms and decision", which took 900 s',
        });
        expect(summaryOf(report)).to.contain("users were not back");
        expect(report.error)
            .to.contain("no decider told to evacuate us-east-1")
            .and.to.contain("eu-west-1 says ALARM");
    });

    it("misses the RTO when clients fail again at the end of the hold", async () => {
        const answer = world.answer;
        let sinceMs: number | undefined;
        world.answer = (atMs) => {
            const given = answer(atMs);
            sinceMs = given.region === region ? undefined : (sinceMs ?? atMs);
            return {
                ...given,
                ok: given.ok && !(sinceMs !== undefined && atMs - sinceMs > 60_000),
            };
        };
        const report = await drill();
        expect(report.result).to.equal("missed");
        expect(report.error).to.contain("clients still fail at the end of the hold");
        expect(report.steps.at(-1)).to.include({ id: "hold", status: "failed" });
    });

    it("misses the RPO when an acknowledged write is gone", async () => {
        world.lostWrites = 1;
        const report = await drill();
        expect(report.result).to.equal("missed");
        expect(report.verdicts.filter((one) => !one.met).map((one) => one.objective)).to.eql([
            "writes lost",
        ]);
        expect(summaryOf(report)).to.contain("writes lost").and.to.contain("missed");
    });

    it("counts the changes of profiles among the writes, and misses the RPO when one is gone", async () => {
        world.lostProfiles = 1;
        const report = await drill();
        expect(report.rpo).to.include({ acknowledgedWrites: 58, lostWrites: 1 });
        expect(report.verdicts.filter((one) => !one.met).map((one) => one.objective)).to.eql([
            "writes lost",
        ]);
        const row = report.systems?.find(({ system }) => system === "DynamoDB, homes");
        expect(row?.rpo).to.have.property(
            "detail",
            "1 of 8 changes of profiles lost in any region",
        );
    });

    it("counts a forbidden call of the evacuate lane, and misses for it", async () => {
        const up = stacks.up.bind(stacks);
        stacks.up = async (stack) => {
            world.calls.push({
                atMs: world.now(),
                caller: `pulumi:${stack}`,
                plane: "control",
                service: "route53",
                action: "ListTagsForResource",
                region,
                outcome: "timeout",
            });
            return up(stack);
        };
        const report = await drill();
        expect(report.calls).to.include({ toImpairedRegion: 3, toDownControlPlanes: 3 });
        expect(report.result).to.equal("missed");
    });

    it("does not begin without a steady state", async () => {
        world.setAlarm("eu-west-1", rate, "ALARM");
        const report = await drill();
        expect(report.result).to.equal("aborted");
        expect(report.error).to.contain(
            "no steady state: alarm eu-west-1/meridian-error-rate rings",
        );
        expect(report.steps.at(-1)).to.include({ id: "steady", status: "failed" });
        expect(world.faults.size).to.equal(0);
    });

    it("refuses an update that should change nothing and does", async () => {
        stacks.up = async (stack) =>
            updateOf(stack, { changes: [voteChange(stack, region, "evacuate")] });
        const report = await drill();
        expect(report.error).to.contain("a second update must change nothing");
    });

    it("is over when the region comes back into service by itself", async () => {
        world.onHeal = () => {
            world.unhealthy.clear();
            for (const stack of survivors) {
                world.setAlarm(stack, `meridian-observer-${region}`, "OK");
            }
        };
        const report = await drill();
        expect(report.result).to.equal("aborted");
        expect(report.error).to.contain("went back into service by itself");
    });

    it("stops where it is when it is interrupted, and reports so", async () => {
        const controller = new AbortController();
        world.onInject = () => controller.abort(new Error("interrupted by SIGINT"));
        const report = await drill(controller.signal);
        expect(report).to.include({ result: "aborted", error: "interrupted" });
        expect(report.steps.at(-1)?.id).to.equal("fault");
    });
});

/** Alarms, a decision and failing clients after the fault; all is well once it is voted out or healed. */
function followFaults(world: FakeRehearsal, decideAfterMs = 200_000): void {
    let broken = false;
    world.answer = (atMs) => {
        const out = world.unhealthy.has(`in-service-${region}`);
        return out
            ? { region: "eu-west-1", ok: true }
            : { region, ok: !(broken && Math.floor(atMs / 500) % 10 < 1) };
    };
    world.onInject = (fault) => {
        if (fault.kind !== "gray") {
            return;
        }
        broken = true;
        const startMs = world.now();
        world.after(120_000, () => world.setAlarm(region, rate, "ALARM"));
        world.after(130_000, () => {
            for (const stack of survivors) {
                world.setAlarm(stack, `meridian-observer-${region}`, "ALARM");
            }
        });
        world.after(decideAfterMs, () =>
            world.events.emit("message", {
                topicArn: "arn:failover:eu-west-1",
                atMs: world.now(),
                message: JSON.stringify({
                    schema: 1,
                    decision: "evacuate",
                    region,
                    observers: survivors,
                    since: new Date(startMs + 130_000).toISOString(),
                }),
            }),
        );
        world.after(decideAfterMs + 150_000, () => world.setAlarm(region, rate, "OK"));
    };
    world.onHeal = () => {
        broken = false;
        for (const stack of survivors) {
            world.setAlarm(stack, `meridian-observer-${region}`, "OK");
        }
    };
}
