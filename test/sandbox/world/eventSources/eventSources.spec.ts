import { expect } from "chai";

import {
    EventSources,
    type MappingStatus,
} from "../../../../sandbox/world/eventSources/eventSources";
import { KinesisSource } from "../../../../sandbox/world/eventSources/kinesisSource";
import { Streams } from "../../../../sandbox/world/streams/streams";
import {
    declareFunction,
    declareQueue,
    declareRole,
    startMessaging,
    type SmallMessaging,
} from "../../../support/smallMessaging";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";
import { declareStream } from "../../../support/streams";

const region = "eu-west-1";

/**
 * Logs what it is given as `<key>:<data>` in one line, and fails as its data says: `throw` throws,
 * `reject` reports itself, `slow` takes a while.
 */
const source = `
    exports.handler = async (event) => {
        const records = event.Records.map(({ kinesis }) => ({
            key: kinesis.partitionKey,
            data: Buffer.from(kinesis.data, "base64").toString(),
            id: kinesis.sequenceNumber,
        }));
        console.log("batch " + records.map(({ key, data }) => key + ":" + data).join(" "));
        if (records.some(({ data }) => data === "slow")) {
            await new Promise((resolve) => setTimeout(resolve, 2500));
        }
        if (records.some(({ data }) => data === "throw")) {
            throw new Error("no");
        }
        return {
            batchItemFailures: records
                .filter(({ data }) => data === "reject")
                .map(({ id }) => ({ itemIdentifier: id })),
        };
    };`;

