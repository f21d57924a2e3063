import { expect } from "chai";

import { eventStreamArn } from "../../../../components/eventNames";
import { EventReplication } from "../../../../components/eventReplication";
import { encodeEvent, orderPlacedEvent, type DomainEvent } from "../../../../runtime/events/event";
import type { Sandbox } from "../../../../sandbox";
import { deployProgram, type ProgramSandbox, startProgramSandbox } from "../../../support/program";

const accountId = "111122223333";
const regions = ["ap-east-1", "eu-west-1", "us-east-1"] as const;
const [far, here, there] = regions;
type Region = (typeof regions)[number];

const queueArn = (region: string): string =>
    `arn:aws:sqs:${region}:${accountId}:meridian-event-dead-letters`;

/** The program's own roles, keys, streams, functions and mappings, in the rehearsal cloud. */
describe("the program's event replication, in the rehearsal cloud", () => {
    let sandbox: Sandbox;
    let started: ProgramSandbox;
    let orders = 0;

    /** Puts what the program registers in the account, as it would be after an update. */
    async function deploy(region: Region): Promise<void> {
        await deployProgram(sandbox, region, ({ keys, topic }) => {
            new EventReplication("events", {
                region,
                accountId,
                deletionProtection: false,
                regions,
                dataKeyArn: keys.dataKeyArn,
                operationsKeyArn: keys.operationsKeyArn,
                alarmTopicArn: topic.arn,
                logRetentionDays: 90,
            });
        });
    }

    before(async () => {
        started = await startProgramSandbox();
        ({ sandbox } = started);
        for (const region of regions) {
            await deploy(region);
        }
    });

    after(() => started.close());

    afterEach(() => sandbox.faults.healAll());

    const arnOf = (region: Region): string => eventStreamArn(region, accountId);

    /** An order is placed in a region, whose storefront emits it as often as `times`. */
    function place(region: Region, times = 1): DomainEvent {
        orders++;
        const event = orderPlacedEvent(
            region,
            { orderId: `o-${orders}`, cartId: "c", total: 100, currency: "USD" },
            new Date(sandbox.clock.now()).toISOString(),
        );
        for (let time = 0; time < times; time++) {
            put(region, event.entity, encodeEvent(event));
        }
        return event;
    }

    const put = (region: Region, partitionKey: string, data: Uint8Array): void => {
        sandbox.streams.put(
            arnOf(region),
            { partitionKey, data: Buffer.from(data) },
            `region:${region}`,
        );
    };

    /** What the region knows of the order; undefined when it never heard of it. */
    async function activity(
        region: Region,
        { entity }: DomainEvent,
    ): Promise<Record<string, Record<string, unknown>> | undefined> {
        const answer = (await sandbox.clock.io(() =>
            sandbox.tables.execute(region, "GetItem", {
                TableName: "meridian-activity",
                Key: { pk: { S: `order#${entity}` } },
            }),
        )) as { Item?: Record<string, Record<string, unknown>> };
        return answer.Item;
    }

    async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
        for (let second = 0; !(await holds()); second += 5) {
            if (second > 1800) {
                throw new Error(
                    `did not come to hold: ${JSON.stringify([sandbox.eventSources.statuses().filter(({ lagMs, problem }) => lagMs > 0 || problem !== undefined), sandbox.failures()])}`,
                );
            }
            await sandbox.clock.sleep(5000);
        }
    }

    const arrived = (region: Region, event: DomainEvent) => async (): Promise<boolean> =>
        (await activity(region, event)) !== undefined;

    const everythingDone = (): boolean =>
        sandbox.eventSources.statuses().every(({ lagMs }) => lagMs === 0);

    /** Sum of one of the functions' own metrics so far. */
    const total = (
        region: Region,
        metric: string,
        dimensions: Record<string, string> = {},
    ): number =>
        sandbox.metrics.total(region, "Meridian/Events", metric, { ...dimensions, Region: region });

    const statusOf = (region: Region, name: string) =>
        sandbox.eventSources
            .statuses()
            .find((one) => one.region === region && one.functionArn.endsWith(`:${name}`));

    it("brings an order's event to every region, once each", async () => {
        const event = place(here);
        for (const region of regions) {
            await until(arrived(region, event));
        }
        await until(everythingDone);
        for (const region of regions) {
            expect(await activity(region, event)).to.deep.include({
                events: { N: "1" },
                origins: { SS: [here] },
                total: { N: "100" },
            });
            expect(total(region, "EventsApplied", { OriginRegion: here })).to.equal(1);
        }
        // Sent to each by the origin alone: nothing came back, nothing went round.
        const done = { lagMs: 0, pending: 0, givenUp: 0 };
        expect(sandbox.streamFlows("meridian-events", regions)).to.eql(
            regions.map((region) => ({
                region,
                emitted: region === here ? 1 : 0,
                received: region === here ? {} : { [here]: 1 },
                trimmed: 0,
                readers: {
                    "meridian-consumer": done,
                    ...Object.fromEntries(
                        regions
                            .filter((other) => other !== region)
                            .map((other) => [`meridian-replicator-${other}`, done]),
                    ),
                },
            })),
        );
        expect(sandbox.failures()).to.eql([]);
    });

    it("applies what was emitted three times once, and counts the others", async () => {
        const before = regions.map((region) =>
            total(region, "DuplicatesDiscarded", { OriginRegion: here }),
        );
        const event = place(here, 3);
        for (const region of regions) {
            await until(arrived(region, event));
        }
        await until(everythingDone);
        for (const [index, region] of regions.entries()) {
            expect(await activity(region, event)).to.deep.include({ events: { N: "1" } });
            expect(
                total(region, "DuplicatesDiscarded", { OriginRegion: here }) - (before[index] ?? 0),
            ).to.equal(2);
        }
    });

    it("lets a lost region stop nothing else, and catches it up afterwards, in order and once", async () => {
        sandbox.faults.inject({ kind: "blackout", region: there });
        const events = [place(here), place(here), place(far)];
        for (const event of events) {
            await until(arrived(here, event));
            await until(arrived(far, event));
        }
        await sandbox.clock.sleep(540_000);
        // Only the way into the lost region is behind, and each sender for itself.
        for (const region of [here, far] as const) {
            for (const status of sandbox.eventSources.statuses()) {
                if (status.region === region) {
                    const toLost = status.functionArn.endsWith(`replicator-${there}`);
                    expect(status.lagMs > 0, status.functionArn).to.equal(toLost);
                }
            }
        }
        expect(statusOf(here, `meridian-replicator-${there}`)?.lagMs).to.be.above(300_000);
        expect(sandbox.alarms.status(here, `meridian-late-replicator-${there}`)?.state).to.equal(
            "ALARM",
        );
        const written = sandbox.streams.counts(arnOf(there)).written;
        sandbox.faults.healAll();
        for (const event of events) {
            await until(arrived(there, event));
        }
        await until(everythingDone);
        expect(sandbox.streams.counts(arnOf(there)).written).not.to.eql(written);
        for (const event of events) {
            expect(await activity(there, event)).to.deep.include({ events: { N: "1" } });
        }
        expect(sandbox.eventSources.statuses().map(({ givenUp }) => givenUp)).to.eql(
            Array(9).fill(0),
        );
        for (const region of regions) {
            expect(sandbox.queues.counts(queueArn(region)).visible).to.equal(0);
        }
    });

    it("sends what a region emitted before it was lost, when it is back", async () => {
        sandbox.faults.inject({ kind: "partition", between: [here, there] });
        const event = place(there);
        await until(arrived(far, event));
        sandbox.faults.inject({ kind: "blackout", region: there });
        await sandbox.clock.sleep(120_000);
        expect(await activity(here, event)).to.equal(undefined);
        sandbox.faults.healAll();
        await until(arrived(here, event));
        expect(await activity(here, event)).to.deep.include({ origins: { SS: [there] } });
    });

    it("puts aside what is no event, in its own region only, and goes on", async () => {
        put(here, "poison", Buffer.from("no event"));
        const event = place(here);
        await until(arrived(there, event));
        await until(everythingDone);
        const [letter, ...more] = sandbox.queues.peek(queueArn(here));
        expect(more).to.eql([]);
        const { reason, data } = JSON.parse(letter?.body ?? "{}") as Record<string, string>;
        expect(reason).to.equal("the event is not JSON");
        expect(Buffer.from(data ?? "", "base64").toString()).to.equal("no event");
        expect(sandbox.queues.peek(queueArn(there))).to.eql([]);
        expect(total(here, "EventsQuarantined")).to.equal(1);
    });

    it("holds an event back that cannot be applied, until it can", async () => {
        const table = sandbox.store.get("aws:dynamodb/table:Table", there, "meridian-activity");
        if (table === undefined) {
            throw new Error("the program made no activity table");
        }
        sandbox.store.delete(table.type, table.region, table.id);
        const event = place(here);
        await until(arrived(here, event));
        await until(() => (statusOf(there, "meridian-consumer")?.lagMs ?? 0) > 30_000);
        sandbox.store.put(table);
        await until(arrived(there, event));
    });
});
