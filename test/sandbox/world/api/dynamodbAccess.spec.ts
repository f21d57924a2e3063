import {
    BatchGetItemCommand,
    BatchWriteItemCommand,
    GetItemCommand,
    PutItemCommand,
    QueryCommand,
    ScanCommand,
    TransactGetItemsCommand,
    TransactWriteItemsCommand,
    type AttributeValue,
    type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { expect } from "chai";

import { declareOpenKey, declareRoleWith, policyOf } from "../../../support/roles";
import { startTables, type SmallTables } from "../../../support/smallTables";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";

const [home, away] = ["us-east-1", "eu-west-1"] as const;
const TableName = "storefront";
const tableArn = `arn:aws:dynamodb:${home}:111122223333:table/${TableName}`;
const key = (pk: string): Record<string, AttributeValue> => ({ pk: { S: pk }, sk: { S: "s" } });

interface Statement {
    readonly Effect?: "Allow" | "Deny";
    readonly Action: string | readonly string[];
    readonly Resource?: string;
    readonly Condition?: object;
}

describe("DynamoDB and the roles of those who call it", () => {
    let world: SmallWorld;
    let small: SmallTables;

    beforeEach(async () => {
        world = await smallWorld();
        world.declare(
            "aws:dynamodb/table:Table",
            home,
            TableName,
            {
                name: TableName,
                hashKey: "pk",
                rangeKey: "sk",
                attributes: ["pk", "sk", "gsi1pk"].map((name) => ({ name, type: "S" })),
                globalSecondaryIndexes: [
                    { name: "gsi1", hashKey: "gsi1pk", projectionType: "ALL" },
                ],
                replicas: [{ regionName: away }],
            },
            { arn: tableArn },
        );
        small = await startTables(world);
    });

    afterEach(async () => {
        await small.stop();
        world.end();
    });

    /** Somebody whose role may do this. */
    function as(statements: readonly Statement[], service = "lambda.amazonaws.com") {
        const all = statements.map((one) => ({ Resource: tableArn, ...one }));
        const roleArn = declareRoleWith(world, "shop", service, all);
        return (region: string = home): DynamoDBClient => small.client(region, roleArn);
    }

    /** `done`, or what it was not authorized to do. */
    const outcome = (work: Promise<unknown>): Promise<string> =>
        work.then(
            () => "done",
            (error: Error) =>
                /perform: (\S+) on resource: (\S+)/.exec(error.message)?.slice(1).join(" ") ??
                String(error),
        );

    const get = new GetItemCommand({ TableName, Key: key("a") });
    const put = new PutItemCommand({ TableName, Item: key("a") });

    it("lets them do what their policies name, in the table they name", async () => {
        const client = as([{ Action: "dynamodb:GetItem" }]);
        expect(await outcome(client().send(get))).to.equal("done");
        expect(await outcome(client().send(put))).to.equal(`dynamodb:PutItem ${tableArn}`);
        expect(await outcome(client(away).send(get))).to.equal(
            `dynamodb:GetItem ${tableArn.replace(home, away)}`,
        );
        as([{ Action: "dynamodb:*" }, { Action: "dynamodb:GetItem", Effect: "Deny" }]);
        expect(await outcome(client().send(get))).to.equal(`dynamodb:GetItem ${tableArn}`);
    });

    it("asks for the index of a query, and nothing of those without a role", async () => {
        const query = new QueryCommand({
            TableName,
            IndexName: "gsi1",
            KeyConditionExpression: "gsi1pk = :pk",
            ExpressionAttributeValues: { ":pk": { S: "g" } },
        });
        const client = as([{ Action: "dynamodb:Query" }]);
        expect(await outcome(client().send(query))).to.equal(
            `dynamodb:Query ${tableArn}/index/gsi1`,
        );
        as([{ Action: "dynamodb:Query", Resource: `${tableArn}/index/*` }]);
        expect(await outcome(client().send(query))).to.equal("done");
        expect(await outcome(small.client(home).send(put))).to.equal("done");
    });

    it("asks for a batch's own action, and for those that a transaction consists of", async () => {
        const batchGet = new BatchGetItemCommand({
            RequestItems: { [TableName]: { Keys: [key("a")] } },
        });
        const batchWrite = new BatchWriteItemCommand({
            RequestItems: { [TableName]: [{ DeleteRequest: { Key: key("a") } }] },
        });
        const read = new TransactGetItemsCommand({
            TransactItems: [{ Get: { TableName, Key: key("a") } }],
        });
        const write = new TransactWriteItemsCommand({
            TransactItems: [
                { Put: { TableName, Item: key("a") } },
                {
                    ConditionCheck: {
                        TableName,
                        Key: key("b"),
                        ConditionExpression: "attribute_not_exists(pk)",
                    },
                },
            ],
        });
        const change = new TransactWriteItemsCommand({
            TransactItems: [
                { Update: { TableName, Key: key("c"), UpdateExpression: "REMOVE x" } },
                { Delete: { TableName, Key: key("d") } },
            ],
        });
        const client = as([{ Action: ["dynamodb:GetItem", "dynamodb:PutItem"] }]);
        expect(await outcome(client().send(batchGet))).to.equal(
            `dynamodb:BatchGetItem ${tableArn}`,
        );
        expect(await outcome(client().send(batchWrite))).to.equal(
            `dynamodb:BatchWriteItem ${tableArn}`,
        );
        expect(await outcome(client().send(read))).to.equal("done");
        expect(await outcome(client().send(write))).to.equal(
            `dynamodb:ConditionCheckItem ${tableArn}`,
        );
        expect(await outcome(client().send(change))).to.equal(`dynamodb:UpdateItem ${tableArn}`);
        as([{ Action: "dynamodb:UpdateItem" }]);
        expect(await outcome(client().send(change))).to.equal(`dynamodb:DeleteItem ${tableArn}`);
        as([{ Action: ["dynamodb:Batch*", "dynamodb:PutItem", "dynamodb:ConditionCheckItem"] }]);
        for (const one of [batchGet, batchWrite, write]) {
            expect(await outcome(client().send(one as typeof batchGet))).to.equal("done");
        }
        expect(await outcome(client().send(read))).to.equal(`dynamodb:GetItem ${tableArn}`);
    });

    it("knows the partitions of a request, all of which a condition can be about", async () => {
        const client = as([
            {
                Action: "dynamodb:*",
                Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["HOME#*"] } },
            },
        ]);
        const query = (pk: string, name = "pk"): QueryCommand =>
            new QueryCommand({
                TableName,
                KeyConditionExpression: `#key = :pk`,
                ExpressionAttributeNames: { "#key": name },
                ExpressionAttributeValues: { ":pk": { S: pk } },
            });
        const batch = (...partitions: string[]): BatchGetItemCommand =>
            new BatchGetItemCommand({
                RequestItems: { [TableName]: { Keys: partitions.map(key) } },
            });
        const send = (command: QueryCommand | BatchGetItemCommand): Promise<string> =>
            outcome(client().send(command as QueryCommand));
        expect(await send(query("HOME#us"))).to.equal("done");
        expect(await send(query("CART#1"))).to.equal(`dynamodb:Query ${tableArn}`);
        expect(await send(batch("HOME#us", "HOME#eu"))).to.equal("done");
        expect(await send(batch("HOME#us", "CART#1"))).to.equal(
            `dynamodb:BatchGetItem ${tableArn}`,
        );
        expect(await outcome(client().send(put))).to.equal(`dynamodb:PutItem ${tableArn}`);
        // Of no partition all are as they should be, which is why nobody may be let scan like this.
        expect(await outcome(client().send(new ScanCommand({ TableName })))).to.equal("done");
    });

    it("has tasks come through an endpoint of their network", async () => {
        const client = as([{ Action: "dynamodb:*" }], "ecs-tasks.amazonaws.com");
        expect(await outcome(client().send(get))).to.equal("done");
        const endpoint = (service: string, Resource: string): void =>
            world.declare("aws:ec2/vpcEndpoint:VpcEndpoint", home, `vpce-${service}`, {
                serviceName: `com.amazonaws.${home}.${service}`,
                policy: policyOf({ Principal: "*", Action: "*", Resource }),
            });
        endpoint("s3", "*");
        expect(await outcome(client().send(get))).to.equal(`dynamodb:GetItem ${tableArn}`);
        endpoint("dynamodb", tableArn.replace(TableName, "others"));
        expect(await outcome(client().send(get))).to.equal(`dynamodb:GetItem ${tableArn}`);
        endpoint("dynamodb", tableArn);
        expect(await outcome(client().send(get))).to.equal("done");
    });

    it("has a role open the table's key, by way of DynamoDB", async () => {
        const keyArn = declareOpenKey(world, home, "data");
        const resource = world.store.get("aws:dynamodb/table:Table", home, TableName);
        world.declare(
            "aws:dynamodb/table:Table",
            home,
            TableName,
            {
                ...resource?.inputs,
                serverSideEncryption: { enabled: true, kmsKeyArn: keyArn },
            },
            { arn: tableArn },
        );
        const open = (region: string): Statement => ({
            Action: "kms:Decrypt",
            Resource: keyArn,
            Condition: { StringEquals: { "kms:ViaService": `dynamodb.${region}.amazonaws.com` } },
        });
        const client = as([{ Action: "dynamodb:GetItem" }]);
        expect(await outcome(client().send(get))).to.equal(`kms:Decrypt ${keyArn}`);
        as([{ Action: "dynamodb:GetItem" }, open(away)]);
        expect(await outcome(client().send(get))).to.equal(`kms:Decrypt ${keyArn}`);
        as([{ Action: "dynamodb:GetItem" }, open(home)]);
        expect(await outcome(client().send(get))).to.equal("done");
    });
});
