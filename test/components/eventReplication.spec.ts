import { expect } from "chai";

import {
    EventReplication,
    eventReplicationProblems,
    type EventReplicationArgs,
} from "../../components/eventReplication";
import { policyIn, setMocks, settled, type Registrations } from "../support/mocks";

const accountId = "111122223333";
const arn = (service: string, name: string, region = "eu-west-1"): string =>
    `arn:aws:${service}:${region}:${accountId}:${name}`;
const args: EventReplicationArgs = {
    region: "eu-west-1",
    accountId,
    regions: ["us-east-1", "eu-west-1", "ap-east-1"],
    dataKeyArn: arn("kms", "key/data"),
    operationsKeyArn: arn("kms", "key/operations"),
    alarmTopicArn: arn("sns", "meridian-alarms"),
    logRetentionDays: 90,
    deletionProtection: true,
};
const mappings = "aws:lambda/eventSourceMapping:EventSourceMapping";
const functions = "aws:lambda/function:Function";

async function register(changes: Partial<EventReplicationArgs> = {}): Promise<Registrations> {
    const registered = await setMocks();
    new EventReplication("events", { ...args, ...changes });
    await settled();
    return registered;
}

interface Statement {
    readonly Sid: string;
    readonly Action: string | readonly string[];
    readonly Resource: string | readonly string[];
    readonly Condition?: unknown;
}

