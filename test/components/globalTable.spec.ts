import { expect } from "chai";

import { GlobalTable, type GlobalTableArgs } from "../../components/globalTable";
import { globalTableProblems, keyRegionProblem } from "../../components/globalTableProblems";
import { setMocks, settled, type Registrations } from "../support/mocks";

const tableType = "aws:dynamodb/table:Table";
const key = (region: string): string => `arn:aws:kms:${region}:111122223333:key/${region}`;
const copy = (region: string) => ({ region, kmsKeyArn: key(region) });
const args: GlobalTableArgs = {
    tableName: "meridian-storefront",
    hashKey: { name: "pk", type: "S" },
    rangeKey: { name: "sk", type: "S" },
    indexes: [
        {
            name: "gsi1",
            hashKey: { name: "gsi1pk", type: "S" },
            rangeKey: { name: "gsi1sk", type: "S" },
            projection: "ALL",
        },
    ],
    ttlAttribute: "expiresAt",
    home: copy("us-east-1"),
    replicas: [copy("eu-west-1"), copy("ap-south-1"), copy("ap-east-1")],
    capacity: { kind: "onDemand" },
    deletionProtection: true,
};
const provisioned = {
    kind: "provisioned",
    write: { minimum: 100, maximum: 10_000, targetPercent: 70 },
    read: { minimum: 100, maximum: 10_000, targetPercent: 70 },
    readByRegion: { "ap-south-1": { minimum: 50, maximum: 5000, targetPercent: 70 } },
} as const satisfies GlobalTableArgs["capacity"];

async function register(changes: Partial<GlobalTableArgs> = {}): Promise<Registrations> {
    const registered = await setMocks({ region: "us-east-1" });
    new GlobalTable("table", { ...args, ...changes });
    await settled();
    return registered;
}

describe("a global table on demand", () => {
    it("is one table with a copy in every other region, each with its own key and protection", async () => {
        const registered = await register();
        expect(registered.inputs(tableType, "table")).to.deep.equal({
            name: "meridian-storefront",
            region: "us-east-1",
            hashKey: "pk",
            rangeKey: "sk",
            attributes: ["gsi1pk", "gsi1sk", "pk", "sk"].map((name) => ({ name, type: "S" })),
            globalSecondaryIndexes: [
                { name: "gsi1", hashKey: "gsi1pk", rangeKey: "gsi1sk", projectionType: "ALL" },
            ],
            billingMode: "PAY_PER_REQUEST",
            ttl: { enabled: true, attributeName: "expiresAt" },
            streamEnabled: true,
            streamViewType: "NEW_AND_OLD_IMAGES",
            serverSideEncryption: { enabled: true, kmsKeyArn: key("us-east-1") },
            pointInTimeRecovery: { enabled: true },
            deletionProtectionEnabled: true,
            replicas: ["ap-east-1", "ap-south-1", "eu-west-1"].map((region) => ({
                regionName: region,
                kmsKeyArn: key(region),
                pointInTimeRecovery: true,
                deletionProtectionEnabled: true,
                propagateTags: true,
            })),
        });
        expect(
            registered.all.filter(({ custom }) => custom).map(({ name }) => name),
        ).to.have.members([
            "table",
            ...["us-east-1", "ap-east-1", "ap-south-1", "eu-west-1"].map(
                (region) => `table-insights-${region}`,
            ),
        ]);
    });

    it("is protected until it is told not to be", async () => {
        expect((await register()).one(tableType, "table").options.protect).to.be.true;
        const freed = (await register({ deletionProtection: false })).one(tableType, "table");
        expect(freed.options.protect).to.be.false;
        expect(freed.inputs["deletionProtectionEnabled"]).to.be.false;
    });

    it("names an included attribute only where there is one", async () => {
        const registered = await register({
            indexes: [
                {
                    name: "by-day",
                    hashKey: { name: "day", type: "N" },
                    projection: { include: ["total", "city"] },
                },
            ],
        });
        expect(registered.inputs(tableType, "table")["globalSecondaryIndexes"]).to.deep.equal([
            {
                name: "by-day",
                hashKey: "day",
                projectionType: "INCLUDE",
                nonKeyAttributes: ["city", "total"],
            },
        ]);
    });
});

