import { expect } from "chai";

import { tableType } from "../../../sandbox/aws/dynamodb/table";
import { streamType } from "../../../sandbox/aws/kinesis/stream";
import { eventSourceMappingType } from "../../../sandbox/aws/lambda/eventSourceMapping";
import { functionType } from "../../../sandbox/aws/lambda/targets";
import { unknownValue } from "../../../sandbox/aws/resourceType";
import type { Props } from "../../../sandbox/world/store";
import { Account, givenRole, refusal, type Made } from "../support/account";
import { accountId } from "../support/fakeWorld";

const streamArn = `arn:aws:kinesis:eu-west-1:${accountId}:stream/orders`;
const queueArn = `arn:aws:sqs:eu-west-1:${accountId}:dead`;
const readActions = [
    "kinesis:DescribeStream",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
];

describe("an event source mapping", () => {
    let account: Account;
    let role: string;
    const base: Props = {
        eventSourceArn: streamArn,
        functionName: "replicator",
        startingPosition: "TRIM_HORIZON",
    };

    beforeEach(async () => {
        account = new Account();
        account.given("aws:sqs/queue:Queue", "dead", { arn: queueArn });
        role = givenRole(account, "replicator", "lambda.amazonaws.com");
        await account.create(streamType, { name: "orders", shardCount: 1 });
        await declareFunction("replicator");
        grant(readActions, streamArn);
    });
    afterEach(() => account.close());

    const declareFunction = (name: string): Promise<Made> =>
        account.create(functionType, {
            name,
            role,
            runtime: "nodejs24.x",
            handler: "index.handler",
            code: { hash: "1", assets: {} },
        });

    function grant(actions: readonly string[], resource: string): void {
        account.given(
            "aws:iam/rolePolicy:RolePolicy",
            `replicator:${actions.join()}`,
            {
                role: "replicator",
                policy: JSON.stringify({
                    Version: "2012-10-17",
                    Statement: [{ Effect: "Allow", Action: actions, Resource: resource }],
                }),
            },
            "global",
        );
    }

    const create = (inputs: Props = {}, region?: string): Promise<Made> =>
        account.create(eventSourceMappingType, { ...base, ...inputs }, region);

    it("has Lambda's own settings where none are given", async () => {
        const { id, outputs } = await create();
        expect(id).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        expect(outputs).to.deep.include({
            uuid: id,
            batchSize: 100,
            maximumRetryAttempts: -1,
            maximumRecordAgeInSeconds: -1,
            parallelizationFactor: 1,
            bisectBatchOnFunctionError: false,
            functionArn: `arn:aws:lambda:eu-west-1:${accountId}:function:replicator`,
            state: "Enabled",
        });
    });

    it("keeps its id when it changes", async () => {
        const made = await create();
        const { id, outputs } = await account.update(eventSourceMappingType, made, {
            ...base,
            batchSize: 10,
            enabled: false,
        });
        expect(outputs).to.include({ uuid: id, batchSize: 10, state: "Disabled" });
    });

    const allowed: Readonly<Record<string, Props>> = {
        "bisecting and partial failures": {
            bisectBatchOnFunctionError: true,
            functionResponseTypes: ["ReportBatchItemFailures"],
        },
        "ten batches of a shard at a time": { parallelizationFactor: 10 },
        "a window of five minutes": { maximumBatchingWindowInSeconds: 300 },
        "an age of a week": { maximumRecordAgeInSeconds: 604_800 },
        "an age without end": { maximumRecordAgeInSeconds: -1 },
        "a position in time": {
            startingPosition: "AT_TIMESTAMP",
            startingPositionTimestamp: "2026-05-01T00:00:00Z",
        },
        "a filter on the data": {
            filterCriteria: { filters: [{ pattern: '{"data":{"origin":["eu-west-1"]}}' }] },
        },
        "a count of its events": { metricsConfig: { metrics: ["EventCount"] } },
    };
    for (const [title, inputs] of Object.entries(allowed)) {
        it(`can have ${title}`, async () => {
            expect((await create(inputs)).outputs).to.deep.include(inputs);
        });
    }

    const refused: Readonly<Record<string, readonly [Props, RegExp]>> = {
        "no source": [{ eventSourceArn: undefined }, /eventSourceArn: required/],
        "a queue for its source": [
            { eventSourceArn: queueArn },
            /eventSourceArn: must be the ARN of a Kinesis stream or of a table's stream/,
        ],
        "no starting position": [{ startingPosition: undefined }, /StartingPosition is required/],
        "an unknown position": [
            { startingPosition: "OLDEST" },
            /startingPosition: must be one of AT_TIMESTAMP, LATEST, TRIM_HORIZON, got "OLDEST"/,
        ],
        "a time for the oldest record": [
            { startingPositionTimestamp: "2026-05-01T00:00:00Z" },
            /startingPositionTimestamp: must be set with the starting position AT_TIMESTAMP/,
        ],
        "AT_TIMESTAMP without a time": [
            { startingPosition: "AT_TIMESTAMP" },
            /startingPositionTimestamp: must be set/,
        ],
        "a time that is none": [
            { startingPosition: "AT_TIMESTAMP", startingPositionTimestamp: "noon" },
            /must be a time of RFC 3339, got "noon"/,
        ],
        "batches of 10,001": [{ batchSize: 10_001 }, /batchSize: .*from 1 to 10000, got 10001/],
        "a window of 301 s": [
            { maximumBatchingWindowInSeconds: 301 },
            /maximumBatchingWindowInSeconds: .*from 0 to 300, got 301/,
        ],
        "eleven batches of a shard at a time": [
            { parallelizationFactor: 11 },
            /parallelizationFactor: .*from 1 to 10, got 11/,
        ],
        "an age of 59 s": [
            { maximumRecordAgeInSeconds: 59 },
            /maximumRecordAgeInSeconds: must be -1 or from 60 to 604800, got 59/,
        ],
        "10,001 retries": [
            { maximumRetryAttempts: 10_001 },
            /maximumRetryAttempts: .*from -1 to 10000, got 10001/,
        ],
        "another kind of response": [
            { functionResponseTypes: ["ReportAll"] },
            /functionResponseTypes: must be ReportBatchItemFailures, got "ReportAll"/,
        ],
        "another metric": [
            { metricsConfig: { metrics: ["Lag"] } },
            /metricsConfig\.metrics: must be EventCount, got "Lag"/,
        ],
        "a tumbling window": [
            { tumblingWindowInSeconds: 30 },
            /the rehearsal cloud has no tumbling windows, got 30/,
        ],
        "a scaling configuration, which queues have": [
            { scalingConfig: { maximumConcurrency: 2 } },
            /scalingConfig: is not supported for a Kinesis stream/,
        ],
        "a function for its failures": [
            {
                destinationConfig: {
                    onFailure: {
                        destinationArn: `arn:aws:lambda:eu-west-1:${accountId}:function:f`,
                    },
                },
            },
            /destinationConfig\.onFailure\.destinationArn: must be the ARN of an SQS queue/,
        ],
        "a filter that is no JSON": [
            { filterCriteria: { filters: [{ pattern: "origin" }] } },
            /Invalid filter pattern definition: must be JSON, got origin/,
        ],
        "a filter on a field that records do not have": [
            { filterCriteria: { filters: [{ pattern: '{"body":{"a":[1]}}' }] } },
            /a Kinesis record has the fields data, .* got body/,
        ],
        "six filters": [
            { filterCriteria: { filters: Array(6).fill({ pattern: "{}" }) } },
            /at most 5 filters, got 6/,
        ],
    };
    for (const [title, [inputs, expected]] of Object.entries(refused)) {
        it(`cannot have ${title}`, () => {
            const failures = account.failures(eventSourceMappingType, { ...base, ...inputs });
            expect(failures.join()).to.match(expected);
        });
    }

    it("needs its function", async () => {
        expect(await refusal(create({ functionName: "other" }))).to.match(
            /ResourceNotFoundException.*Function not found/,
        );
    });

    it("needs its stream", async () => {
        grant(readActions, `${streamArn}-2`);
        expect(await refusal(create({ eventSourceArn: `${streamArn}-2` }))).to.match(
            /Stream not found: orders-2/,
        );
    });

    it("cannot read a stream of another region", async () => {
        await account.create(streamType, { name: "orders", shardCount: 1 }, "us-east-1");
        const eventSourceArn = streamArn.replace("eu-west-1", "us-east-1");
        expect(await refusal(create({ eventSourceArn }))).to.match(
            /must be in the same region as the function/,
        );
    });

    it("needs a role that may read the stream", async () => {
        account.world.store.delete(
            "aws:iam/rolePolicy:RolePolicy",
            "global",
            `replicator:${readActions.join()}`,
        );
        grant(readActions.slice(1), streamArn);
        expect(await refusal(create())).to.match(
            /Cannot access stream .*Please ensure the role can perform the DescribeStream Actions/,
        );
    });

    it("needs a destination that is there, and a role that may send to it", async () => {
        const to = (destinationArn: string): Props => ({
            destinationConfig: { onFailure: { destinationArn } },
        });
        expect(await refusal(create(to(`${queueArn}-2`)))).to.match(/it does not exist/);
        expect(await refusal(create(to(queueArn)))).to.match(
            /does not have permissions to call sqs:SendMessage/,
        );
        grant(["sqs:SendMessage"], queueArn);
        expect((await create(to(queueArn))).outputs).to.deep.include(to(queueArn));
    });

    it("is one per stream and function", async () => {
        await create();
        expect(await refusal(create())).to.match(
            /ResourceConflictException.*provided mapping already exists/,
        );
        await declareFunction("consumer");
        expect((await create({ functionName: "consumer" })).outputs.state).to.equal("Enabled");
    });

    describe("of a table's stream", () => {
        const tableActions = [
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
        ];
        let tableArn: string;

        beforeEach(async () => {
            const { outputs } = await account.create(tableType, {
                name: "carts",
                billingMode: "PAY_PER_REQUEST",
                hashKey: "pk",
                attributes: [{ name: "pk", type: "S" }],
                streamEnabled: true,
                streamViewType: "NEW_AND_OLD_IMAGES",
                replicas: [{ regionName: "us-east-1" }],
            });
            tableArn = String(outputs["streamArn"]);
        });

        it("is taken when the role may read it", async () => {
            grant(tableActions, tableArn);
            const { outputs } = await create({
                eventSourceArn: tableArn,
                filterCriteria: { filters: [{ pattern: '{"eventName":["MODIFY"]}' }] },
            });
            expect(outputs).to.include({ eventSourceArn: tableArn, batchSize: 100 });
        });

        for (const action of tableActions) {
            it(`needs a role that may ${action}`, async () => {
                grant(
                    tableActions.filter((one) => one !== action),
                    tableArn,
                );
                expect(await refusal(create({ eventSourceArn: tableArn }))).to.match(
                    new RegExp(
                        `Cannot access stream .*can perform the ${action.split(":")[1]} Actions`,
                    ),
                );
            });
        }

        it("needs the stream that the table has now", async () => {
            grant(tableActions, "*");
            const eventSourceArn = tableArn.replace(/[^/]+$/, "2020-01-01T00:00:00.000");
            expect(await refusal(create({ eventSourceArn }))).to.match(/Stream not found/);
        });

        it("must be the one of the function's own region", async () => {
            grant(tableActions, "*");
            const eventSourceArn = tableArn.replace("eu-west-1", "us-east-1");
            expect(await refusal(create({ eventSourceArn }))).to.match(
                /must be in the same region as the function/,
            );
        });

        it("has no position in time", () => {
            const failures = account.failures(eventSourceMappingType, {
                ...base,
                eventSourceArn: tableArn,
                startingPosition: "AT_TIMESTAMP",
                startingPositionTimestamp: "2026-05-01T00:00:00Z",
            });
            expect(failures.join()).to.match(
                /startingPosition: must be one of LATEST, TRIM_HORIZON, got "AT_TIMESTAMP"/,
            );
        });

        it("may be unknown in a preview, whatever kind it will be of", () => {
            const failures = account.failures(eventSourceMappingType, {
                ...base,
                eventSourceArn: unknownValue,
                filterCriteria: { filters: [{ pattern: '{"eventName":["MODIFY"]}' }] },
            });
            expect(failures).to.eql([]);
        });

        it("is filtered by the fields of its own records", () => {
            const failures = account.failures(eventSourceMappingType, {
                ...base,
                eventSourceArn: tableArn,
                filterCriteria: { filters: [{ pattern: '{"data":{"origin":["x"]}}' }] },
            });
            expect(failures.join()).to.match(/a DynamoDB record has the fields .* got data/);
        });
    });
});
