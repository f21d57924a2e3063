import { expect } from "chai";

import { tableDefinition, tableType } from "../../../../sandbox/world/tables/definition";
import type { AttributeMap } from "../../../../sandbox/world/tables/engine";
import type { ChangeRecord } from "../../../../sandbox/world/tables/streams/changeRecord";
import { TableStreams } from "../../../../sandbox/world/tables/streams/tableStreams";
import { Tables } from "../../../../sandbox/world/tables/tables";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../../support/smallWorld";
import {
    declareStreamedTable,
    streamedTable,
    tableStreamArnIn,
} from "../../../support/tableStreams";

const regions = ["us-east-1", "eu-west-1"] as const;

function textOf(image: AttributeMap | undefined): string {
    const text = image?.["value"]?.["S"];
    return typeof text === "string" ? text : "";
}

describe("streams of tables", () => {
    let world: SmallWorld;
    let tables: Tables;

    beforeEach(async () => {
        world = await smallWorld();
        tables = new Tables(world, { metrics: new RecordedMetrics() });
        declareStreamedTable(world, regions);
        await tables.start();
    });

    afterEach(async () => {
        await tables.stop();
        world.end();
    });

    const run = (region: string, action: string, input: object): Promise<unknown> =>
        world.clock.io(() =>
            tables.execute(region, action, { TableName: streamedTable, ...input }),
        );

    const put = (region: string, pk: string, value: string, more = {}): Promise<unknown> =>
        run(region, "PutItem", { Item: { pk: { S: pk }, value: { S: value }, ...more } });

    const drained = (): Promise<void> =>
        world.until(() => regions.every((region) => tables.pending(region) === 0));

    const records = (region: string): readonly ChangeRecord[] =>
        tables.streams
            .peek(region, streamedTable)
            .map(({ data }) => JSON.parse(data.toString()) as ChangeRecord);

    /** `INSERT -> 1` and so on. */
    const changes = (region: string): readonly string[] =>
        records(region).map(
            ({ eventName, dynamodb: { OldImage, NewImage } }) =>
                `${eventName} ${textOf(OldImage)}->${textOf(NewImage)}`,
        );

    it("have every write in every region, with the images before and after it", async () => {
        await put("us-east-1", "a", "1");
        await drained();
        await put("eu-west-1", "a", "2");
        await drained();
        await run("us-east-1", "DeleteItem", { Key: { pk: { S: "a" } } });
        await drained();
        const expected = ["INSERT ->1", "MODIFY 1->2", "REMOVE 2->"];
        expect(changes("us-east-1")).to.eql(expected);
        expect(changes("eu-west-1")).to.eql(expected);
        const [first] = records("eu-west-1");
        expect(first).to.deep.include({
            eventVersion: "1.1",
            eventSource: "aws:dynamodb",
            awsRegion: "eu-west-1",
        });
        expect(first?.dynamodb).to.deep.include({
            Keys: { pk: { S: "a" } },
            StreamViewType: "NEW_AND_OLD_IMAGES",
        });
        expect(first?.dynamodb.SequenceNumber).to.match(/^\d{21,40}$/);
    });

    it("have a lost write where it was made, and nothing of it where the winner was made", async () => {
        world.faults.inject({ kind: "partition", between: regions });
        await put("us-east-1", "a", "loser");
        await world.clock.sleep(1000);
        await put("eu-west-1", "a", "winner");
        world.faults.healAll();
        await drained();
        expect(changes("us-east-1")).to.eql(["INSERT ->loser", "MODIFY loser->winner"]);
        expect(changes("eu-west-1")).to.eql(["INSERT ->winner"]);
    });

    it("have the writes of a transaction and of a batch one by one", async () => {
        await run("us-east-1", "TransactWriteItems", {
            TransactItems: ["a", "b"].map((pk) => ({
                Put: { TableName: streamedTable, Item: { pk: { S: pk }, value: { S: "1" } } },
            })),
        });
        await run("us-east-1", "BatchWriteItem", {
            RequestItems: {
                [streamedTable]: [{ DeleteRequest: { Key: { pk: { S: "a" } } } }],
            },
        });
        expect(changes("us-east-1")).to.eql(["INSERT ->1", "INSERT ->1", "REMOVE 1->"]);
    });

    it("have no record of a write that changes nothing", async () => {
        await put("us-east-1", "a", "1");
        await put("us-east-1", "a", "1");
        await run("us-east-1", "DeleteItem", { Key: { pk: { S: "none" } } });
        expect(changes("us-east-1")).to.eql(["INSERT ->1"]);
    });

    it("say of an expired item who deleted it, in the region that did and in no other", async () => {
        const soon = Math.floor(world.clock.now() / 1000) + 10;
        await put("us-east-1", "a", "1", { expiresAt: { N: String(soon) } });
        await drained();
        await world.until(() => changes("eu-west-1").length === 2);
        const removal = (region: string): ChangeRecord | undefined => records(region)[1];
        expect(removal("us-east-1")?.userIdentity).to.eql({
            type: "Service",
            principalId: "dynamodb.amazonaws.com",
        });
        expect(removal("eu-west-1")?.eventName).to.equal("REMOVE");
        expect(removal("eu-west-1")).not.to.have.property("userIdentity");
    });

    it("bring 1,000 records at a time, and refuse who asks too often", async () => {
        for (let index = 0; index < 1001; index++) {
            tables.streams.note("us-east-1", streamedTable, {
                key: { pk: { S: String(index) } },
                before: undefined,
                after: { pk: { S: String(index) } },
            });
        }
        const arn = tableStreamArnIn("us-east-1");
        const [shard] = tables.streams.shards(arn);
        const read = (position: number): number =>
            tables.streams.read(arn, shard?.id ?? "", position, 10_000).records.length;
        expect([read(0), read(1000)]).to.eql([1000, 1]);
        expect(() => {
            for (let index = 0; index < 100_000; index++) {
                read(0);
            }
        }).to.throw(/Too many reads of shard/);
    });

    it("are told of by DescribeTable, each region's own", async () => {
        const { Table } = (await run("eu-west-1", "DescribeTable", {})) as {
            Table: { LatestStreamArn: string };
        };
        expect(Table.LatestStreamArn).to.equal(tableStreamArnIn("eu-west-1"));
    });
});