describe("a global table with provisioned throughput", () => {
    it("starts at its minimum and leaves what autoscaling moves alone", async () => {
        const table = (await register({ capacity: provisioned })).one(tableType, "table");
        expect(table.inputs).to.include({
            billingMode: "PROVISIONED",
            readCapacity: 100,
            writeCapacity: 100,
        });
        expect(table.inputs).not.to.have.property("replicas");
        expect(table.options.ignoreChanges).to.deep.equal([
            "replicas",
            "readCapacity",
            "writeCapacity",
        ]);
    });

    it("starts at the home's own minimum where its reads differ", async () => {
        const home = { minimum: 50, maximum: 5000, targetPercent: 70 };
        const { inputs } = (
            await register({
                capacity: { ...provisioned, readByRegion: { "us-east-1": home } },
            })
        ).one(tableType, "table");
        expect(inputs).to.include({ readCapacity: 50, writeCapacity: 100 });
        expect(inputs["globalSecondaryIndexes"]).to.have.nested.property("[0].readCapacity", 50);
    });

    it("adds a replica only once the home's writes scale", async () => {
        const registered = await register({ capacity: provisioned });
        const replicas = registered.of("aws:dynamodb/tableReplica:TableReplica");
        expect(
            replicas.map(({ inputs }) => [
                inputs["region"],
                inputs["kmsKeyArn"],
                inputs["pointInTimeRecovery"],
                inputs["deletionProtectionEnabled"],
            ]),
        ).to.deep.equal(
            ["ap-east-1", "ap-south-1", "eu-west-1"].map((region) => [
                region,
                key(region),
                true,
                true,
            ]),
        );
        for (const { options } of replicas) {
            expect(options.dependsOn).to.include("table-replicas-home-write");
        }
    });

    it("scales writes at home alone, and reads everywhere by each region's own bounds", async () => {
        const registered = await register({ capacity: provisioned });
        const targets = registered
            .of("aws:appautoscaling/target:Target")
            .filter(({ inputs }) => inputs["resourceId"] === "table/meridian-storefront")
            .map(({ inputs }) => [
                inputs["region"],
                inputs["scalableDimension"],
                inputs["minCapacity"],
                inputs["maxCapacity"],
            ]);
        const read = "dynamodb:table:ReadCapacityUnits";
        expect(targets).to.have.deep.members([
            ["us-east-1", "dynamodb:table:WriteCapacityUnits", 100, 10_000],
            ["us-east-1", read, 100, 10_000],
            ["eu-west-1", read, 100, 10_000],
            ["ap-east-1", read, 100, 10_000],
            ["ap-south-1", read, 50, 5000],
        ]);
    });

    it("scales the indexes as it scales the table, at the target it was given", async () => {
        const registered = await register({ capacity: provisioned });
        expect(
            registered
                .of("aws:appautoscaling/target:Target")
                .filter(({ inputs }) => String(inputs["resourceId"]).endsWith("/index/gsi1"))
                .map(({ inputs }) => inputs["scalableDimension"]),
        ).to.have.members([
            "dynamodb:index:WriteCapacityUnits",
            ...Array.from({ length: 4 }, () => "dynamodb:index:ReadCapacityUnits"),
        ]);
        for (const { inputs } of registered.of("aws:appautoscaling/policy:Policy")) {
            expect(inputs["targetTrackingScalingPolicyConfiguration"]).to.include({
                targetValue: 70,
            });
        }
    });
});

describe("what AWS refuses of a global table", () => {
    const problems = (changes: Partial<GlobalTableArgs>): readonly string[] =>
        globalTableProblems({ ...args, ...changes });

    it("is nothing where the arguments are sound", () => {
        expect(problems({})).to.deep.equal([]);
        expect(problems({ capacity: provisioned })).to.deep.equal([]);
    });

    it("is no replica, the home as a replica, and a region twice", () => {
        expect(problems({ replicas: [] })).to.deep.equal([
            "`replicas`: must name at least 1 region beside the home, got none",
        ]);
        expect(
            problems({ replicas: [copy("us-east-1"), copy("eu-west-1"), copy("eu-west-1")] }),
        ).to.deep.equal([
            "`replicas`: must not name the home region (us-east-1), which has its copy already",
            "`replicas`: must name each region once, got eu-west-1 more often",
        ]);
    });

    it("is a key of another region, or of AWS's own", () => {
        expect(keyRegionProblem("eu-west-1", key("eu-west-1"))).to.deep.equal([]);
        expect(keyRegionProblem("eu-west-1", key("us-east-1"))[0]).to.contain(
            "must be encrypted with a customer-managed key of eu-west-1",
        );
        expect(keyRegionProblem("eu-west-1", "alias/aws/dynamodb")).to.have.length(1);
    });

    it("is a scaling without room, and one for a region without a copy", () => {
        expect(
            problems({
                capacity: {
                    kind: "provisioned",
                    write: { minimum: 0, maximum: 10, targetPercent: 95 },
                    read: { minimum: 100, maximum: 50, targetPercent: 70 },
                    readByRegion: { "sa-east-1": provisioned.read },
                },
            }),
        ).to.deep.equal([
            "`capacity.write.minimum`: must be a whole number from 1, got 0",
            "`capacity.write.targetPercent`: must be from 20 to 90, got 95",
            "`capacity.read.maximum`: must be at least the minimum (100), got 50",
            "`capacity.readByRegion.sa-east-1`: must be a region of the table (us-east-1, eu-west-1, ap-south-1, ap-east-1)",
        ]);
    });

    it("is an attribute of two types, an index named twice, and a key as time to live", () => {
        const [index] = args.indexes;
        expect(
            problems({
                ttlAttribute: "sk",
                indexes: [
                    index as (typeof args.indexes)[number],
                    { name: "gsi1", hashKey: { name: "pk", type: "N" }, projection: "KEYS_ONLY" },
                    {
                        name: "g2",
                        hashKey: { name: "x", type: "S" },
                        rangeKey: { name: "x", type: "S" },
                        projection: { include: [] },
                    },
                ],
            }),
        ).to.deep.equal([
            "`indexes`: must have different names, got gsi1, gsi1, g2",
            '`indexes`: must have 3 to 255 letters, digits, dots, hyphens or underscores, got "g2"',
            "`indexes.g2.projection.include`: must name an attribute; use KEYS_ONLY for none",
            "`indexes.g2`: hash and range key must differ, got x twice",
            "attribute pk must have one type, got S and N",
            "`ttlAttribute`: must not be a key of the table, got sk",
        ]);
    });

    it("is told at once and before anything is registered", async () => {
        const registered = await setMocks();
        expect(() => new GlobalTable("table", { ...args, tableName: "x", replicas: [] })).to.throw(
            "global table x cannot be created:\n" +
                '  - `tableName`: must have 3 to 255 letters, digits, dots, hyphens or underscores, got "x"\n' +
                "  - `replicas`: must name at least 1 region beside the home, got none",
        );
        await settled();
        expect(registered.all.filter(({ custom }) => custom)).to.deep.equal([]);
    });
});
