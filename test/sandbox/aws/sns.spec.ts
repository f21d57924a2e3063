import { expect } from "chai";

import { topicType } from "../../../sandbox/aws/sns/topic";
import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "../support/account";
import { accountId } from "../support/fakeWorld";

const policyType = "aws:sns/topicPolicy:TopicPolicy";
const subscriptionType = "aws:sns/topicSubscription:TopicSubscription";
const topicArn = `arn:aws:sns:eu-west-1:${accountId}:notices`;
const queueArn = `arn:aws:sqs:eu-west-1:${accountId}:queue`;

function policy(statement: object = {}): string {
    const base = {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sns:Publish",
        Resource: topicArn,
    };
    return JSON.stringify({ Version: "2012-10-17", Statement: [{ ...base, ...statement }] });
}

describe("SNS", () => {
    let account: Account;

    beforeEach(() => (account = new Account()));
    afterEach(() => account.close());

    const topic = (inputs: Props = {}) => account.create(topicType, { name: "notices", ...inputs });

    describe("a topic", () => {
        it("is its ARN", async () => {
            const { id, outputs } = await topic();
            expect(id).to.equal(topicArn);
            expect(outputs).to.include({ arn: topicArn, owner: accountId });
        });

        const malformed: Readonly<Record<string, readonly [Props, RegExp]>> = {
            "a name with a space": [{ name: "a b" }, /a topic's name has/],
            "a FIFO topic without .fifo": [{ name: "a", fifoTopic: true }, /ends in .fifo/],
            "a third signature version": [{ signatureVersion: 3 }, /from 1 to 2, got 3/],
            "a sample rate of 101": [
                { sqsSuccessFeedbackSampleRate: 101 },
                /from 0 to 100, got 101/,
            ],
            "a very long display name": [
                { displayName: "x".repeat(101) },
                /at most 100 characters/,
            ],
            "deduplication of a standard topic": [
                { contentBasedDeduplication: true },
                /only allowed for a FIFO topic/,
            ],
            "an unknown tracing mode": [{ tracingConfig: "Full" }, /tracingConfig: must be one of/],
        };
        for (const [title, [inputs, expected]] of Object.entries(malformed)) {
            it(`refuses ${title}`, () => {
                expect(account.failures(topicType, inputs).join("; ")).to.match(expected);
            });
        }

        it("takes a FIFO name where it is one", async () => {
            await topic({ name: "a.fifo", fifoTopic: true, contentBasedDeduplication: true });
        });

        it("is encrypted with a key of its own region, or AWS's", async () => {
            account.given("aws:kms/key:Key", "k", { keyId: "k" });
            expect(await refusal(topic({ kmsMasterKeyId: "none" }))).to.contain("InvalidParameter");
            await topic({ name: "a", kmsMasterKeyId: "k" });
            await topic({ name: "b", kmsMasterKeyId: "alias/aws/sns" });
        });

        it("takes its policy and its subscriptions with it", async () => {
            const made = await topic();
            await account.create(policyType, { arn: topicArn, policy: policy() });
            await account.create(subscriptionType, {
                topic: topicArn,
                protocol: "sqs",
                endpoint: queueArn,
            });
            await account.delete(topicType, made);
            const left = [topicType, policyType, subscriptionType].flatMap((type) =>
                account.world.store.list(type),
            );
            expect(left).to.deep.equal([]);
        });
    });

    describe("a topic policy", () => {
        const put = (document: string) =>
            account.create(policyType, { arn: topicArn, policy: document });

        it("needs its topic", async () => {
            expect(await refusal(put(policy()))).to.contain("NotFound: Topic does not exist");
            await topic();
            await put(policy());
        });

        for (const [title, document, expected] of [
            ["not JSON", "{", "Policy Error"],
            [
                "about another service",
                policy({ Action: "s3:GetObject" }),
                "action out of service scope",
            ],
            [
                "for a role that does not exist",
                policy({ Principal: { AWS: `arn:aws:iam::${accountId}:role/nobody` } }),
                "PrincipalNotFound",
            ],
        ] as const) {
            it(`is refused when it is ${title}`, async () => {
                await topic();
                expect(await refusal(put(document))).to.contain(expected);
            });
        }
    });

    describe("a subscription", () => {
        const subscribe = (protocol: string, endpoint: string, inputs: Props = {}) =>
            account.create(subscriptionType, { topic: topicArn, protocol, endpoint, ...inputs });

        it("is confirmed where the endpoint is AWS's own", async () => {
            await topic();
            const queue = await subscribe("sqs", queueArn, { rawMessageDelivery: true });
            expect(queue.id).to.match(new RegExp(`^${topicArn}:[0-9a-f-]{36}$`));
            expect(queue.outputs.pendingConfirmation).to.equal(false);
            const mail = await subscribe("email", "ops@example.com");
            expect(mail.outputs.pendingConfirmation).to.equal(true);
        });

        it("needs its topic, in its own region", async () => {
            expect(await refusal(subscribe("sqs", queueArn))).to.contain("Topic does not exist");
            const elsewhere = topicArn.replace("eu-west-1", "us-east-1");
            expect(await refusal(subscribe("sqs", queueArn, { topic: elsewhere }))).to.contain(
                "Invalid parameter: TopicArn",
            );
        });

        const malformed: Readonly<Record<string, readonly [Props, RegExp]>> = {
            "an unknown protocol": [
                { protocol: "pigeon", endpoint: "x" },
                /protocol: must be one of/,
            ],
            "a queue's URL": [
                { protocol: "sqs", endpoint: "https://sqs/queue" },
                /Invalid parameter: SQS endpoint ARN/,
            ],
            "a function's name": [
                { protocol: "lambda", endpoint: "handler" },
                /Invalid parameter: Lambda endpoint ARN/,
            ],
            "http to https": [
                { protocol: "http", endpoint: "https://example.com" },
                /Endpoint must match the specified protocol/,
            ],
            "an address that is none": [{ protocol: "email", endpoint: "ops" }, /Email address/],
            "raw delivery to a function": [
                {
                    protocol: "lambda",
                    endpoint: `arn:aws:lambda:eu-west-1:${accountId}:function:f`,
                    rawMessageDelivery: true,
                },
                /does not support raw message delivery/,
            ],
            "a filter that is not JSON": [
                { protocol: "sqs", endpoint: queueArn, filterPolicy: "{" },
                /failed to parse JSON/,
            ],
        };
        for (const [title, [inputs, expected]] of Object.entries(malformed)) {
            it(`refuses ${title}`, () => {
                const failures = account.failures(subscriptionType, { topic: topicArn, ...inputs });
                expect(failures.join("; ")).to.match(expected);
            });
        }
    });
});