describe("event replication", () => {
    let registered: Registrations;

    before(async () => {
        registered = await register();
    });

    const statements = (role: string): readonly Statement[] =>
        policyIn(registered.inputs("aws:iam/rolePolicy:RolePolicy", `events-${role}-role-policy`))
            .Statement as unknown as readonly Statement[];

    const one = (role: string, sid: string): Statement | undefined =>
        statements(role).find(({ Sid }) => Sid === sid);

    it("keeps events for a week in a stream under the region's own key, with metrics per shard", () => {
        const stream = registered.one("aws:kinesis/stream:Stream", "events-stream");
        expect(stream.inputs).to.deep.include({
            name: "meridian-events",
            encryptionType: "KMS",
            kmsKeyId: args.dataKeyArn,
            retentionPeriod: 168,
            shardCount: 1,
            streamModeDetails: { streamMode: "PROVISIONED" },
        });
        expect(stream.inputs["shardLevelMetrics"]).to.include("IteratorAgeMilliseconds");
        expect(stream.options.protect).to.equal(true);
    });

    it("has a replicator for each other region, and each reads the stream for itself", () => {
        const replicators = registered
            .of(functions)
            .filter(({ inputs }) => String(inputs["name"]).startsWith("meridian-replicator-"));
        expect(replicators.map(({ inputs }) => inputs["environment"])).to.deep.equal(
            ["ap-east-1", "us-east-1"].map((target) => ({
                variables: {
                    REGION: "eu-west-1",
                    TARGET_REGION: target,
                    STREAM_NAME: "meridian-events",
                },
            })),
        );
        expect(registered.of(mappings).map(({ inputs }) => inputs["functionName"])).to.deep.equal([
            "meridian-consumer",
            "meridian-replicator-ap-east-1",
            "meridian-replicator-us-east-1",
        ]);
    });

    it("retries as long as the stream remembers, splits what fails and keeps what it gives up", () => {
        for (const { inputs } of registered.of(mappings)) {
            expect(inputs).to.deep.include({
                eventSourceArn: arn("kinesis", "stream/meridian-events"),
                startingPosition: "TRIM_HORIZON",
                bisectBatchOnFunctionError: true,
                functionResponseTypes: ["ReportBatchItemFailures"],
                maximumRetryAttempts: -1,
                // A day before the stream forgets.
                maximumRecordAgeInSeconds: 6 * 24 * 3600,
                destinationConfig: {
                    onFailure: { destinationArn: arn("sqs", "meridian-event-dead-letters") },
                },
            });
        }
    });

    it("gives each function the concurrency that its lanes need, and no more", () => {
        for (const { inputs } of registered.of(functions)) {
            const mapping = registered
                .of(mappings)
                .find((candidate) => candidate.inputs["functionName"] === inputs["name"]);
            expect(inputs["reservedConcurrentExecutions"]).to.equal(
                mapping?.inputs["parallelizationFactor"],
            );
        }
    });

    it("lets replicators read here and write there, by the keys' alias, and nothing more", () => {
        expect(statements("replicator").map(({ Sid }) => Sid)).to.deep.equal([
            "WriteLog",
            "ReadSettings",
            "ReadEvents",
            "OpenEvents",
            "KeepDeadLetters",
            "EncryptDeadLetters",
            "SendEvents",
            "SealEventsThere",
        ]);
        expect(one("replicator", "ReadEvents")?.Resource).to.equal(
            arn("kinesis", "stream/meridian-events"),
        );
        expect(one("replicator", "SendEvents")).to.deep.include({
            Action: "kinesis:PutRecords",
            Resource: ["ap-east-1", "us-east-1"].map((region) =>
                arn("kinesis", "stream/meridian-events", region),
            ),
        });
        expect(one("replicator", "SealEventsThere")).to.deep.include({
            Action: "kms:GenerateDataKey",
            Condition: {
                StringEquals: {
                    "kms:ViaService": [
                        "kinesis.ap-east-1.amazonaws.com",
                        "kinesis.us-east-1.amazonaws.com",
                    ],
                },
                "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/meridian-data" },
            },
        });
    });

    it("lets the consumer write the activity and no stream", () => {
        expect(one("consumer", "ApplyEvents")).to.deep.include({
            Action: ["dynamodb:PutItem", "dynamodb:UpdateItem"],
            Resource: arn("dynamodb", "table/meridian-activity"),
        });
        expect(JSON.stringify(statements("consumer"))).not.to.match(/kinesis:Put/);
    });

    it("remembers what it applied in an encrypted table of the region, until it is too old", () => {
        expect(registered.inputs("aws:dynamodb/table:Table", "events-activity")).to.deep.include({
            name: "meridian-activity",
            ttl: { attributeName: "expiresAt", enabled: true },
            serverSideEncryption: { enabled: true, kmsKeyArn: args.dataKeyArn },
            deletionProtectionEnabled: true,
        });
    });

    it("alarms when a function is five minutes behind, and at the first dead letter", () => {
        const alarms = registered.of("aws:cloudwatch/metricAlarm:MetricAlarm");
        expect(alarms.map(({ inputs }) => inputs["name"])).to.have.members([
            "meridian-event-dead-letters",
            "meridian-late-consumer",
            "meridian-late-replicator-ap-east-1",
            "meridian-late-replicator-us-east-1",
        ]);
        const late = alarms.find(({ inputs }) => inputs["name"] === "meridian-late-consumer");
        expect(late?.inputs).to.deep.include({
            metricName: "IteratorAge",
            dimensions: { FunctionName: "meridian-consumer" },
            threshold: 300_000,
            alarmActions: [args.alarmTopicArn],
        });
    });

    it("takes dead letters from roles alone", () => {
        const { Statement } = policyIn(
            registered.inputs("aws:sqs/queuePolicy:QueuePolicy", "events-dead-letters"),
        );
        expect(Statement.map(({ Sid }) => Sid)).to.deep.equal(["DenyWithoutTls"]);
    });

    it("refuses a region that is not one of them, and more than a stream can be read for", () => {
        expect(eventReplicationProblems({ region: "eu-west-1", regions: ["us-east-1"] })).to.eql([
            "`region`: must be one of regions (us-east-1), got eu-west-1",
        ]);
        const six = ["a", "b", "c", "d", "e", "f"];
        expect(eventReplicationProblems({ region: "a", regions: six })[0]).to.match(
            /`regions`: at most 5, .* got 6; beyond that the stream needs enhanced fan-out/,
        );
        expect(eventReplicationProblems({ region: "a", regions: six.slice(0, 5) })).to.eql([]);
    });
});
