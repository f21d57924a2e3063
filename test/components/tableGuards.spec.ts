import { expect } from "chai";

import { TableAlarms } from "../../components/tableAlarms";
import { TableBackup } from "../../components/tableBackup";
import { TableInsights } from "../../components/tableInsights";
import { evaluate, parseExpression, type Value } from "../../sandbox/world/alarms/expression";
import { policyIn, setMocks, settled, valueOf, type Registrations } from "../support/mocks";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const topicArn = "arn:aws:sns:eu-west-1:111122223333:meridian-alarms";
const keyArn = "arn:aws:kms:eu-west-1:111122223333:key/data";

interface Query {
    readonly id: string;
    readonly expression?: string;
    readonly metric?: {
        readonly metricName: string;
        readonly dimensions: Readonly<Record<string, string>>;
        readonly stat: string;
    };
}

describe("a region's alarms on its copy of the table", () => {
    let registered: Registrations;
    let alarms: TableAlarms;

    before(async () => {
        registered = await setMocks();
        alarms = new TableAlarms("alarms", {
            region: "eu-west-1",
            tableName: "shop",
            indexNames: ["gsi1"],
            receivers: ["us-east-1", "ap-south-1"],
            replicationSeconds: 10,
            topicArn,
        });
        await settled();
    });

    const queriesOf = (name: string): readonly Query[] =>
        registered.inputs(alarmType, name)["metricQueries"] as readonly Query[];

    /** What an alarm's expression makes of one minute's metrics; those that are undefined are not there. */
    function minute(name: string, metrics: Readonly<Record<string, number | undefined>>) {
        const queries = queriesOf(name);
        const read = (id: string): Value => {
            const expression = queries.find((query) => query.id === id)?.expression;
            const value = metrics[id];
            return expression === undefined
                ? new Map(value === undefined ? [] : [[0, value]])
                : evaluate(parseExpression(expression), read, [0]);
        };
        return (read(queries[0]?.id ?? "") as ReadonlyMap<number, number>).get(0);
    }

    it("are one for throttles and one for each way that writes go", async () => {
        expect(registered.names(alarmType)).to.deep.equal([
            "alarms-replication-ap-south-1",
            "alarms-replication-us-east-1",
            "alarms-throttles",
        ]);
        expect(await valueOf(alarms.throttles)).to.equal("meridian-table-throttles");
        expect(await valueOf({ ...alarms.replication })).to.deep.equal({
            "ap-south-1": "meridian-replication-ap-south-1",
            "us-east-1": "meridian-replication-us-east-1",
        });
        for (const { inputs } of registered.of(alarmType)) {
            expect(inputs).to.deep.include({
                alarmActions: [topicArn],
                okActions: [topicArn],
                treatMissingData: "notBreaching",
            });
        }
    });

    it("count what is turned away of reads and writes, by the table and its indexes", () => {
        expect(
            queriesOf("alarms-throttles")
                .slice(1)
                .map(({ metric }) => [metric?.metricName, metric?.dimensions]),
        ).to.deep.equal([
            ["ReadThrottleEvents", { TableName: "shop" }],
            ["WriteThrottleEvents", { TableName: "shop" }],
            ["ReadThrottleEvents", { TableName: "shop", GlobalSecondaryIndexName: "gsi1" }],
            ["WriteThrottleEvents", { TableName: "shop", GlobalSecondaryIndexName: "gsi1" }],
        ]);
        expect(minute("alarms-throttles", { read0: 2, write1: 3 })).to.equal(5);
        expect(minute("alarms-throttles", {})).to.equal(0);
    });

    it("read the latency to one region, where the writes come from", () => {
        const latency = queriesOf("alarms-replication-us-east-1").find(
            ({ id }) => id === "latency",
        );
        expect(latency?.metric).to.deep.include({
            metricName: "ReplicationLatency",
            dimensions: { TableName: "shop", ReceivingRegion: "us-east-1" },
            stat: "Average",
        });
        expect(registered.inputs(alarmType, "alarms-replication-us-east-1")).to.include({
            threshold: 10_000,
            evaluationPeriods: 5,
            datapointsToAlarm: 3,
        });
    });

    for (const [what, metrics, late] of [
        ["writes that arrive", { latency: 900, putitem: 5 }, 900],
        ["writes that do not arrive", { transactwriteitems: 1 }, 10_000],
        ["others' late arrivals", { latency: 12_000 }, 12_000],
        ["silence", {}, 0],
    ] as const) {
        it(`call ${what} ${late} ms late`, () => {
            expect(minute("alarms-replication-us-east-1", metrics)).to.equal(late);
        });
    }
});

