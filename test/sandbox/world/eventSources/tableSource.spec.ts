import { expect } from "chai";

import { EventSources } from "../../../../sandbox/world/eventSources/eventSources";
import { TableSource } from "../../../../sandbox/world/eventSources/tableSource";
import { Tables } from "../../../../sandbox/world/tables/tables";
import {
    declareFunction,
    declareQueue,
    declareRole,
    startMessaging,
    type SmallMessaging,
} from "../../../support/smallMessaging";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";
import {
    declareStreamedTable,
    streamedTable,
    tableStreamArnIn,
} from "../../../support/tableStreams";

const region = "eu-west-1";
const actions = ["dynamodb:*", "sqs:SendMessage", "kms:Decrypt"];

/** Logs its records, and reports those whose value is `reject`. */
const source = `
    exports.handler = async ({ Records }) => {
        console.log("batch " + JSON.stringify(Records));
        return {
            batchItemFailures: Records.filter(
                ({ dynamodb }) => dynamodb.NewImage?.value.S === "reject",
            ).map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber })),
        };
    };`;

interface Logged {
    readonly eventName: string;
    readonly dynamodb: {
        readonly Keys: { readonly pk: { readonly S: string } };
        readonly SequenceNumber: string;
    };
}

describe("event source mappings of tables", () => {
    let world: SmallWorld;
    let small: SmallMessaging;
    let tables: Tables;
    let sources: EventSources;
    let dead: string;

    beforeEach(async () => {
        world = await smallWorld();
        small = await startMessaging(world);
        const { messaging, metrics } = small;
        tables = new Tables(world, { metrics });
        sources = new EventSources(world, {
            metrics,
            sources: [new TableSource(world, tables.streams)],
            failures: messaging.failures,
            invoke: (arn, payload) => messaging.functions.invoke(arn, payload),
            handOver: (arn, body) => messaging.handOver(arn, body),
        });
        declareStreamedTable(world, [region]);
        await tables.start();
        await sources.start();
        dead = declareQueue(world, region, "dead", []);
        const role = declareRole(world, "reader", "lambda.amazonaws.com", actions, "*");
        declareFunction(world, region, "f", source, { role });
    });

    afterEach(async () => {
        await sources.stop();
        await small.messaging.stop();
        await tables.stop();
        world.end();
    });

    function map(more: Readonly<Record<string, unknown>> = {}): void {
        world.declare("aws:lambda/eventSourceMapping:EventSourceMapping", region, "mapping", {
            functionName: "f",
            functionArn: `arn:aws:lambda:${region}:111122223333:function:f`,
            eventSourceArn: tableStreamArnIn(region),
            startingPosition: "TRIM_HORIZON",
            functionResponseTypes: ["ReportBatchItemFailures"],
            bisectBatchOnFunctionError: true,
            maximumRetryAttempts: 1,
            destinationConfig: { onFailure: { destinationArn: dead } },
            ...more,
        });
    }

    const put = (pk: string, value: string): Promise<unknown> =>
        world.clock.io(() =>
            tables.execute(region, "PutItem", {
                TableName: streamedTable,
                Item: { pk: { S: pk }, value: { S: value } },
            }),
        );

    const batches = (): readonly (readonly Logged[])[] =>
        [...world.logOf(region, "f").matchAll(/batch (.*)$/gm)].map(
            ([, json]) => JSON.parse(json ?? "") as Logged[],
        );

    async function drained(): Promise<void> {
        await world.clock.sleep(1500);
        await world.until(() => sources.statuses().every(({ lagMs }) => lagMs === 0));
    }

    it("hand over what changed, as DynamoDB's streams tell it", async () => {
        map();
        await put("a", "1");
        await put("a", "2");
        await drained();
        const [first, second] = batches().flat();
        expect(first).to.deep.include({
            eventName: "INSERT",
            eventSource: "aws:dynamodb",
            eventSourceARN: tableStreamArnIn(region),
            awsRegion: region,
        });
        expect(second?.eventName).to.equal("MODIFY");
        expect(second?.dynamodb).to.deep.include({
            OldImage: { pk: { S: "a" }, value: { S: "1" } },
            NewImage: { pk: { S: "a" }, value: { S: "2" } },
        });
    });

    it("give up one bad record and tell its batch in the words of tables", async () => {
        map();
        await put("a", "1");
        await put("b", "reject");
        await put("c", "3");
        await world.until(() => small.messaging.queues.peek(dead).length === 1);
        await drained();
        const [letter] = small.messaging.queues.peek(dead);
        const { DDBStreamBatchInfo, requestContext } = JSON.parse(letter?.body ?? "") as {
            DDBStreamBatchInfo: Record<string, unknown>;
            requestContext: { condition: string };
        };
        const bad = batches()
            .flat()
            .find(({ dynamodb }) => dynamodb.Keys.pk.S === "b");
        expect(requestContext.condition).to.equal("RetryAttemptsExhausted");
        expect(DDBStreamBatchInfo).to.deep.include({
            batchSize: 1,
            startSequenceNumber: bad?.dynamodb.SequenceNumber,
            streamArn: tableStreamArnIn(region),
        });
        expect(batches().at(-1)?.[0]?.dynamodb.Keys.pk.S).to.equal("c");
    });

    it("pass over what their filters leave out", async () => {
        map({ filterCriteria: { filters: [{ pattern: '{"eventName":["MODIFY","REMOVE"]}' }] } });
        await put("a", "1");
        await put("a", "2");
        await drained();
        expect(
            batches()
                .flat()
                .map(({ eventName }) => eventName),
        ).to.eql(["MODIFY"]);
    });

    it("read nothing while the role may not, and go on when it may", async () => {
        declareRole(world, "reader", "lambda.amazonaws.com", ["sqs:SendMessage"], "*");
        map();
        await put("a", "1");
        await world.until(() => sources.statuses()[0]?.problem !== undefined);
        expect(sources.statuses()[0]?.problem).to.match(
            /reader is not authorized to perform: dynamodb:GetRecords on resource/,
        );
        declareRole(world, "reader", "lambda.amazonaws.com", actions, "*");
        await drained();
        expect(batches().flat()).to.have.length(1);
    });

    it("read nothing while the key of the table is closed to the role", async () => {
        const keyArn = `arn:aws:kms:${region}:111122223333:key/k`;
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
                            Principal: { AWS: "*" },
                            Action: "kms:*",
                            Resource: "*",
                        },
                    ],
                }),
            },
            { arn: keyArn, isEnabled: true },
        );
        declareStreamedTable(world, [region], {
            serverSideEncryption: { enabled: true, kmsKeyArn: keyArn },
        });
        declareRole(world, "reader", "lambda.amazonaws.com", ["dynamodb:*"], "*");
        map();
        await put("a", "1");
        await world.until(() => sources.statuses()[0]?.problem !== undefined);
        expect(sources.statuses()[0]?.problem).to.match(/cannot perform kms:Decrypt .*\(denied\)/);
        declareRole(world, "reader", "lambda.amazonaws.com", actions, "*");
        await drained();
        expect(batches().flat()).to.have.length(1);
    });
});