describe("event source mappings", () => {
    let world: SmallWorld;
    let small: SmallMessaging;
    let streams: Streams;
    let sources: EventSources;
    let stream: string;
    let dead: string;

    beforeEach(async () => {
        world = await smallWorld();
        small = await startMessaging(world);
        const { messaging, metrics } = small;
        streams = new Streams(world, { metrics });
        sources = new EventSources(world, {
            metrics,
            sources: [new KinesisSource(world, streams)],
            failures: messaging.failures,
            invoke: (arn, payload) => messaging.functions.invoke(arn, payload),
            handOver: (arn, body) => messaging.handOver(arn, body),
        });
        await streams.start();
        await sources.start();
        stream = declareStream(world, region, "orders");
        dead = declareQueue(world, region, "dead", []);
        const role = declareRole(
            world,
            "reader",
            "lambda.amazonaws.com",
            ["kinesis:*", "sqs:SendMessage"],
            "*",
        );
        declareFunction(world, region, "f", source, { role });
    });

    afterEach(async () => {
        await sources.stop();
        await small.messaging.stop();
        await streams.stop();
        world.end();
    });

    function map(more: Readonly<Record<string, unknown>> = {}, name = "f"): void {
        world.declare(
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            region,
            `mapping-${name}`,
            {
                functionName: name,
                functionArn: `arn:aws:lambda:${region}:111122223333:function:${name}`,
                eventSourceArn: stream,
                startingPosition: "TRIM_HORIZON",
                functionResponseTypes: ["ReportBatchItemFailures"],
                destinationConfig: { onFailure: { destinationArn: dead } },
                ...more,
            },
        );
    }

    const put = (partitionKey: string, ...texts: readonly string[]): void =>
        texts.forEach((text) =>
            streams.put(stream, { partitionKey, data: Buffer.from(text) }, "test"),
        );

    /** The batches the function got, in the order it got them. */
    function batches(name = "f"): readonly string[] {
        const text = world.logOf(region, name);
        return [...text.matchAll(/batch (.*)$/gm)].map(([, batch]) => batch as string);
    }

    const status = (): MappingStatus => sources.statuses()[0] as MappingStatus;

    /** Runs until everything in the stream is done with. */
    async function drained(): Promise<void> {
        await world.clock.sleep(1500);
        await world.until(() => sources.statuses().every(({ lagMs }) => lagMs === 0));
    }

    const letters = (): readonly Record<string, unknown>[] =>
        small.messaging.queues
            .peek(dead)
            .map(({ body }) => JSON.parse(body) as Record<string, unknown>);

    it("run the function with the records of the stream, as Lambda hands them over", async () => {
        declareFunction(
            world,
            region,
            "f",
            `exports.handler = async (event) => { console.log(JSON.stringify(event)); };`,
            { role: "arn:aws:iam::111122223333:role/reader" },
        );
        map();
        put("a", "one");
        await drained();
        const event = JSON.parse(/\{.*\}/.exec(world.logOf(region, "f"))?.[0] ?? "") as {
            Records: Record<string, unknown>[];
        };
        const [record] = streams.peek(stream);
        expect(event.Records).to.have.length(1);
        expect(event.Records[0]).to.deep.include({
            eventSource: "aws:kinesis",
            eventID: `shardId-000000000000:${record?.sequenceNumber}`,
            eventSourceARN: stream,
            awsRegion: region,
            invokeIdentityArn: "arn:aws:iam::111122223333:role/reader",
        });
        expect(event.Records[0]?.["kinesis"]).to.deep.include({
            partitionKey: "a",
            sequenceNumber: record?.sequenceNumber,
            data: Buffer.from("one").toString("base64"),
        });
    });

    it("gather records to batches, until one is full or its window is over", async () => {
        map({ batchSize: 3, maximumBatchingWindowInSeconds: 20 });
        const before = world.clock.now();
        put("a", "1", "2", "3", "4");
        await world.until(() => batches().length === 1);
        expect(world.clock.now() - before).to.be.below(15_000);
        await drained();
        expect(batches()).to.eql(["a:1 a:2 a:3", "a:4"]);
        expect(world.clock.now() - before).to.be.at.least(20_000);
    });

    it("start where they are told to", async () => {
        put("a", "old");
        await world.clock.sleep(60_000);
        const { role } = { role: "arn:aws:iam::111122223333:role/reader" };
        declareFunction(world, region, "latest", source, { role });
        declareFunction(world, region, "timed", source, { role });
        map({ startingPosition: "LATEST" }, "latest");
        put("a", "mid");
        await world.clock.sleep(30_000);
        map(
            {
                startingPosition: "AT_TIMESTAMP",
                startingPositionTimestamp: new Date(world.clock.now() - 45_000).toISOString(),
            },
            "timed",
        );
        map();
        await drained();
        expect(batches()).to.eql(["a:old a:mid"]);
        expect(batches("latest")).to.eql(["a:mid"]);
        expect(batches("timed")).to.eql(["a:mid"]);
    });

    it("try a failed batch again and again, later each time, and go on once it succeeds", async () => {
        map({ maximumRetryAttempts: -1 });
        put("a", "throw");
        await world.until(() => batches().length >= 3);
        put("a", "next");
        expect(status().lagMs).to.be.above(0);
        declareFunction(
            world,
            region,
            "f",
            `exports.handler = async (e) => { console.log("batch healed " + e.Records.length); };`,
            {
                role: "arn:aws:iam::111122223333:role/reader",
            },
        );
        await drained();
        expect(batches().slice(-2)).to.eql(["healed 1", "healed 1"]);
        expect(letters()).to.eql([]);
        const ages = small.metrics.named("IteratorAge").map(({ value }) => value);
        expect(ages[2]).to.be.above(ages[0] as number);
    });

    it("retry from the first record that the function reports, and not what came before it", async () => {
        map({ maximumRetryAttempts: 0 });
        put("a", "1", "reject", "2");
        await drained();
        expect(batches()).to.eql(["a:1 a:reject a:2"]);
        expect(letters()).to.have.length(1);
        expect(letters()[0]).to.have.nested.property("KinesisBatchInfo.batchSize", 2);
    });

    it("split a failing batch until the poison is alone, which alone is given up", async () => {
        map({ maximumRetryAttempts: 1, bisectBatchOnFunctionError: true });
        put("a", "1", "2", "throw", "3");
        await drained();
        expect(batches()).to.eql([
            "a:1 a:2 a:throw a:3",
            "a:1 a:2",
            "a:throw a:3",
            "a:throw",
            "a:throw",
            "a:3",
        ]);
        expect(status()).to.include({ givenUp: 1, pending: 0 });
        const poison = streams.peek(stream)[2]?.sequenceNumber;
        expect(letters()).to.have.length(1);
        expect(letters()[0]).to.have.nested.property(
            "requestContext.condition",
            "RetryAttemptsExhausted",
        );
        expect(letters()[0]?.["KinesisBatchInfo"]).to.deep.include({
            shardId: "shardId-000000000000",
            startSequenceNumber: poison,
            endSequenceNumber: poison,
            batchSize: 1,
            streamArn: stream,
        });
    });

    it("split what reports its own first record, too", async () => {
        map({ maximumRetryAttempts: 0, bisectBatchOnFunctionError: true });
        put("a", "1", "reject", "2", "3");
        await drained();
        expect(letters()).to.have.length(1);
        expect(letters()[0]).to.have.nested.property("KinesisBatchInfo.batchSize", 1);
        expect(batches()).to.eql([
            "a:1 a:reject a:2 a:3",
            "a:reject a:2 a:3",
            "a:reject a:2",
            "a:reject",
            "a:2",
            "a:3",
        ]);
    });

    it("take a report that makes no sense for the failure of the whole batch", async () => {
        declareFunction(
            world,
            region,
            "f",
            `exports.handler = async () => ({ batchItemFailures: [{ itemIdentifier: "" }] });`,
            { role: "arn:aws:iam::111122223333:role/reader" },
        );
        map({ maximumRetryAttempts: 0 });
        put("a", "1", "2");
        await drained();
        expect(letters()[0]).to.have.nested.property("KinesisBatchInfo.batchSize", 2);
    });

    it("ignore reports that they were not told to expect", async () => {
        map({ functionResponseTypes: [], maximumRetryAttempts: 0 });
        put("a", "reject");
        await drained();
        expect(letters()).to.eql([]);
    });

    it("give up what is too old, and tell where it is to be found", async () => {
        map({ maximumRecordAgeInSeconds: 60 });
        put("a", "throw");
        await drained();
        expect(letters()[0]).to.have.nested.property(
            "requestContext.condition",
            "RecordAgeExceeded",
        );
        expect(status().givenUp).to.equal(1);
    });

    it("keep the failure to themselves when the role may not send it", async () => {
        declareRole(world, "reader", "lambda.amazonaws.com", ["kinesis:*"], "*");
        map({ maximumRetryAttempts: 0 });
        put("a", "throw");
        await drained();
        expect(letters()).to.eql([]);
        expect(small.messaging.failures.list()[0]?.reason).to.include("sqs:SendMessage");
    });

    it("keep the order of a key and run other keys beside it", async () => {
        map({ parallelizationFactor: 4, batchSize: 1, maximumRetryAttempts: -1 });
        put("stuck", "throw", "after");
        for (const key of ["a", "b", "c", "d", "e", "f"]) {
            put(key, "1", "2", "3");
        }
        await world.until(() => batches().filter((one) => !one.startsWith("stuck")).length >= 9);
        const seen = batches();
        for (const key of ["a", "b", "c", "d", "e", "f"]) {
            const own = seen.filter((batch) => batch.startsWith(`${key}:`));
            expect(own).to.eql([`${key}:1`, `${key}:2`, `${key}:3`].slice(0, own.length));
        }
        expect(seen).not.to.include("stuck:after");
    });

    it("wait for a batch of a shard without parallelism", async () => {
        map({ batchSize: 1 });
        put("a", "throw");
        put("b", "1");
        await world.clock.sleep(30_000);
        expect(new Set(batches())).to.eql(new Set(["a:throw"]));
    });

    it("pass over records that no filter wants", async () => {
        map({ filterCriteria: { filters: [{ pattern: '{"data":{"origin":["here"]}}' }] } });
        put("a", '{"origin":"there"}', '{"origin":"here"}', "no JSON");
        await drained();
        expect(batches()).to.eql(['a:{"origin":"here"}']);
        expect(letters()).to.eql([]);
    });

    it("stand still while the region is lost, and catch up from the checkpoint after", async () => {
        map();
        put("a", "before");
        await drained();
        world.faults.inject({ kind: "blackout", region });
        put("a", "1", "2");
        await world.clock.sleep(120_000);
        expect(batches()).to.eql(["a:before"]);
        expect(status().lagMs).to.be.at.least(119_000);
        world.faults.healAll();
        await drained();
        expect(batches()).to.eql(["a:before", "a:1 a:2"]);
    });

    it("run again what was lost in the middle with the region", async () => {
        map({ maximumRetryAttempts: 0 });
        put("a", "slow");
        await world.until(() => batches().length === 1);
        world.faults.inject({ kind: "blackout", region });
        await world.clock.sleep(60_000);
        world.faults.healAll();
        await drained();
        expect(batches()).to.eql(["a:slow", "a:slow"]);
        expect(letters()).to.eql([]);
    });

    it("need no control plane", async () => {
        map();
        world.faults.inject({ kind: "control-planes", region });
        put("a", "1");
        await drained();
        expect(batches()).to.eql(["a:1"]);
    });

    it("read a shard's end before the shards that took it over", async () => {
        map({ batchSize: 1, enabled: false });
        put("a", "1", "2");
        declareStream(world, region, "orders", { shardCount: 2 });
        put("a", "3");
        put("b", "4");
        map({ batchSize: 1, enabled: true });
        await drained();
        expect(batches().slice(0, 2)).to.eql(["a:1", "a:2"]);
        expect([...batches()].sort()).to.eql(["a:1", "a:2", "a:3", "b:4"]);
    });

    it("stop when they are disabled, and go on where they were", async () => {
        map({ enabled: false });
        put("a", "1");
        await world.clock.sleep(30_000);
        expect(batches()).to.eql([]);
        map({ enabled: true });
        await drained();
        expect(batches()).to.eql(["a:1"]);
    });

    it("say why they cannot read, and read when they may again", async () => {
        declareRole(world, "reader", "lambda.amazonaws.com", ["sqs:SendMessage"], "*");
        map();
        put("a", "1");
        await world.clock.sleep(10_000);
        expect(status().problem).to.include("kinesis:GetRecords");
        expect(batches()).to.eql([]);
        declareRole(world, "reader", "lambda.amazonaws.com", ["kinesis:*"], "*");
        await drained();
        expect(batches()).to.eql(["a:1"]);
        expect(status()).not.to.have.property("problem");
    });
});
