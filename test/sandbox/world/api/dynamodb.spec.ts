import {
    BatchWriteItemCommand,
    ConditionalCheckFailedException,
    CreateTableCommand,
    DeleteTableCommand,
    DescribeTableCommand,
    GetItemCommand,
    ListTablesCommand,
    ListTagsOfResourceCommand,
    PutItemCommand,
    QueryCommand,
    TagResourceCommand,
    TransactGetItemsCommand,
    TransactionCanceledException,
    TransactWriteItemsCommand,
    UpdateItemCommand,
    UpdateTableCommand,
    type AttributeValue,
    type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { expect } from "chai";

import { startTables, type SmallTables } from "../../../support/smallTables";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";

const TableName = "storefront";
const key = (pk: string, sk = "s"): Record<string, AttributeValue> => ({
    pk: { S: pk },
    sk: { S: sk },
});

describe("DynamoDB's API", () => {
    let world: SmallWorld;
    let small: SmallTables;

    beforeEach(async () => {
        world = await smallWorld();
        world.declare("aws:dynamodb/table:Table", "us-east-1", TableName, {
            name: TableName,
            hashKey: "pk",
            rangeKey: "sk",
            attributes: ["pk", "sk", "gsi1pk"].map((name) => ({ name, type: "S" })),
            globalSecondaryIndexes: [{ name: "gsi1", hashKey: "gsi1pk", projectionType: "ALL" }],
            replicas: [{ regionName: "eu-west-1", kmsKeyArn: "arn:eu" }],
            streamEnabled: true,
            streamViewType: "NEW_AND_OLD_IMAGES",
            serverSideEncryption: { enabled: true, kmsKeyArn: "arn:us" },
            deletionProtectionEnabled: true,
        });
        small = await startTables(world);
    });

    afterEach(async () => {
        await small.stop();
        world.end();
    });

    const client = (region = "us-east-1"): DynamoDBClient => small.client(region);

    const read = async (region: string, pk: string) =>
        (await client(region).send(new GetItemCommand({ TableName, Key: key(pk) }))).Item;

    const replicated = (): Promise<void> =>
        world.until(() => small.tables.pending("us-east-1") === 0);

    it("writes in one region and reads in another, by key and by index", async () => {
        await client("eu-west-1").send(
            new PutItemCommand({ TableName, Item: { ...key("a"), gsi1pk: { S: "g" } } }),
        );
        expect(await read("us-east-1", "a")).to.equal(undefined);
        await replicated();
        expect(await read("us-east-1", "a")).to.eql({ ...key("a"), gsi1pk: { S: "g" } });
        const { Items } = await client().send(
            new QueryCommand({
                TableName,
                IndexName: "gsi1",
                KeyConditionExpression: "gsi1pk = :g",
                ExpressionAttributeValues: { ":g": { S: "g" } },
            }),
        );
        expect(Items).to.have.length(1);
    });

    it("takes the table's ARN for its name", async () => {
        const arn = `arn:aws:dynamodb:us-east-1:111122223333:table/${TableName}`;
        await client().send(new PutItemCommand({ TableName: arn, Item: key("a") }));
        await replicated();
        expect(await read("eu-west-1", "a")).to.eql(key("a"));
    });

    it("replicates batches and deletes", async () => {
        const write = (requests: object[]) =>
            client().send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
        await write(["a", "b", "c"].map((pk) => ({ PutRequest: { Item: key(pk) } })));
        await replicated();
        expect(small.tables.itemCount("eu-west-1", TableName)).to.equal(3);
        await write([{ DeleteRequest: { Key: key("b") } }]);
        await replicated();
        expect(small.tables.itemCount("eu-west-1", TableName)).to.equal(2);
    });

    it("answers a failed condition as the SDK expects, with the item when asked for", async () => {
        await client().send(
            new PutItemCommand({ TableName, Item: { ...key("a"), n: { N: "1" } } }),
        );
        const error = await client()
            .send(
                new UpdateItemCommand({
                    TableName,
                    Key: key("a"),
                    UpdateExpression: "SET n = n + :one",
                    ConditionExpression: "n > :one",
                    ExpressionAttributeValues: { ":one": { N: "1" } },
                    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
                }),
            )
            .catch((reason: Error) => reason);
        expect(error).to.be.instanceOf(ConditionalCheckFailedException);
        expect((error as ConditionalCheckFailedException).Item).to.eql({
            ...key("a"),
            n: { N: "1" },
        });
    });

    it("runs a transaction wholly or not at all", async () => {
        const run = (condition: string) =>
            client().send(
                new TransactWriteItemsCommand({
                    TransactItems: [
                        { Put: { TableName, Item: key("a") } },
                        {
                            Update: {
                                TableName,
                                Key: key("b"),
                                UpdateExpression: "SET n = if_not_exists(n, :zero) + :one",
                                ExpressionAttributeValues: {
                                    ":zero": { N: "0" },
                                    ":one": { N: "1" },
                                },
                            },
                        },
                        {
                            ConditionCheck: {
                                TableName,
                                Key: key("c"),
                                ConditionExpression: condition,
                            },
                        },
                    ],
                }),
            );
        const error = await run("attribute_exists(pk)").catch((reason: Error) => reason);
        expect(error).to.be.instanceOf(TransactionCanceledException);
        expect(
            (error as TransactionCanceledException).CancellationReasons?.map(({ Code }) => Code),
        ).to.eql(["None", "None", "ConditionalCheckFailed"]);
        expect(await read("us-east-1", "a")).to.equal(undefined);
        await run("attribute_not_exists(pk)");
        await replicated();
        expect((await read("eu-west-1", "b"))?.["n"]).to.eql({ N: "1" });
        const { Responses } = await client().send(
            new TransactGetItemsCommand({
                TransactItems: ["a", "c"].map((pk) => ({ Get: { TableName, Key: key(pk) } })),
            }),
        );
        expect(Responses?.map(({ Item }) => Item)).to.eql([key("a"), undefined]);
    });

    it("takes back what a transaction wrote before a write of it failed", async () => {
        await client().send(
            new PutItemCommand({ TableName, Item: { ...key("b"), n: { S: "x" } } }),
        );
        const error = await client()
            .send(
                new TransactWriteItemsCommand({
                    TransactItems: [
                        { Put: { TableName, Item: key("a") } },
                        {
                            Update: {
                                TableName,
                                Key: key("b"),
                                UpdateExpression: "SET n = n + :one",
                                ExpressionAttributeValues: { ":one": { N: "1" } },
                            },
                        },
                    ],
                }),
            )
            .catch((reason: Error) => reason);
        expect(error).to.be.instanceOf(TransactionCanceledException);
        expect(await read("us-east-1", "a")).to.equal(undefined);
    });

    it("runs a repeated transaction once", async () => {
        const command = new TransactWriteItemsCommand({
            ClientRequestToken: "token",
            TransactItems: [
                {
                    Update: {
                        TableName,
                        Key: key("a"),
                        UpdateExpression: "ADD n :one",
                        ExpressionAttributeValues: { ":one": { N: "1" } },
                    },
                },
            ],
        });
        await client().send(command);
        await client().send(command);
        expect((await read("us-east-1", "a"))?.["n"]).to.eql({ N: "1" });
    });

    it("runs a transaction under the token of one that failed", async () => {
        const command = (expression: string) =>
            new TransactWriteItemsCommand({
                ClientRequestToken: "second-try",
                TransactItems: [
                    {
                        Put: {
                            TableName,
                            Item: key("a"),
                            ConditionExpression: expression,
                        },
                    },
                ],
            });
        const error = await client()
            .send(command("attribute_exists(pk)"))
            .catch((reason: Error) => reason);
        expect(error).to.be.instanceOf(TransactionCanceledException);
        await client().send(command("attribute_not_exists(pk)"));
        expect(await read("us-east-1", "a")).to.eql(key("a"));
    });

    it("describes a table with its replicas, from each region", async () => {
        const describe = async (region: string) =>
            (await client(region).send(new DescribeTableCommand({ TableName }))).Table;
        const home = await describe("us-east-1");
        expect(home).to.deep.include({
            TableStatus: "ACTIVE",
            GlobalTableVersion: "2019.11.21",
            DeletionProtectionEnabled: true,
            TableArn: `arn:aws:dynamodb:us-east-1:111122223333:table/${TableName}`,
            Replicas: [
                { RegionName: "eu-west-1", ReplicaStatus: "ACTIVE", KMSMasterKeyId: "arn:eu" },
            ],
        });
        const away = await describe("eu-west-1");
        expect(away?.SSEDescription?.KMSMasterKeyArn).to.equal("arn:eu");
        expect(away?.Replicas?.[0]?.KMSMasterKeyId).to.equal("arn:us");
    });

    it("tells items from tables in the record", async () => {
        await read("eu-west-1", "a");
        await client("eu-west-1").send(new DescribeTableCommand({ TableName }));
        expect(world.journal.since(0).map(({ action, plane }) => ({ action, plane }))).to.eql([
            { action: "GetItem", plane: "data" },
            { action: "DescribeTable", plane: "control" },
        ]);
    });

    it("makes, replicates, changes and deletes a table by the API, as a change of the account", async () => {
        const made = client();
        await made.send(
            new CreateTableCommand({
                TableName: "carts",
                BillingMode: "PAY_PER_REQUEST",
                AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
                KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
                StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
                Tags: [{ Key: "team", Value: "shop" }],
            }),
        );
        await made.send(new PutItemCommand({ TableName: "carts", Item: { pk: { S: "a" } } }));
        await made.send(
            new UpdateTableCommand({
                TableName: "carts",
                ReplicaUpdates: [{ Create: { RegionName: "ap-south-1" } }],
            }),
        );
        await world.until(() => small.tables.itemCount("ap-south-1", "carts") === 1);
        const arn = "arn:aws:dynamodb:us-east-1:111122223333:table/carts";
        await made.send(
            new TagResourceCommand({ ResourceArn: arn, Tags: [{ Key: "tier", Value: "1" }] }),
        );
        const { Tags } = await made.send(new ListTagsOfResourceCommand({ ResourceArn: arn }));
        expect(Tags).to.have.deep.members([
            { Key: "team", Value: "shop" },
            { Key: "tier", Value: "1" },
        ]);
        await made.send(
            new UpdateTableCommand({ TableName: "carts", DeletionProtectionEnabled: true }),
        );
        const refused = await made
            .send(new DeleteTableCommand({ TableName: "carts" }))
            .catch((reason: Error) => reason);
        expect(refused).to.have.property("name", "ValidationException");
        await made.send(
            new UpdateTableCommand({ TableName: "carts", DeletionProtectionEnabled: false }),
        );
        await made.send(new DeleteTableCommand({ TableName: "carts" }));
        expect(world.store.get("aws:dynamodb/table:Table", "us-east-1", "carts")).to.equal(
            undefined,
        );
        const { TableNames } = await made.send(new ListTablesCommand({}));
        expect(TableNames).to.eql([TableName]);
    });

    it("has no table where there is no replica", async () => {
        const error = await read("ap-south-1", "a").catch((reason: Error) => reason);
        expect(error).to.have.property("name", "ResourceNotFoundException");
    });
});
