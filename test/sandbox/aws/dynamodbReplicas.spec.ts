import { expect } from "chai";

import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "./support/account";

const tableType = "aws:dynamodb/table:Table";
const replicaType = "aws:dynamodb/tableReplica:TableReplica";
const insightsType = "aws:dynamodb/contributorInsights:ContributorInsights";

const globalTableArn = "arn:aws:dynamodb:us-east-1:111122223333:table/orders";
const keyArn = (region: string) => `arn:aws:kms:${region}:111122223333:key/k`;

describe("DynamoDB's replicas and insights", () => {
    /** Its calls are of eu-west-1; the table's home is us-east-1. */
    let account: Account;
    beforeEach(async () => {
        account = await Account.open();
        for (const region of ["eu-west-1", "us-east-1"]) {
            account.declare("aws:kms/key:Key", "k", { arn: keyArn(region) }, region);
        }
    });
    afterEach(() => {
        account.close();
    });

    function table(overrides: Props = {}, region = "us-east-1"): void {
        account.declare(
            tableType,
            "orders",
            {
                name: "orders",
                billingMode: "PAY_PER_REQUEST",
                streamEnabled: true,
                streamViewType: "NEW_AND_OLD_IMAGES",
                serverSideEncryption: { enabled: true, kmsKeyArn: keyArn("us-east-1") },
                globalSecondaryIndexes: [{ name: "byDay" }],
                ...overrides,
            },
            region,
        );
    }

    const create = (overrides: Props = {}): Promise<Props> =>
        account.create(replicaType, "replica", {
            globalTableArn,
            kmsKeyArn: keyArn("eu-west-1"),
            ...overrides,
        });

    describe("a replica of its own", () => {
        it("has the table's ARN in its region", async () => {
            table();
            expect(await create()).to.deep.include({
                arn: "arn:aws:dynamodb:eu-west-1:111122223333:table/orders",
                deletionProtectionEnabled: false,
            });
        });

        it("is refused without a table, twice, and in the table's own region", async () => {
            expect(await refusal(create())).to.contain("Table: orders not found");
            table();
            await create();
            expect(
                await refusal(
                    account.create(replicaType, "again", {
                        globalTableArn,
                        kmsKeyArn: keyArn("eu-west-1"),
                    }),
                ),
            ).to.contain("was already present: 'eu-west-1'");
            table({ name: "local" }, "eu-west-1");
            expect(
                await refusal(
                    create({ globalTableArn: globalTableArn.replace("us-east-1", "eu-west-1") }),
                ),
            ).to.contain("Cannot add, delete, or update the local region");
        });

        it("is refused where another table has the name", async () => {
            table();
            table({}, "eu-west-1");
            expect(await refusal(create())).to.contain("Table already exists: orders");
        });

        it("needs the table's stream of both images", async () => {
            table({ streamViewType: "NEW_IMAGE" });
            expect(await refusal(create())).to.contain("NEW_AND_OLD_IMAGES");
        });

        it("needs scaled writes where the table is provisioned", async () => {
            table({ billingMode: "PROVISIONED" });
            expect(await refusal(create())).to.contain("Pay-Per-Request or AutoScaled");
            account.declare(
                "aws:appautoscaling/target:Target",
                "t",
                {
                    resourceId: "table/orders",
                    scalableDimension: "dynamodb:table:WriteCapacityUnits",
                },
                "us-east-1",
            );
            expect(await create()).to.have.property("arn");
        });

        it("needs a customer's key where the table has one, of its own region, that exists", async () => {
            table();
            expect(await refusal(create({ kmsKeyArn: undefined }))).to.contain(
                "the same type of KMS key",
            );
            expect(await refusal(create({ kmsKeyArn: `${keyArn("eu-west-1")}2` }))).to.contain(
                "KMS validation error",
            );
            expect(
                account
                    .problems(replicaType, {
                        globalTableArn,
                        region: "eu-west-1",
                        kmsKeyArn: keyArn("us-east-1"),
                    })
                    .join(),
            ).to.contain("must be in the replica's region eu-west-1");
        });

        it("is refused for what is no table, and of a class that is none", () => {
            expect(account.problems(replicaType, { globalTableArn: "orders" }).join()).to.contain(
                "must be the ARN of a table",
            );
            expect(
                account
                    .problems(replicaType, { globalTableArn, tableClassOverride: "COLD" })
                    .join(),
            ).to.contain("tableClassOverride: must be one of");
        });

        it("stays while it, or for its table while one of them, is protected", async () => {
            table();
            await create({ deletionProtectionEnabled: true });
            const refused = await refusal(account.remove(replicaType, "replica"));
            expect(refused).to.contain("protected against deletion");
            await account.update(replicaType, "replica", {
                globalTableArn,
                kmsKeyArn: keyArn("eu-west-1"),
                deletionProtectionEnabled: false,
            });
            await account.remove(replicaType, "replica");
        });

        it("keeps its table from being made there a second time", async () => {
            table();
            await create();
            expect(
                await refusal(
                    account.create(tableType, "orders", {
                        name: "orders",
                        billingMode: "PAY_PER_REQUEST",
                        hashKey: "pk",
                        attributes: [{ name: "pk", type: "S" }],
                    }),
                ),
            ).to.contain("Table already exists: orders in eu-west-1");
        });

        it("is made anew for another table or key", () => {
            const inputs = { globalTableArn, kmsKeyArn: keyArn("eu-west-1") };
            expect(account.replaces(replicaType, inputs, { ...inputs, kmsKeyArn: "x" })).to.include(
                "kmsKeyArn",
            );
            expect(
                account.replaces(replicaType, inputs, { ...inputs, pointInTimeRecovery: true }),
            ).to.deep.equal([]);
        });
    });

    describe("contributor insights", () => {
        const make = (overrides: Props = {}): Promise<Props> =>
            account.create(insightsType, "insights", { tableName: "orders", ...overrides });

        it("watch all keys unless they are told to watch the throttled ones", async () => {
            table({}, "eu-west-1");
            expect((await make())["mode"]).to.equal("ACCESSED_AND_THROTTLED_KEYS");
            expect((await make({ mode: "THROTTLED_KEYS", indexName: "byDay" }))["mode"]).to.equal(
                "THROTTLED_KEYS",
            );
        });

        it("are of a table, or an index, that their region has", async () => {
            table();
            expect(await refusal(make())).to.contain("orders not found in eu-west-1");
            await create();
            expect(await make()).to.have.property("mode");
            expect(await refusal(make({ indexName: "byNight" }))).to.contain(
                "Index: byNight of table orders not found",
            );
        });

        it("know two modes", () => {
            expect(
                account.problems(insightsType, { tableName: "orders", mode: "ALL" }).join(),
            ).to.contain("mode: must be one of");
            expect(account.problems(insightsType, { tableName: "o" }).join()).to.contain(
                "tableName: 3 to 255",
            );
        });
    });
});
