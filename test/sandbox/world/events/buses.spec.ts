import { expect } from "chai";

import type { BusEvent } from "../../../../sandbox/world/world";
import {
    accountId,
    declareFunction,
    declareQueue,
    declareRole,
    declareRule,
    declareTopic,
    permit,
    startMessaging,
    type SmallMessaging,
} from "../../../support/smallMessaging";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";

const pattern = { eventPattern: JSON.stringify({ source: ["aws.cloudwatch"] }) };
const busArn = (region: string): string =>
    `arn:aws:events:${region}:${accountId}:event-bus/default`;

describe("event buses", () => {
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

    function event(region: string): BusEvent {
        return {
            id: "1",
            source: "aws.cloudwatch",
            "detail-type": "CloudWatch Alarm State Change",
            account: accountId,
            time: new Date(world.clock.now()).toISOString(),
            region,
            resources: [],
            detail: { alarmName: "a", state: { value: "ALARM" } },
        };
    }

    const bodies = (arn: string): readonly unknown[] =>
        small.messaging.queues.peek(arn).map(({ body }) => JSON.parse(body) as unknown);

    it("deliver a matching event to a queue, in EventBridge's envelope", async () => {
        const queue = declareQueue(world, "eu-west-1", "q", ["events.amazonaws.com"]);
        declareRule(world, "eu-west-1", "alarms", pattern, { arn: queue });
        const sent = event("eu-west-1");
        small.messaging.buses.put("eu-west-1", sent);
        small.messaging.buses.put("eu-west-1", { ...sent, source: "aws.ec2" });
        small.messaging.buses.put("us-east-1", sent);
        await world.clock.sleep(2000);
        expect(bodies(queue)).to.eql([{ version: "0", ...sent }]);
    });

    it("send what the target makes of the event", async () => {
        const queue = declareQueue(world, "eu-west-1", "q", ["events.amazonaws.com"]);
        declareRule(world, "eu-west-1", "alarms", pattern, {
            arn: queue,
            inputTransformer: {
                inputPaths: { alarm: "$.detail.alarmName", state: "$.detail.state" },
                inputTemplate: '{"text": "alarm <alarm>", "state": <state>}',
            },
        });
        small.messaging.buses.put("eu-west-1", event("eu-west-1"));
        await world.clock.sleep(2000);
        expect(bodies(queue)).to.eql([{ text: "alarm a", state: { value: "ALARM" } }]);
    });

    it("forward to another region's bus with the role for it, once", async () => {
        const queue = declareQueue(world, "us-east-1", "q", ["events.amazonaws.com"]);
        declareRule(world, "us-east-1", "local", pattern, { arn: queue });
        const roleArn = declareRole(
            world,
            "forwarder",
            "events.amazonaws.com",
            ["events:PutEvents"],
            "arn:aws:events:*:111122223333:event-bus/default",
        );
        for (const [from, to] of [
            ["eu-west-1", "us-east-1"],
            ["us-east-1", "eu-west-1"],
        ] as const) {
            declareRule(world, from, "forward", pattern, { arn: busArn(to), roleArn });
        }
        small.messaging.buses.put("eu-west-1", event("eu-west-1"));
        await world.clock.sleep(60_000);
        expect(bodies(queue)).to.have.length(1);
        expect(bodies(queue)[0]).to.include({ region: "eu-west-1" });
        expect(small.messaging.failures.list()).to.eql([]);
    });

    it("refuse to forward with a role that does not allow it, and put the event in the dead letter queue", async () => {
        const dead = declareQueue(world, "eu-west-1", "dead", ["events.amazonaws.com"]);
        const roleArn = declareRole(
            world,
            "forwarder",
            "events.amazonaws.com",
            ["events:PutEvents"],
            busArn("ap-south-1"),
        );
        const rule = declareRule(world, "eu-west-1", "forward", pattern, {
            arn: busArn("us-east-1"),
            roleArn,
            deadLetterConfig: { arn: dead },
        });
        small.messaging.buses.put("eu-west-1", event("eu-west-1"));
        await world.clock.sleep(2000);
        expect(bodies(dead)).to.have.length(1);
        expect(small.messaging.failures.list()[0]).to.include({
            from: rule,
            to: busArn("us-east-1"),
        });
    });

    it("keep an event for a region that is lost, and deliver it once after", async () => {
        const queue = declareQueue(world, "us-east-1", "q", ["events.amazonaws.com"]);
        declareRule(world, "us-east-1", "local", pattern, { arn: queue });
        const roleArn = declareRole(
            world,
            "forwarder",
            "events.amazonaws.com",
            ["events:PutEvents"],
            "*",
        );
        declareRule(world, "eu-west-1", "forward", pattern, { arn: busArn("us-east-1"), roleArn });
        world.faults.inject({ kind: "blackout", region: "us-east-1" });
        small.messaging.buses.put("eu-west-1", event("eu-west-1"));
        await world.clock.sleep(600_000);
        expect(bodies(queue)).to.eql([]);
        world.faults.healAll();
        await world.clock.sleep(120_000);
        expect(bodies(queue)).to.have.length(1);
    });

    it("give an event up once it is too old, and put it in the dead letter queue", async () => {
        const dead = declareQueue(world, "eu-west-1", "dead", ["events.amazonaws.com"]);
        const roleArn = declareRole(
            world,
            "forwarder",
            "events.amazonaws.com",
            ["events:PutEvents"],
            "*",
        );
        declareRule(world, "eu-west-1", "forward", pattern, {
            arn: busArn("us-east-1"),
            roleArn,
            deadLetterConfig: { arn: dead },
            retryPolicy: { maximumEventAgeInSeconds: 300, maximumRetryAttempts: 185 },
        });
        world.faults.inject({ kind: "blackout", region: "us-east-1" });
        small.messaging.buses.put("eu-west-1", event("eu-west-1"));
        await world.clock.sleep(240_000);
        expect(bodies(dead)).to.eql([]);
        await world.clock.sleep(120_000);
        expect(bodies(dead)).to.have.length(1);
    });

    it("run a schedule in world time, and not in a lost region", async () => {
        const queue = declareQueue(world, "eu-west-1", "q", ["events.amazonaws.com"]);
        const rule = declareRule(
            world,
            "eu-west-1",
            "tick",
            { scheduleExpression: "rate(1 minute)" },
            { arn: queue },
        );
        await world.clock.sleep(185_000);
        expect(bodies(queue)).to.have.length(3);
        expect(bodies(queue)[0]).to.include({ source: "aws.events", region: "eu-west-1" });
        expect(bodies(queue)[0]).to.have.deep.property("resources", [rule]);
        world.faults.inject({ kind: "blackout", region: "eu-west-1" });
        await world.clock.sleep(300_000);
        world.faults.healAll();
        expect(bodies(queue)).to.have.length(3);
        world.store.delete("aws:cloudwatch/eventRule:EventRule", "eu-west-1", "tick");
        await world.clock.sleep(300_000);
        expect(bodies(queue)).to.have.length(3);
    });

    it("publish to a topic and invoke a function that permit it", async () => {
        const topic = declareTopic(world, "eu-west-1", "t", ["events.amazonaws.com"]);
        declareRule(world, "eu-west-1", "to-topic", pattern, { arn: topic });
        const queue = declareQueue(world, "eu-west-1", "q", []);
        const name = declareFunction(
            world,
            "eu-west-1",
            "f",
            "exports.handler = async (event) => console.log(event.detail.alarmName);",
        );
        const rule = declareRule(world, "eu-west-1", "to-function", pattern, { arn: name });
        declareRule(world, "eu-west-1", "to-queue", pattern, { arn: queue });
        permit(world, name, "events.amazonaws.com", rule);
        small.messaging.buses.put("eu-west-1", event("eu-west-1"));
        await world.until(() => small.metrics.named("Duration").length > 0);
        expect(small.messaging.topics.published()).to.have.length(1);
        // The queue's policy lets nobody in.
        expect(small.messaging.failures.list().map(({ to }) => to)).to.eql([queue]);
    });

    it("keep what a target refuses, until it is mended and the dead letter is sent again", async () => {
        const dead = declareQueue(world, "eu-west-1", "dead", ["events.amazonaws.com"]);
        const queue = declareQueue(world, "eu-west-1", "q", []);
        const rule = declareRule(world, "eu-west-1", "alarms", pattern, {
            arn: queue,
            deadLetterConfig: { arn: dead },
        });
        const { buses, queues, failures } = small.messaging;
        const sent = event("eu-west-1");
        buses.put("eu-west-1", sent);
        await world.clock.sleep(2000);
        expect(failures.kept().map(({ from, queueArn }) => [from, queueArn])).to.eql([
            [rule, dead],
        ]);
        expect(failures.kept(world.clock.now() + 1)).to.eql([]);
        declareQueue(world, "eu-west-1", "q", ["events.amazonaws.com"]);
        for (const { body, receiptHandle } of await queues.receive(dead, 10, 30, 0)) {
            buses.put("eu-west-1", JSON.parse(body) as BusEvent);
            queues.open(dead).delete(receiptHandle);
        }
        await world.clock.sleep(2000);
        expect(bodies(queue)).to.eql([{ version: "0", ...sent }]);
        expect(bodies(dead)).to.eql([]);
    });
});