describe("a region's backup of its tables", () => {
    const backUp = async (deletionProtection: boolean): Promise<Registrations> => {
        const registered = await setMocks();
        new TableBackup("backup", {
            region: "eu-west-1",
            accountId: "111122223333",
            tableNames: ["shop", "till"],
            keyArn,
            retentionDays: 35,
            deletionProtection,
        });
        await settled();
        return registered;
    };

    it("is daily, in a vault of its own with the region's key, and protected", async () => {
        const registered = await backUp(true);
        const vault = registered.one("aws:backup/vault:Vault", "backup");
        expect(vault.inputs).to.deep.include({ kmsKeyArn: keyArn, forceDestroy: false });
        expect(vault.options.protect).to.equal(true);
        expect(registered.inputs("aws:backup/plan:Plan", "backup")["rules"]).to.deep.equal([
            {
                ruleName: "daily",
                targetVaultName: "meridian-tables",
                schedule: "cron(0 3 * * ? *)",
                startWindow: 60,
                completionWindow: 360,
                lifecycle: { deleteAfter: 35 },
            },
        ]);
        expect(registered.inputs("aws:backup/selection:Selection", "backup")).to.deep.include({
            planId: "backup-id",
            resources: [
                "arn:aws:dynamodb:eu-west-1:111122223333:table/shop",
                "arn:aws:dynamodb:eu-west-1:111122223333:table/till",
            ],
        });
    });

    it("may do what AWS's own policy says, with those tables and that one key", async () => {
        const registered = await backUp(true);
        const { Statement } = policyIn(
            registered.inputs("aws:iam/rolePolicy:RolePolicy", "backup-role-policy"),
        );
        const tables = ["shop", "till"].map(
            (name) => `arn:aws:dynamodb:eu-west-1:111122223333:table/${name}`,
        );
        expect(
            Statement.map(({ Action, Resource, Condition }) => [Action, Resource, Condition]),
        ).to.deep.equal([
            [
                [
                    "dynamodb:CreateBackup",
                    "dynamodb:DescribeTable",
                    "dynamodb:ListTagsOfResource",
                    "dynamodb:StartAwsBackupJob",
                ],
                tables,
                undefined,
            ],
            [
                ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"],
                tables.map((table) => `${table}/backup/*`),
                undefined,
            ],
            [
                ["kms:Decrypt", "kms:GenerateDataKey"],
                keyArn,
                {
                    StringEquals: {
                        "kms:ViaService": [
                            "backup.eu-west-1.amazonaws.com",
                            "dynamodb.eu-west-1.amazonaws.com",
                        ],
                    },
                },
            ],
            ["kms:DescribeKey", keyArn, undefined],
            ["kms:CreateGrant", keyArn, { Bool: { "kms:GrantIsForAWSResource": "true" } }],
        ]);
    });

    it("goes with its backups where nothing is protected", async () => {
        const registered = await backUp(false);
        const vault = registered.one("aws:backup/vault:Vault", "backup");
        expect(vault.inputs).to.include({ forceDestroy: true });
        expect(vault.options.protect).to.equal(false);
    });
});

describe("the table's insights", () => {
    it("watch the throttled keys of every copy, in its region", async () => {
        const registered = await setMocks();
        new TableInsights("insights", {
            tableNames: { "us-east-1": "shop", "eu-west-1": "shop" },
        });
        await settled();
        expect(
            registered
                .of("aws:dynamodb/contributorInsights:ContributorInsights")
                .map(({ name, inputs }) => [name, inputs]),
        ).to.deep.equal(
            ["eu-west-1", "us-east-1"].map((region) => [
                `insights-${region}`,
                { region, tableName: "shop", mode: "THROTTLED_KEYS" },
            ]),
        );
    });
});
