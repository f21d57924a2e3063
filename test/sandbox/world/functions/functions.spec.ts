import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";

import { ApiServer } from "../../../../sandbox/world/api/server";
import { DynamoDbApi } from "../../../../sandbox/world/api/dynamodb";
import { Tables } from "../../../../sandbox/world/tables/tables";
import {
    declareFunction,
    declareQueue,
    declareRole,
    permit,
    startMessaging,
    type SmallMessaging,
} from "../../../support/smallMessaging";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";

const region = "eu-west-1";
const rule = "arn:aws:events:eu-west-1:111122223333:rule/r";

describe("functions", () => {
    let world: SmallWorld;
    let small: SmallMessaging;

    beforeEach(async () => {
        world = await smallWorld();
        small = await startMessaging(world);
    });

    afterEach(async () => {
        await small.messaging.stop();
        world.end();
    });

    const invoke = (arn: string, payload: unknown = {}) =>
        small.messaging.functions.invoke(arn, payload);

    function trigger(arn: string, payload: unknown = {}): void {
        permit(world, arn, "events.amazonaws.com", rule);
        small.messaging.functions.invokeAsync(arn, payload, "events.amazonaws.com", rule);
    }

    it("run the handler with its environment, its context and the world's time", async () => {
        const arn = declareFunction(
            world,
            region,
            "f",
            `exports.handler = async (event, context) => ({
                event, region: process.env.AWS_REGION, mode: process.env.MODE,
                inherited: process.env.HOME, name: context.functionName, now: Date.now(),
            });`,
            { environment: { variables: { MODE: "alert" } } },
        );
        await world.clock.sleep(600_000);
        const ending = await invoke(arn, { a: 1 });
        const result = (ending.ok ? ending.result : {}) as Record<string, unknown>;
        expect(result).to.deep.include({
            event: { a: 1 },
            region,
            mode: "alert",
            name: "f",
        });
        expect(result).to.not.have.property("inherited");
        expect(Math.abs(Number(result["now"]) - world.clock.now())).to.be.below(60_000);
    });

    it("keep an instance warm, and start anew when the code changes", async () => {
        const source = (version: number): string =>
            `let count = 0; exports.handler = async () => [${version}, ++count];`;
        const arn = declareFunction(world, region, "f", source(1));
        expect(await invoke(arn)).to.eql({ ok: true, result: [1, 1] });
        expect(await invoke(arn)).to.eql({ ok: true, result: [1, 2] });
        declareFunction(world, region, "f", source(2));
        expect(await invoke(arn)).to.eql({ ok: true, result: [2, 1] });
    });

    it("say what a handler threw, what is missing, and that a module is not there", async () => {
        const throwing = declareFunction(
            world,
            region,
            "throwing",
            'exports.handler = async () => { throw new TypeError("no"); };',
        );
        const ending = await invoke(throwing);
        expect(ending).to.have.nested.property("error.errorType", "TypeError");
        expect(ending).to.have.nested.property("error.errorMessage", "no");
        const missing = declareFunction(world, region, "missing", "exports.other = 1;");
        expect(await invoke(missing)).to.have.nested.property(
            "error.errorType",
            "Runtime.HandlerNotFound",
        );
        const bundle = declareFunction(world, region, "bundle", 'require("commander");');
        expect(await invoke(bundle))
            .to.have.nested.property("error.errorMessage")
            .that.includes("Cannot find module 'commander'");
    });

    it("end a handler that takes too long, and serve the next", async () => {
        const arn = declareFunction(
            world,
            region,
            "f",
            "exports.handler = (event) => event.hang ? new Promise(() => setInterval(() => {}, 1000)) : Promise.resolve(1);",
            { timeout: 20 },
        );
        expect(await invoke(arn, { hang: true })).to.have.nested.property(
            "error.errorMessage",
            "Task timed out after 20.00 seconds",
        );
        expect(await invoke(arn)).to.eql({ ok: true, result: 1 });
    });

    it("use the AWS SDK that the runtime provides, from inside the region", async () => {
        const tables = new Tables(world, { metrics: small.metrics });
        const api = new ApiServer(world, [new DynamoDbApi(world, tables)]);
        world.declare("aws:dynamodb/table:Table", region, "decisions", {
            name: "decisions",
            hashKey: "pk",
            attributes: [{ name: "pk", type: "S" }],
        });
        await tables.start();
        await api.start();
        const arn = declareFunction(
            world,
            region,
            "f",
            `const { DynamoDBClient, PutItemCommand } = require("@aws-sdk/client-dynamodb");
             exports.handler = async () => {
                const client = new DynamoDBClient({ maxAttempts: 1 });
                await client.send(new PutItemCommand({ TableName: "decisions", Item: { pk: { S: "a" } } }));
             };`,
        );
        try {
            expect(await invoke(arn)).to.eql({ ok: true, result: null });
            expect(tables.itemCount(region, "decisions")).to.equal(1);
            expect(world.journal.since(0).at(-1)).to.include({
                caller: `region:${region}`,
                service: "dynamodb",
                action: "PutItem",
            });
        } finally {
            await small.messaging.stop();
            await api.stop();
            await tables.stop();
        }
    });

    it("turn embedded metrics into samples, and keep the log", async () => {
        const document = {
            _aws: {
                Timestamp: 1,
                CloudWatchMetrics: [
                    {
                        Namespace: "Meridian/Observer",
                        Dimensions: [["ObservedRegion", "ObserverRegion"]],
                        Metrics: [{ Name: "FailedProbePercent", Unit: "Percent" }],
                    },
                ],
            },
            ObservedRegion: "us-east-1",
            ObserverRegion: region,
            FailedProbePercent: 25,
        };
        const arn = declareFunction(
            world,
            region,
            "f",
            `exports.handler = async () => { console.log(${JSON.stringify(JSON.stringify(document))}); console.log("done"); };`,
        );
        await invoke(arn);
        expect(small.metrics.named("FailedProbePercent")).to.eql([
            {
                region,
                namespace: "Meridian/Observer",
                metric: "FailedProbePercent",
                dimensions: { ObservedRegion: "us-east-1", ObserverRegion: region },
                value: 25,
            },
        ]);
        const log = fs.readFileSync(
            path.join(world.home, "logs", `lambda-${region}-f.log`),
            "utf8",
        );
        expect(log).to.match(/^\S+Z .*FailedProbePercent.*\n\S+Z done\n$/);
    });

    it("refuse a service without a permission for what it acts for", () => {
        const arn = declareFunction(world, region, "f", "exports.handler = async () => 1;");
        permit(world, arn, "events.amazonaws.com", `${rule}-other`);
        expect(() =>
            small.messaging.functions.invokeAsync(arn, {}, "events.amazonaws.com", rule),
        ).to.throw("has no permission");
    });

    it("try an event three times, minutes apart, then put it in the dead letter queue", async () => {
        const dead = declareQueue(world, region, "dead", []);
        const role = declareRole(world, "f", "lambda.amazonaws.com", ["sqs:SendMessage"], dead);
        const arn = declareFunction(
            world,
            region,
            "f",
            'exports.handler = async () => { throw new Error("no"); };',
            { role, deadLetterConfig: { targetArn: dead } },
        );
        const before = world.clock.now();
        trigger(arn, { a: 1 });
        await world.until(() => small.messaging.queues.peek(dead).length > 0);
        expect(world.clock.now() - before).to.be.at.least(180_000);
        expect(small.metrics.named("Invocations")).to.have.length(3);
        expect(JSON.parse(small.messaging.queues.peek(dead)[0]?.body ?? "")).to.eql({ a: 1 });
    });

    it("keep the dead letter to itself when the function's role may not send it", async () => {
        const dead = declareQueue(world, region, "dead", []);
        const role = declareRole(world, "f", "lambda.amazonaws.com", ["sns:Publish"], "*");
        const arn = declareFunction(
            world,
            region,
            "f",
            'exports.handler = async () => { throw new Error("no"); };',
            { role, deadLetterConfig: { targetArn: dead } },
        );
        trigger(arn);
        await world.until(() => small.metrics.named("DeadLetterErrors").length > 0);
        expect(small.messaging.queues.peek(dead)).to.eql([]);
        expect(small.messaging.failures.list()[0]?.reason).to.include("sqs:SendMessage");
    });

    it("run no more at a time than is reserved, and the rest after", async () => {
        const arn = declareFunction(
            world,
            region,
            "f",
            "exports.handler = async () => new Promise((resolve) => setTimeout(resolve, 50));",
            { reservedConcurrentExecutions: 1 },
        );
        const endings = await Promise.all([invoke(arn), invoke(arn), invoke(arn)]);
        expect(endings.every(({ ok }) => ok)).to.equal(true);
        expect(small.metrics.named("Throttles")).to.have.length(2);
        const instances = small.metrics.named("Invocations").length;
        expect(instances).to.equal(3);
    });

    it("run nothing in a lost region, and what was lost with it again after", async () => {
        const arn = declareFunction(
            world,
            region,
            "f",
            "exports.handler = async () => new Promise((resolve) => setTimeout(resolve, 600_000));",
            { timeout: 900 },
        );
        trigger(arn);
        await world.clock.sleep(1000);
        world.faults.inject({ kind: "blackout", region });
        await world.clock.sleep(1_200_000);
        expect(small.metrics.named("Invocations")).to.have.length(1);
        expect(() => trigger(arn)).to.throw("no answer");
        world.faults.healAll();
        await world.until(() => small.metrics.named("Invocations").length === 2);
    });
});
