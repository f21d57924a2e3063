import { expect } from "chai";

import { tableType } from "../../../sandbox/aws/dynamodb/table";
import { unknownValue } from "../../../sandbox/aws/resourceType";
import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "../support/account";

const keyArn = (region: string) => `arn:aws:kms:${region}:111122223333:key/${region}`;

const base = {
    name: "items",
    billingMode: "PAY_PER_REQUEST",
    hashKey: "pk",
    attributes: [{ name: "pk", type: "S" }],
};
const streams = { streamEnabled: true, streamViewType: "NEW_AND_OLD_IMAGES" };
const provisioned = { ...base, billingMode: "PROVISIONED", readCapacity: 5, writeCapacity: 5 };
const replica = (regionName: string, more: Props = {}) => ({ regionName, ...more });
const strong = (regionName: string) => replica(regionName, { consistencyMode: "STRONG" });

describe("DynamoDB tables", () => {
    let account: Account;

    beforeEach(() => {
        account = new Account();
        for (const region of ["eu-west-1", "us-east-1"]) {
            account.given(
                "aws:kms/key:Key",
                region,
                { arn: keyArn(region), keyId: region },
                region,
            );
        }
    });
    afterEach(() => account.close());

    const create = (inputs: Props, region?: string) => account.create(tableType, inputs, region);

    it("computes what AWS computes, for each replica too", async () => {
        const { id, outputs } = await create({
            ...base,
            ...streams,
            serverSideEncryption: { enabled: true, kmsKeyArn: keyArn("eu-west-1") },
            replicas: [
                replica("us-east-1", { kmsKeyArn: keyArn("us-east-1"), pointInTimeRecovery: true }),
            ],
        });
        expect(id).to.equal("items");
        expect(outputs.arn).to.equal("arn:aws:dynamodb:eu-west-1:111122223333:table/items");
        expect(outputs.streamArn).to.equal(
            `${String(outputs.arn)}/stream/${String(outputs.streamLabel)}`,
        );
        expect(outputs.replicas).to.have.nested.property(
            "[0].arn",
            "arn:aws:dynamodb:us-east-1:111122223333:table/items",
        );
        expect(outputs.replicas).to.have.nested.property("[0].pointInTimeRecovery", true);
        expect(outputs.replicas).to.have.nested.property("[0].deletionProtectionEnabled", false);
    });

    it("keeps its stream through an update", async () => {
        const made = await create({ ...base, ...streams });
        const updated = await account.update(tableType, made, {
            ...base,
            ...streams,
            deletionProtectionEnabled: true,
        });
        expect(updated.outputs.streamArn).to.equal(made.outputs.streamArn);
    });

    const gsi = (name: string, more: Props = {}) => ({
        name,
        hashKey: "pk",
        projectionType: "ALL",
        ...more,
    });

    const malformed: Readonly<Record<string, readonly [Props, RegExp]>> = {
        "a short name": [{ ...base, name: "ab" }, /name: 3 to 255/],
        "an unknown billing mode": [
            { ...base, billingMode: "FREE" },
            /billingMode: must be one of/,
        ],
        "no hash key": [
            { name: "items", billingMode: "PAY_PER_REQUEST" },
            /hashKey: missing required/,
        ],
        "a key that is not declared": [
            { ...base, rangeKey: "sk" },
            /rangeKey: .*not defined in AttributeDefinitions. Keys: \[sk\]/,
        ],
        "an index key that is not declared": [
            { ...base, globalSecondaryIndexes: [gsi("g", { hashKey: "other" })] },
            /globalSecondaryIndexes\[0\].hashKey: .*Keys: \[other\]/,
        ],
        "an attribute that is no key": [
            { ...base, attributes: [...base.attributes, { name: "colour", type: "S" }] },
            /all attributes must be indexed. Unused attributes: \["colour"\]/,
        ],
        "an attribute twice": [
            { ...base, attributes: [...base.attributes, ...base.attributes] },
            /duplicate attribute "pk"/,
        ],
        "an unknown attribute type": [
            { ...base, attributes: [{ name: "pk", type: "X" }] },
            /attributes.type: must be one of S, N, B/,
        ],
        "21 global indexes": [
            { ...base, globalSecondaryIndexes: Array.from({ length: 21 }, (_, i) => gsi(`g${i}`)) },
            /at most 20 are allowed, got 21/,
        ],
        "two indexes of one name": [
            { ...base, globalSecondaryIndexes: [gsi("g"), gsi("g")] },
            /Duplicate index name: g/,
        ],
        "an unknown projection": [
            { ...base, globalSecondaryIndexes: [gsi("g", { projectionType: "SOME" })] },
            /projectionType: must be one of/,
        ],
        "attributes beside a full projection": [
            { ...base, globalSecondaryIndexes: [gsi("g", { nonKeyAttributes: ["x"] })] },
            /ProjectionType is ALL, but NonKeyAttributes is specified/,
        ],
        "a local index without a range key": [
            {
                ...base,
                localSecondaryIndexes: [{ name: "l", rangeKey: "pk", projectionType: "ALL" }],
            },
            /Table KeySchema does not have a range key/,
        ],
        "provisioned without capacity": [
            { ...base, billingMode: "PROVISIONED" },
            /readCapacity must be at least 1 when the billing mode is PROVISIONED/,
        ],
        "a provisioned index without capacity": [
            { ...provisioned, globalSecondaryIndexes: [gsi("g")] },
            /globalSecondaryIndexes\[0\].readCapacity: required/,
        ],
        "on demand with capacity": [
            { ...base, readCapacity: 5 },
            /Neither ReadCapacityUnits nor WriteCapacityUnits can be specified/,
        ],
        "a stream without a view": [{ ...base, streamEnabled: true }, /streamViewType: required/],
        "an unknown view": [
            { ...base, streamEnabled: true, streamViewType: "EVERYTHING" },
            /streamViewType: must be one of/,
        ],
        "TTL without an attribute": [
            { ...base, ttl: { enabled: true } },
            /ttl.attributeName: required/,
        ],
        "recovery over 36 days": [
            { ...base, pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 36 } },
            /recoveryPeriodInDays: must be a whole number from 1 to 35/,
        ],
        "replicas without streams": [
            { ...base, replicas: [replica("us-east-1")] },
            /must have DynamoDB Streams enabled with StreamViewType NEW_AND_OLD_IMAGES/,
        ],
        "replicas with a narrower stream": [
            {
                ...base,
                streamEnabled: true,
                streamViewType: "KEYS_ONLY",
                replicas: [replica("us-east-1")],
            },
            /must have DynamoDB Streams enabled/,
        ],
        "a replica twice": [
            { ...base, ...streams, replicas: [replica("us-east-1"), replica("us-east-1")] },
            /was already present: 'us-east-1'/,
        ],
        "a replica's key from elsewhere": [
            {
                ...base,
                ...streams,
                serverSideEncryption: { enabled: true, kmsKeyArn: keyArn("eu-west-1") },
                replicas: [replica("us-east-1", { kmsKeyArn: keyArn("eu-west-1") })],
            },
            /KMS key must be in the replica's region us-east-1/,
        ],
        "a replica without a key where the table has one": [
            {
                ...base,
                ...streams,
                serverSideEncryption: { enabled: true, kmsKeyArn: keyArn("eu-west-1") },
                replicas: [replica("us-east-1")],
            },
            /must use the same type of KMS key/,
        ],
        "strong consistency with one replica": [
            { ...base, ...streams, replicas: [strong("us-east-2")] },
            /needs exactly 2 replicas/,
        ],
        "strong consistency across region sets": [
            { ...base, ...streams, replicas: [strong("us-east-1"), strong("eu-west-1")] },
            /limited to one set of regions/,
        ],
    };
    for (const [title, [inputs, expected]] of Object.entries(malformed)) {
        it(`refuses ${title}, in the preview already`, () => {
            expect(account.failures(tableType, inputs).join("; ")).to.match(expected);
        });
    }

    it("accepts a full table, and one whose values are not known yet", () => {
        const full = {
            ...base,
            ...streams,
            rangeKey: "sk",
            attributes: ["pk", "sk", "gsi1pk"].map((name) => ({ name, type: "S" })),
            globalSecondaryIndexes: [
                gsi("gsi1", {
                    hashKey: "gsi1pk",
                    projectionType: "INCLUDE",
                    nonKeyAttributes: ["x"],
                }),
            ],
            ttl: { enabled: true, attributeName: "expiresAt" },
            pointInTimeRecovery: { enabled: true },
            serverSideEncryption: { enabled: true, kmsKeyArn: unknownValue },
            replicas: [replica("us-east-1", { kmsKeyArn: unknownValue })],
        };
        expect(account.failures(tableType, full)).to.deep.equal([]);
        expect(account.failures(tableType, { ...base, attributes: unknownValue })).to.deep.equal(
            [],
        );
    });

    it("refuses a name that is taken in the region, by a table or a replica", async () => {
        await create({ ...base, ...streams, replicas: [replica("us-east-1")] });
        expect(await refusal(create(base))).to.contain("ResourceInUseException");
        expect(await refusal(create(base, "us-east-1"))).to.contain(
            "Table already exists: items in us-east-1",
        );
        await create(base, "sa-east-1");
    });

    it("refuses a replica in its own region", async () => {
        expect(
            await refusal(create({ ...base, ...streams, replicas: [replica("eu-west-1")] })),
        ).to.contain("Cannot add, delete, or update the local region through ReplicaUpdates");
    });

    it("refuses a key that is not there", async () => {
        const serverSideEncryption = {
            enabled: true,
            kmsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/none",
        };
        expect(await refusal(create({ ...base, serverSideEncryption }))).to.contain(
            "KMS validation error",
        );
    });

    it("replicates provisioned tables only once their writes scale by themselves", async () => {
        const made = await create({ ...provisioned, ...streams });
        const replicated = { ...provisioned, ...streams, replicas: [replica("us-east-1")] };
        expect(await refusal(account.update(tableType, made, replicated))).to.contain(
            "Table write capacity should either be Pay-Per-Request or AutoScaled",
        );
        account.given("aws:appautoscaling/target:Target", "t", {
            resourceId: "table/items",
            scalableDimension: "dynamodb:table:WriteCapacityUnits",
        });
        await account.update(tableType, made, replicated);
    });

    it("keeps what is protected: the table and each replica", async () => {
        const protectedReplica = replica("us-east-1", { deletionProtectionEnabled: true });
        const inputs = { ...base, ...streams, replicas: [protectedReplica] };
        const made = await create(inputs);
        expect(await refusal(account.delete(tableType, made))).to.contain(
            "currently protected against deletion",
        );
        expect(await refusal(account.update(tableType, made, { ...base, ...streams }))).to.contain(
            "currently protected against deletion",
        );
        const open = await account.update(tableType, made, {
            ...inputs,
            replicas: [replica("us-east-1")],
        });
        await account.delete(tableType, open);
        const held = await create({ ...base, deletionProtectionEnabled: true });
        expect(await refusal(account.delete(tableType, held))).to.contain(
            "Disable deletion protection",
        );
    });
});
