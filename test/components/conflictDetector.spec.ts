import { expect } from "chai";

import { ConflictDetection } from "../../components/conflictDetection";
import { ConflictDetector } from "../../components/conflictDetector";
import { policyAllows } from "../../sandbox/aws/support/policyDocument";
import { matchesPattern } from "../../sandbox/world/events/pattern";
import { policyIn, setMocks, settled, type Registrations } from "../support/mocks";

const accountId = "111122223333";
const region = "eu-west-1";
const arn = (service: string, name: string, where = region): string =>
    `arn:aws:${service}:${where}:${accountId}:${name}`;

async function register(): Promise<Registrations> {
    const registered = await setMocks();
    new ConflictDetector("conflicts", {
        region,
        accountId,
        regions: ["us-east-1", region],
        tableName: "meridian-storefront",
        dataKeyArn: arn("kms", "key/data"),
        operationsKeyArn: arn("kms", "key/operations"),
        alarmTopicArn: arn("sns", "meridian-alarms"),
        logRetentionDays: 90,
    });
    await settled();
    return registered;
}

describe("a region's conflict detector", () => {
    let registered: Registrations;
    before(async () => {
        registered = await register();
    });

    const may = (
        action: string,
        resource: string,
        context: Readonly<Record<string, string>> = {},
    ): boolean =>
        policyAllows(
            JSON.stringify(
                policyIn(
                    registered.inputs("aws:iam/rolePolicy:RolePolicy", "conflicts-role-policy"),
                ),
            ),
            { principal: { arn: "role" }, action, resource, context },
        );

    it("runs the handler with its table, its regions and its queue", () => {
        const { inputs } = registered.one("aws:lambda/function:Function", "conflicts");
        expect(inputs).to.deep.include({
            name: "meridian-conflict-detector",
            reservedConcurrentExecutions: 10,
            kmsKeyArn: arn("kms", "key/operations"),
        });
        expect(inputs["environment"]).to.have.nested.property(
            "variables.REGIONS",
            "eu-west-1,us-east-1",
        );
        expect(inputs["deadLetterConfig"]).to.have.property("targetArn");
    });

    const table = (where: string): string => arn("dynamodb", "table/meridian-storefront", where);

    it("reads its own region's stream, and no other one", () => {
        const stream = (where: string): string => `${table(where)}/stream/2026-05-01T00:00:00.000`;
        for (const action of ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"]) {
            expect(may(`dynamodb:${action}`, stream(region)), action).to.equal(true);
            expect(may(`dynamodb:${action}`, stream("us-east-1")), action).to.equal(false);
        }
    });

    it("reads and writes items in every region, and deletes none", () => {
        for (const where of [region, "us-east-1"]) {
            for (const action of ["GetItem", "PutItem", "Query"]) {
                expect(may(`dynamodb:${action}`, table(where)), action).to.equal(true);
            }
            for (const action of ["DeleteItem", "UpdateItem", "Scan", "UpdateTable"]) {
                expect(may(`dynamodb:${action}`, table(where)), action).to.equal(false);
            }
        }
        expect(may("dynamodb:PutItem", arn("dynamodb", "table/other"))).to.equal(false);
    });

    it("opens other regions' data keys through DynamoDB alone", () => {
        const key = arn("kms", "key/1", "us-east-1");
        const through = (service: string, alias: string): boolean =>
            may("kms:Decrypt", key, {
                "kms:ViaService": `${service}.us-east-1.amazonaws.com`,
                "kms:ResourceAliases": alias,
            });
        expect(through("dynamodb", "alias/meridian-data")).to.equal(true);
        expect(through("s3", "alias/meridian-data")).to.equal(false);
        expect(through("dynamodb", "alias/other")).to.equal(false);
    });

    it("alarms when it is late, when a value was lost, and when something was put aside", () => {
        const names = registered.all
            .filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm")
            .map(({ inputs }) => inputs["name"]);
        expect(names).to.have.members([
            "meridian-conflict-dead-letters",
            "meridian-late-conflict-detector",
            "meridian-values-lost",
        ]);
    });
});

describe("conflict detection", () => {
    it("has each region's detector read that region's stream, whatever happens to a batch", async () => {
        const registered = await setMocks({ stack: "global" });
        const regions = ["us-east-1", "eu-west-1"];
        new ConflictDetection("detection", {
            regions: regions.map((one) => ({
                region: one,
                streamArn: arn("dynamodb", "table/t/stream/1", one),
                functionName: "meridian-conflict-detector",
                deadLetterArn: arn("sqs", "dead", one),
            })),
        });
        await settled();
        for (const one of regions) {
            const inputs = registered.inputs(
                "aws:lambda/eventSourceMapping:EventSourceMapping",
                `detection-${one}`,
            );
            expect(inputs).to.deep.include({
                region: one,
                eventSourceArn: arn("dynamodb", "table/t/stream/1", one),
                startingPosition: "TRIM_HORIZON",
                bisectBatchOnFunctionError: true,
                functionResponseTypes: ["ReportBatchItemFailures"],
                destinationConfig: { onFailure: { destinationArn: arn("sqs", "dead", one) } },
            });
            const { filters } = inputs["filterCriteria"] as { filters: { pattern: string }[] };
            const passes = (images: object): boolean =>
                filters.some(({ pattern }) =>
                    matchesPattern(JSON.parse(pattern) as Record<string, unknown>, {
                        dynamodb: images,
                    }),
                );
            const versioned = { version: { S: "eu-west-1:1" } };
            expect(passes({ NewImage: versioned })).to.equal(true);
            expect(passes({ OldImage: versioned, NewImage: {} })).to.equal(true);
            expect(passes({ OldImage: {}, NewImage: { stock: { N: "1" } } })).to.equal(false);
        }
    });
});
