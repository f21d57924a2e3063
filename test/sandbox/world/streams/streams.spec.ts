import {
    DescribeStreamSummaryCommand,
    GetRecordsCommand,
    GetShardIteratorCommand,
    ListShardsCommand,
    PutRecordCommand,
    PutRecordsCommand,
    type GetShardIteratorCommandInput,
    type KinesisClient,
    type Shard,
} from "@aws-sdk/client-kinesis";
import { expect } from "chai";

import { refusal } from "../../support/account";
import { declareRole } from "../../../support/smallMessaging";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";
import { declareStream, startStreams, type SmallStreams } from "../../../support/streams";

const region = "eu-west-1";
const StreamName = "orders";

describe("streams", () => {
    let world: SmallWorld;
    let small: SmallStreams;
    let client: KinesisClient;

    beforeEach(async () => {
        world = await smallWorld();
        small = await startStreams(world);
        client = small.client(region);
    });

    afterEach(async () => {
        await small.stop();
        world.end();
    });

    const put = (PartitionKey: string, text: string, ExplicitHashKey?: string) =>
        client.send(
            new PutRecordCommand({
                StreamName,
                PartitionKey,
                Data: Buffer.from(text),
                ...(ExplicitHashKey === undefined ? {} : { ExplicitHashKey }),
            }),
        );

    async function shards(): Promise<readonly Shard[]> {
        return (await client.send(new ListShardsCommand({ StreamName }))).Shards ?? [];
    }

    async function iterator(
        from: Partial<GetShardIteratorCommandInput>,
        ShardId = "shardId-000000000000",
    ): Promise<string> {
        const { ShardIterator } = await client.send(
            new GetShardIteratorCommand({
                StreamName,
                ShardId,
                ShardIteratorType: "TRIM_HORIZON",
                ...from,
            }),
        );
        return ShardIterator ?? "";
    }

    const read = (ShardIterator: string, Limit?: number) =>
        client.send(
            new GetRecordsCommand({ ShardIterator, ...(Limit === undefined ? {} : { Limit }) }),
        );

    async function texts(from: Partial<GetShardIteratorCommandInput>): Promise<readonly string[]> {
        const { Records } = await read(await iterator(from));
        return (Records ?? []).map(({ Data }) => Buffer.from(Data ?? []).toString());
    }

    it("give records back in the order they came, with growing sequence numbers", async () => {
        declareStream(world, region, StreamName);
        const placed = [await put("a", "1"), await put("b", "2"), await put("a", "3")];
        const { Records = [], MillisBehindLatest } = await read(await iterator({}));
        expect(Records.map(({ Data }) => Buffer.from(Data ?? []).toString())).to.eql([
            "1",
            "2",
            "3",
        ]);
        expect(Records.map(({ PartitionKey }) => PartitionKey)).to.eql(["a", "b", "a"]);
        expect(Records.map(({ SequenceNumber }) => SequenceNumber)).to.eql(
            placed.map(({ SequenceNumber }) => SequenceNumber),
        );
        const numbers = Records.map(({ SequenceNumber }) => BigInt(SequenceNumber ?? ""));
        expect(numbers).to.eql([...numbers].sort((a, b) => (a < b ? -1 : 1)));
        expect(MillisBehindLatest).to.equal(0);
    });

    it("share the hash keys out among their shards, a key always to the same", async () => {
        declareStream(world, region, StreamName, { shardCount: 4 });
        const ranges = (await shards()).map(({ HashKeyRange }) => HashKeyRange);
        expect(ranges[0]?.StartingHashKey).to.equal("0");
        expect(ranges[3]?.EndingHashKey).to.equal(String(2n ** 128n - 1n));
        for (const [index, range] of ranges.entries()) {
            const before = ranges[index - 1]?.EndingHashKey;
            expect(
                before === undefined ||
                    BigInt(before) + 1n === BigInt(range?.StartingHashKey ?? ""),
            ).to.equal(true);
        }
        const of = await Promise.all(["a", "a", "b", "c", "d", "e"].map((key) => put(key, "x")));
        expect(of[0]?.ShardId).to.equal(of[1]?.ShardId);
        expect(new Set(of.map(({ ShardId }) => ShardId)).size).to.be.above(1);
        const explicit = await put("a", "x", String(2n ** 128n - 1n));
        expect(explicit.ShardId).to.equal("shardId-000000000003");
    });

    it("start reading at every kind of position", async () => {
        declareStream(world, region, StreamName);
        await put("a", "1");
        await world.clock.sleep(60_000);
        const middle = world.clock.now() - 30_000;
        const { SequenceNumber: StartingSequenceNumber = "" } = await put("a", "2");
        await put("a", "3");
        const at = { StartingSequenceNumber, ShardIteratorType: "AT_SEQUENCE_NUMBER" } as const;
        expect(await texts(at)).to.eql(["2", "3"]);
        await world.clock.sleep(2000);
        expect(await texts({ ...at, ShardIteratorType: "AFTER_SEQUENCE_NUMBER" })).to.eql(["3"]);
        expect(
            await texts({ ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(middle) }),
        ).to.eql(["2", "3"]);
        expect(await texts({ ShardIteratorType: "LATEST" })).to.eql([]);
        expect(await texts({ ShardIteratorType: "TRIM_HORIZON" })).to.eql(["1", "2", "3"]);
    });

    it("say how far behind the tip a reader is, and go on from where it stopped", async () => {
        declareStream(world, region, StreamName);
        await put("a", "1");
        await world.clock.sleep(20_000);
        await put("a", "2");
        await world.clock.sleep(20_000);
        const first = await read(await iterator({}), 1);
        expect(first.Records).to.have.length(1);
        expect(first.MillisBehindLatest).to.be.within(20_000, 30_000);
        const second = await read(first.NextShardIterator ?? "", 1);
        expect(Buffer.from(second.Records?.[0]?.Data ?? []).toString()).to.equal("2");
        expect(second.MillisBehindLatest).to.equal(0);
    });

    it("forget what is older than the retention", async () => {
        // Less than a day, which only control planes insist on, for the test to be short.
        const arn = declareStream(world, region, StreamName, { retentionPeriod: 0.1 });
        await put("a", "1");
        await world.clock.sleep(7 * 60_000);
        await put("a", "2");
        expect(await texts({})).to.eql(["2"]);
        expect(small.streams.counts(arn).trimmed).to.equal(1);
    });

    it("let an iterator expire after five minutes", async () => {
        declareStream(world, region, StreamName);
        const old = await iterator({});
        await world.clock.sleep(301_000);
        expect(await refusal(read(old))).to.match(/Iterator expired/);
        expect(await refusal(read("nonsense"))).to.match(/Invalid ShardIterator/);
    });

    it("take 1,000 records a second into a shard, and say of each further one that it was too much", async () => {
        declareStream(world, region, StreamName);
        // A second of world time of their own: the next one starts anew.
        await world.clock.sleep(1000 - (world.clock.now() % 1000));
        const batch = () =>
            client.send(
                new PutRecordsCommand({
                    StreamName,
                    Records: Array.from({ length: 500 }, () => ({
                        PartitionKey: "a",
                        Data: Buffer.from("x"),
                    })),
                }),
            );
        const release = world.clock.hold();
        const answers = [await batch(), await batch(), await batch()];
        release();
        const failed = answers.map(({ FailedRecordCount }) => FailedRecordCount ?? 0);
        const stored = small.streams.peek(`arn:aws:kinesis:${region}:111122223333:stream/orders`);
        expect(stored).to.have.length(1500 - failed.reduce((sum, count) => sum + count, 0));
        const seconds = new Map<number, number>();
        for (const { arrivalMs } of stored) {
            const second = Math.floor(arrivalMs / 1000);
            seconds.set(second, (seconds.get(second) ?? 0) + 1);
        }
        expect(Math.max(...seconds.values())).to.be.at.most(1000);
        const codes = answers.flatMap(({ Records = [] }) =>
            Records.map(({ ErrorCode }) => ErrorCode),
        );
        expect(new Set(codes.filter((code) => code !== undefined))).to.eql(
            failed.some((count) => count > 0)
                ? new Set(["ProvisionedThroughputExceededException"])
                : new Set(),
        );
    });

    it("take 1 MiB a second into a shard", async () => {
        const arn = declareStream(world, region, StreamName);
        const input = { partitionKey: "a", data: Buffer.alloc(600_000) };
        await world.clock.sleep(1000 - (world.clock.now() % 1000));
        small.streams.put(arn, input, "test");
        expect(() => small.streams.put(arn, input, "test")).to.throw(
            "Rate exceeded for shard shardId-000000000000 in stream orders",
        );
        expect(small.metrics.named("WriteProvisionedThroughputExceeded")).to.have.length(1);
        await world.clock.sleep(1000);
        small.streams.put(arn, input, "test");
        expect(small.streams.counts(arn).written).to.eql({ test: 2 });
    });

    it("answer five reads of a shard a second", async () => {
        const arn = declareStream(world, region, StreamName);
        await world.clock.sleep(1000 - (world.clock.now() % 1000));
        const once = () => small.streams.read(arn, "shardId-000000000000", 0, 10);
        for (let index = 0; index < 5; index++) {
            once();
        }
        expect(once).to.throw("Rate exceeded for shard shardId-000000000000");
        await world.clock.sleep(1000);
        expect(once().records).to.eql([]);
    });

    it("refuse what the API refuses", async () => {
        declareStream(world, region, StreamName);
        expect(await refusal(put("", "x"))).to.match(/PartitionKey/);
        expect(await refusal(put("a", "x".repeat(1024 * 1024 + 1)))).to.match(
            /less than or equal to 1048576, got 1048578/,
        );
        expect(await refusal(put("a", "x", String(2n ** 128n)))).to.match(
            /Invalid ExplicitHashKey/,
        );
        expect(await refusal(iterator({}, "shardId-000000000009"))).to.match(/does not exist/);
        expect(await refusal(iterator({ ShardIteratorType: "AT_TIMESTAMP" }))).to.match(
            /Must specify timestamp/,
        );
        expect(await refusal(iterator({ ShardIteratorType: "AT_SEQUENCE_NUMBER" }))).to.match(
            /Must specify startingSequenceNumber/,
        );
        const many = {
            StreamName,
            Records: Array(501).fill({ PartitionKey: "a", Data: Buffer.alloc(1) }),
        };
        expect(await refusal(client.send(new PutRecordsCommand(many)))).to.match(/Records/);
        const other = new DescribeStreamSummaryCommand({ StreamName: "other" });
        expect(await refusal(client.send(other))).to.match(
            /Stream other under account 111122223333 not found/,
        );
    });

    it("describe themselves", async () => {
        world.declare(
            "aws:kms/key:Key",
            region,
            "k",
            {},
            { arn: "arn:aws:kms:eu-west-1:111122223333:key/k" },
        );
        declareStream(world, region, StreamName, {
            shardCount: 2,
            retentionPeriod: 48,
            encryptionType: "KMS",
            kmsKeyId: "k",
            shardLevelMetrics: ["IncomingBytes"],
        });
        const { StreamDescriptionSummary } = await client.send(
            new DescribeStreamSummaryCommand({ StreamName }),
        );
        expect(StreamDescriptionSummary).to.deep.include({
            StreamName,
            StreamStatus: "ACTIVE",
            RetentionPeriodHours: 48,
            OpenShardCount: 2,
            EncryptionType: "KMS",
            KeyId: "k",
            EnhancedMonitoring: [{ ShardLevelMetrics: ["IncomingBytes"] }],
        });
    });

    it("close their shards for twice as many, whose parents can be read to their end", async () => {
        declareStream(world, region, StreamName, { shardCount: 1 });
        await put("a", "before");
        declareStream(world, region, StreamName, { shardCount: 2 });
        await put("a", "after");
        const [parent, ...children] = await shards();
        expect(parent?.SequenceNumberRange?.EndingSequenceNumber).to.match(/^\d{56}$/);
        expect(children.map(({ ParentShardId }) => ParentShardId)).to.eql([
            parent?.ShardId,
            parent?.ShardId,
        ]);
        const last = await read(await iterator({}));
        expect(last.Records).to.have.length(1);
        expect(last).not.to.have.property("NextShardIterator");
    });

    it("count what comes in and goes out, by shard where that is asked for", async () => {
        declareStream(world, region, StreamName, { shardLevelMetrics: ["IncomingRecords"] });
        await put("a", "1");
        await texts({});
        expect(small.metrics.named("IncomingRecords").map(({ dimensions }) => dimensions)).to.eql([
            { StreamName },
            { StreamName, ShardId: "shardId-000000000000" },
        ]);
        expect(small.metrics.named("IncomingBytes")[0]).to.include({ value: 2 });
        expect(small.metrics.named("GetRecords.IteratorAgeMilliseconds")).to.have.length(1);
    });

    describe("for a role", () => {
        const keyArn = "arn:aws:kms:eu-west-1:111122223333:key/k";
        const arn = `arn:aws:kinesis:${region}:111122223333:stream/orders`;

        function declareKey(services: readonly string[]): void {
            world.declare(
                "aws:kms/key:Key",
                region,
                "k",
                {
                    policy: JSON.stringify({
                        Version: "2012-10-17",
                        Statement: [
                            {
                                Effect: "Allow",
                                Principal: { AWS: "arn:aws:iam::111122223333:root" },
                                Action: "kms:*",
                                Resource: "*",
                                Condition: { StringEquals: { "kms:ViaService": services } },
                            },
                        ],
                    }),
                },
                { arn: keyArn },
            );
            declareStream(world, region, StreamName, { encryptionType: "KMS", kmsKeyId: keyArn });
        }

        const putAs = (role: string) =>
            small
                .client(region, role)
                .send(
                    new PutRecordCommand({ StreamName, PartitionKey: "a", Data: Buffer.from("x") }),
                );

        it("take its records when stream, key and role allow it", async () => {
            declareKey([`kinesis.${region}.amazonaws.com`]);
            const role = declareRole(
                world,
                "writer",
                "lambda.amazonaws.com",
                ["kinesis:PutRecord", "kms:GenerateDataKey"],
                "*",
            );
            expect((await putAs(role)).EncryptionType).to.equal("KMS");
        });

        it("refuse it without permission for the stream", async () => {
            declareKey([`kinesis.${region}.amazonaws.com`]);
            const role = declareRole(world, "writer", "lambda.amazonaws.com", ["kms:*"], "*");
            expect(await refusal(putAs(role))).to.match(
                /not authorized to perform: kinesis:PutRecord on resource: .*stream\/orders/,
            );
        });

        it("refuse it without permission for the key, or through another service only", async () => {
            declareKey([`kinesis.${region}.amazonaws.com`]);
            const role = declareRole(world, "writer", "lambda.amazonaws.com", ["kinesis:*"], arn);
            expect(await refusal(putAs(role))).to.match(/cannot perform kms:GenerateDataKey/);
            declareKey(["dynamodb.eu-west-1.amazonaws.com"]);
            const full = declareRole(world, "full", "lambda.amazonaws.com", ["*"], "*");
            expect(await refusal(putAs(full))).to.match(/cannot perform kms:GenerateDataKey/);
        });

        it("refuse a task that has no endpoint for them in its VPC", async () => {
            declareStream(world, region, StreamName);
            const role = declareRole(world, "task", "ecs-tasks.amazonaws.com", ["kinesis:*"], arn);
            const endpoint = (serviceName: string, id: string): void =>
                world.declare("aws:ec2/vpcEndpoint:VpcEndpoint", region, id, { serviceName });
            endpoint("com.amazonaws.eu-west-1.dynamodb", "1");
            expect(await refusal(putAs(role))).to.match(/no kinesis-streams endpoint/);
            endpoint("com.amazonaws.eu-west-1.kinesis-streams", "2");
            expect((await putAs(role)).ShardId).to.equal("shardId-000000000000");
        });

        it("are lost with their key", async () => {
            declareKey([`kinesis.${region}.amazonaws.com`]);
            world.store.delete("aws:kms/key:Key", region, "k");
            expect(await refusal(put("a", "x"))).to.match(/was not found in eu-west-1/);
        });
    });
});