describe("streams of tables, as days pass", () => {
    let world: SmallWorld;

    beforeEach(async () => {
        world = await smallWorld();
        declareStreamedTable(world, regions);
    });
    afterEach(() => world.end());

    const hourMs = 3_600_000;
    let nowMs: number;

    function alone() {
        nowMs = 1_800_000_000_000;
        const streams = new TableStreams({ store: world.store, clock: { now: () => nowMs } });
        const follow = (): void => {
            const [resource] = world.store.list(tableType);
            if (resource !== undefined) {
                streams.follow(tableDefinition(resource, world.store), regions);
            }
        };
        const note = (value: string): void =>
            streams.note("us-east-1", streamedTable, {
                key: { pk: { S: "a" } },
                before: undefined,
                after: { pk: { S: "a" }, value: { S: value } },
            });
        follow();
        return { streams, follow, note };
    }

    it("forget what is older than a day", () => {
        const { streams, note } = alone();
        note("1");
        nowMs += 23 * hourMs;
        note("2");
        nowMs += 2 * hourMs;
        const arn = tableStreamArnIn("us-east-1");
        const [shard] = streams.shards(arn);
        expect(streams.read(arn, shard?.id ?? "", 0, 10).records).to.have.length(1);
    });

    it("can be read to their end after they were turned off, for a day", () => {
        const { streams, note, follow } = alone();
        note("1");
        declareStreamedTable(world, regions, { streamEnabled: false });
        follow();
        note("2");
        const arn = tableStreamArnIn("us-east-1");
        const [shard] = streams.shards(arn);
        const slice = streams.read(arn, shard?.id ?? "", 0, 10);
        expect([slice.records.length, slice.finished]).to.eql([1, true]);
        nowMs += 25 * hourMs;
        streams.trim();
        expect(streams.shards(arn)).to.eql([]);
    });
});
