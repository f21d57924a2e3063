import { expect } from "chai";

import { ApiServer } from "../../../../sandbox/world/api/server";
import { SqsApi } from "../../../../sandbox/world/api/sqs";
import { Queues } from "../../../../sandbox/world/queues/queues";
import { declareQueue } from "../../../support/smallMessaging";
import { signedRequest } from "../../../support/signedRequest";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../../support/smallWorld";

const region = "eu-west-1";

describe("queues", () => {
    let world: SmallWorld;
    let metrics: RecordedMetrics;
    let queues: Queues;
    let api: ApiServer;

    beforeEach(async () => {
        world = await smallWorld();
        metrics = new RecordedMetrics();
        queues = new Queues(world, { metrics });
        api = new ApiServer(world, [new SqsApi(world, queues)]);
        await queues.start();
        await api.start();
    });

    afterEach(async () => {
        await api.stop();
        await queues.stop();
        world.end();
    });

    async function call(action: string, input: object): Promise<Record<string, unknown>> {
        const { text } = await signedRequest(world, {
            service: "sqs",
            region,
            method: "POST",
            path: "/",
            body: JSON.stringify(input),
            headers: {
                "content-type": "application/x-amz-json-1.0",
                "x-amz-target": `AmazonSQS.${action}`,
            },
        });
        return JSON.parse(text) as Record<string, unknown>;
    }

    it("hide a received message until its visibility timeout, and delete it by its handle", async () => {
        declareQueue(world, region, "q", [], { visibilityTimeoutSeconds: 30 });
        const QueueUrl = (await call("GetQueueUrl", { QueueName: "q" }))["QueueUrl"];
        await call("SendMessage", { QueueUrl, MessageBody: "hello" });
        const receive = async (): Promise<{ Body: string; ReceiptHandle: string }[]> =>
            ((await call("ReceiveMessage", { QueueUrl }))["Messages"] ?? []) as {
                Body: string;
                ReceiptHandle: string;
            }[];
        const [first] = await receive();
        expect(first?.Body).to.equal("hello");
        expect(await receive()).to.eql([]);
        await world.clock.sleep(31_000);
        const [again] = await receive();
        expect(again?.Body).to.equal("hello");
        await call("DeleteMessage", { QueueUrl, ReceiptHandle: first?.ReceiptHandle });
        expect(queues.peek(`arn:aws:sqs:${region}:111122223333:q`)).to.have.length(1);
        await call("DeleteMessage", { QueueUrl, ReceiptHandle: again?.ReceiptHandle });
        expect(queues.peek(`arn:aws:sqs:${region}:111122223333:q`)).to.eql([]);
    });

    it("move a message that was received too often to the dead letter queue", async () => {
        const dead = declareQueue(world, region, "dead", []);
        const arn = declareQueue(world, region, "q", [], {
            redrivePolicy: JSON.stringify({ deadLetterTargetArn: dead, maxReceiveCount: 2 }),
        });
        queues.put(arn, "poison");
        for (let i = 0; i < 3; i++) {
            await world.clock.io(() => queues.receive(arn, 1, 0, 0));
        }
        expect(queues.peek(arn)).to.eql([]);
        expect(queues.peek(dead)[0]?.body).to.equal("poison");
    });

    it("wait for a message in world time", async () => {
        const arn = declareQueue(world, region, "q", []);
        world.clock.after(8000, () => queues.put(arn, "late"));
        const before = world.clock.now();
        const received = await world.clock.io(() => queues.receive(arn, 1, undefined, 20));
        expect(received[0]?.body).to.equal("late");
        expect(world.clock.now() - before).to.be.within(8000, 10_000);
    });

    it("delay and expire messages by world time", async () => {
        const arn = declareQueue(world, region, "q", [], {
            delaySeconds: 60,
            messageRetentionSeconds: 120,
        });
        queues.put(arn, "m");
        expect(queues.counts(arn)).to.eql({ visible: 0, delayed: 1, inFlight: 0 });
        await world.clock.sleep(61_000);
        expect(queues.counts(arn)).to.eql({ visible: 1, delayed: 0, inFlight: 0 });
        await world.clock.sleep(60_000);
        expect(await world.clock.io(() => queues.receive(arn, 1, 0, 0))).to.eql([]);
    });

    it("let a service send only where the policy says so", () => {
        const arn = declareQueue(world, region, "q", ["sns.amazonaws.com"]);
        queues.send(arn, "m", "sns.amazonaws.com", "arn:aws:sns:eu-west-1:111122223333:t");
        expect(() =>
            queues.send(arn, "m", "events.amazonaws.com", "arn:aws:events:eu-west-1:1:rule/r"),
        ).to.throw("does not let events.amazonaws.com send");
        expect(queues.peek(arn)).to.have.length(1);
    });

    it("publish how many messages wait", async () => {
        const arn = declareQueue(world, region, "q", []);
        queues.put(arn, "m");
        await world.clock.sleep(61_000);
        expect(metrics.named("ApproximateNumberOfMessagesVisible")[0]).to.include({
            region,
            value: 1,
        });
    });

    it("say that a queue does not exist", async () => {
        const error = await call("GetQueueUrl", { QueueName: "nothing" });
        expect(error["__type"]).to.include("NonExistentQueue");
    });
});
