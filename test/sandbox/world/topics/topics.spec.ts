import { ListTopicsCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { expect } from "chai";

import { ApiServer } from "../../../../sandbox/world/api/server";
import { SnsApi } from "../../../../sandbox/world/api/sns";
import {
    accountId,
    declareFunction,
    declareQueue,
    declareTopic,
    permit,
    startMessaging,
    subscribe,
    type SmallMessaging,
} from "../../../support/smallMessaging";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";

const region = "eu-west-1";
const alarmArn = `arn:aws:cloudwatch:${region}:${accountId}:alarm:a`;

describe("topics", () => {
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

    const publish = (topic: string): string =>
        small.messaging.topics.publish(
            topic,
            "{}",
            "subject",
            "cloudwatch.amazonaws.com",
            alarmArn,
        );

    function declareKey(services: readonly string[]): string {
        const arn = `arn:aws:kms:${region}:${accountId}:key/k`;
        world.declare(
            "aws:kms/key:Key",
            region,
            "k",
            {
                policy: JSON.stringify({
                    Version: "2012-10-17",
                    Statement: [
                        {
                            Effect: "Allow",
                            Principal: { AWS: `arn:aws:iam::${accountId}:root` },
                            Action: "kms:*",
                            Resource: "*",
                        },
                        ...services.map((Service) => ({
                            Effect: "Allow",
                            Principal: { Service },
                            Action: ["kms:GenerateDataKey*", "kms:Decrypt"],
                            Resource: "*",
                        })),
                    ],
                }),
            },
            { arn, keyId: "k" },
        );
        return arn;
    }

    it("deliver to a queue in SNS's envelope, or raw", async () => {
        const topic = declareTopic(world, region, "t", ["cloudwatch.amazonaws.com"]);
        const wrapped = declareQueue(world, region, "wrapped", ["sns.amazonaws.com"]);
        const raw = declareQueue(world, region, "raw", ["sns.amazonaws.com"]);
        subscribe(world, topic, "sqs", wrapped);
        subscribe(world, topic, "sqs", raw, { rawMessageDelivery: true });
        const id = publish(topic);
        await world.clock.sleep(2000);
        expect(small.messaging.queues.peek(raw)[0]?.body).to.equal("{}");
        expect(JSON.parse(small.messaging.queues.peek(wrapped)[0]?.body ?? "")).to.include({
            Type: "Notification",
            MessageId: id,
            TopicArn: topic,
            Subject: "subject",
            Message: "{}",
        });
    });

    it("refuse a service that the policy does not name, and lose its message", () => {
        const topic = declareTopic(world, region, "t", ["events.amazonaws.com"]);
        expect(publish(topic)).to.equal("");
        expect(small.messaging.topics.published()).to.eql([]);
        expect(small.messaging.failures.list()[0]).to.include({ from: alarmArn, to: topic });
    });

    it("let a topic policy replace the topic's own", () => {
        const topic = declareTopic(world, region, "t", ["cloudwatch.amazonaws.com"]);
        world.declare("aws:sns/topicPolicy:TopicPolicy", region, topic, {
            arn: topic,
            policy: JSON.stringify({
                Version: "2012-10-17",
                Statement: [
                    {
                        Effect: "Allow",
                        Principal: { Service: "cloudwatch.amazonaws.com" },
                        Action: "sns:Publish",
                        Resource: topic,
                        Condition: { ArnLike: { "aws:SourceArn": `${alarmArn}-other` } },
                    },
                ],
            }),
        });
        expect(publish(topic)).to.equal("");
    });

    it("let alarms in, but not events, by SNS's default policy", () => {
        const topic = declareTopic(world, region, "t", [], {
            policy: JSON.stringify({
                Version: "2008-10-17",
                Statement: [
                    {
                        Effect: "Allow",
                        Principal: { AWS: "*" },
                        Action: "SNS:Publish",
                        Resource: `arn:aws:sns:${region}:${accountId}:t`,
                        Condition: { StringEquals: { "AWS:SourceOwner": accountId } },
                    },
                ],
            }),
        });
        expect(publish(topic)).to.not.equal("");
        expect(
            small.messaging.topics.publish(topic, "{}", undefined, "events.amazonaws.com"),
        ).to.equal("");
    });

    it("lose an alarm when the topic's key does not let CloudWatch use it", () => {
        const kmsMasterKeyId = declareKey([]);
        const topic = declareTopic(world, region, "t", ["cloudwatch.amazonaws.com"], {
            kmsMasterKeyId,
        });
        expect(publish(topic)).to.equal("");
        expect(small.messaging.failures.list()[0]?.reason).to.include("KMSAccessDenied");
        declareKey(["cloudwatch.amazonaws.com"]);
        expect(publish(topic)).to.not.equal("");
    });

    it("lose an alarm under AWS's own key", () => {
        const topic = declareTopic(world, region, "t", ["cloudwatch.amazonaws.com"], {
            kmsMasterKeyId: "alias/aws/sns",
        });
        expect(publish(topic)).to.equal("");
    });

    it("filter by attributes or body", async () => {
        const topic = declareTopic(world, region, "t", []);
        const filters = {
            byAttribute: { filterPolicy: JSON.stringify({ kind: ["evacuate"] }) },
            byBody: {
                filterPolicy: JSON.stringify({ decision: [{ prefix: "rec" }] }),
                filterPolicyScope: "MessageBody",
            },
        };
        for (const [name, filter] of Object.entries(filters)) {
            subscribe(
                world,
                topic,
                "sqs",
                declareQueue(world, region, name, ["sns.amazonaws.com"]),
                filter,
            );
        }
        const { topics, queues } = small.messaging;
        topics.accept(topic, '{"decision":"evacuate"}', undefined, "test", {
            kind: { type: "String", value: "evacuate" },
        });
        topics.accept(topic, '{"decision":"recovered"}', undefined, "test");
        await world.clock.sleep(2000);
        const arn = (name: string): string => `arn:aws:sqs:${region}:${accountId}:${name}`;
        expect(queues.peek(arn("byAttribute"))[0]?.body).to.include("evacuate");
        expect(queues.counts(arn("byAttribute")).visible).to.equal(1);
        expect(queues.peek(arn("byBody"))[0]?.body).to.include("recovered");
        expect(queues.counts(arn("byBody")).visible).to.equal(1);
    });

    it("deliver to a function of another region after its outage", async () => {
        const topic = declareTopic(world, region, "t", []);
        const name = declareFunction(
            world,
            "us-east-1",
            "f",
            "exports.handler = async (event) => console.log(event.Records[0].Sns.Message);",
        );
        permit(world, name, "sns.amazonaws.com", topic);
        subscribe(world, topic, "lambda", name);
        world.faults.inject({ kind: "blackout", region: "us-east-1" });
        small.messaging.topics.accept(topic, "hello", undefined, "test");
        await world.clock.sleep(120_000);
        expect(small.metrics.named("Invocations")).to.eql([]);
        world.faults.healAll();
        await world.until(() => small.metrics.named("Duration").length > 0);
        expect(small.metrics.named("Invocations")).to.have.length(1);
    });

    it("take messages from the AWS SDK, and answer its errors", async () => {
        const api = new ApiServer(world, [new SnsApi(world, small.messaging.topics)]);
        await api.start();
        const client = new SNSClient({
            region,
            endpoint: api.url,
            credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
            maxAttempts: 1,
        });
        try {
            const topic = declareTopic(world, region, "t", []);
            const { MessageId } = await world.clock.io(() =>
                client.send(
                    new PublishCommand({
                        TopicArn: topic,
                        Message: "<hello & bye>",
                        MessageAttributes: { a: { DataType: "String", StringValue: "b" } },
                    }),
                ),
            );
            expect(small.messaging.topics.published()[0]).to.include({
                id: MessageId,
                message: "<hello & bye>",
                publisher: "operator",
            });
            const { Topics } = await world.clock.io(() => client.send(new ListTopicsCommand({})));
            expect(Topics).to.eql([{ TopicArn: topic }]);
            const error = await world.clock
                .io(() => client.send(new PublishCommand({ TopicArn: `${topic}x`, Message: "m" })))
                .catch((reason: Error) => reason);
            expect(error).to.have.property("name", "NotFoundException");
            expect(world.journal.since(0).at(-1)).to.include({
                caller: "operator",
                plane: "data",
                service: "sns",
                action: "Publish",
                region,
                outcome: "refused",
            });
        } finally {
            client.destroy();
            await api.stop();
        }
    });
});
