import { expect } from "chai";

import { queueType } from "../../../sandbox/aws/sqs/queue";
import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "../support/account";
import { accountId } from "../support/fakeWorld";

const policyType = "aws:sqs/queuePolicy:QueuePolicy";
const url = `https://sqs.eu-west-1.amazonaws.com/${accountId}/jobs`;

function policy(principal: object): string {
    return JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            { Effect: "Allow", Principal: principal, Action: "sqs:SendMessage", Resource: "*" },
        ],
    });
}

describe("SQS", () => {
    let account: Account;

    beforeEach(() => (account = new Account()));
    afterEach(() => account.close());

    const queue = (inputs: Props = {}) => account.create(queueType, { name: "jobs", ...inputs });

    it("is its URL, with AWS's defaults", async () => {
        const { id, outputs } = await queue();
        expect(id).to.equal(url);
        expect(outputs).to.include({
            url,
            arn: `arn:aws:sqs:eu-west-1:${accountId}:jobs`,
            visibilityTimeoutSeconds: 30,
            messageRetentionSeconds: 345_600,
            sqsManagedSseEnabled: true,
        });
    });

    const ranges: Readonly<Record<string, readonly [number, number]>> = {
        delaySeconds: [0, 900],
        maxMessageSize: [1024, 1_048_576],
        messageRetentionSeconds: [60, 1_209_600],
        receiveWaitTimeSeconds: [0, 20],
        visibilityTimeoutSeconds: [0, 43_200],
        kmsDataKeyReusePeriodSeconds: [60, 86_400],
    };
    for (const [property, [low, high]] of Object.entries(ranges)) {
        it(`keeps ${property} from ${low} to ${high}`, () => {
            for (const value of [low, high]) {
                expect(account.failures(queueType, { [property]: value })).to.deep.equal([]);
            }
            for (const value of [low - 1, high + 1, low + 0.5]) {
                expect(account.failures(queueType, { [property]: value })).to.deep.equal([
                    `${property}: must be a whole number from ${low} to ${high}, got ${value}`,
                ]);
            }
        });
    }

    const malformed: Readonly<Record<string, readonly [Props, RegExp]>> = {
        "a name that is too long": [{ name: "q".repeat(81) }, /up to 80 letters/],
        "a FIFO queue without .fifo": [{ name: "q", fifoQueue: true }, /ends in .fifo/],
        "two kinds of encryption": [
            { kmsMasterKeyId: "k", sqsManagedSseEnabled: true },
            /You can use one type of server-side encryption/,
        ],
        "a FIFO property on a standard queue": [
            { fifoThroughputLimit: "perQueue" },
            /only allowed for a FIFO queue/,
        ],
        "a redrive policy without a count": [
            { redrivePolicy: JSON.stringify({ deadLetterTargetArn: "x" }) },
            /maxReceiveCount from 1 to 1000/,
        ],
        "a redrive policy that is not JSON": [{ redrivePolicy: "{" }, /must be JSON/],
    };
    for (const [title, [inputs, expected]] of Object.entries(malformed)) {
        it(`refuses ${title}`, () => {
            expect(account.failures(queueType, inputs).join("; ")).to.match(expected);
        });
    }

    it("is there once in a region", async () => {
        await queue();
        expect(await refusal(queue())).to.contain("QueueAlreadyExists");
        await queue({ region: "us-east-1" });
    });

    it("hands on to a dead letter queue of its own region", async () => {
        const dead = await queue({ name: "dead" });
        const to = (arn: unknown) => ({
            redrivePolicy: JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 3 }),
        });
        await queue(to(dead.outputs.arn));
        const elsewhere = await queue({ name: "dead", region: "us-east-1" });
        expect(await refusal(queue({ name: "more", ...to(elsewhere.outputs.arn) }))).to.contain(
            "Dead letter target does not exist",
        );
    });

    it("is encrypted with a key that is there", async () => {
        expect(await refusal(queue({ kmsMasterKeyId: "none" }))).to.contain(
            "KMS.NotFoundException",
        );
        account.given("aws:kms/key:Key", "k", { keyId: "k" });
        await queue({ kmsMasterKeyId: "k" });
    });

    it("has a policy that is one, and takes it with it", async () => {
        const put = (document: string) =>
            account.create(policyType, { queueUrl: url, policy: document });
        const service = { Service: "sns.amazonaws.com" };
        expect(await refusal(put(policy(service)))).to.contain(
            "The specified queue does not exist",
        );
        const made = await queue();
        expect(await refusal(put("{"))).to.contain("InvalidAttributeValue");
        const stranger = { AWS: `arn:aws:iam::${accountId}:role/nobody` };
        expect(await refusal(put(policy(stranger)))).to.contain("invalid principal");
        await put(policy(service));
        await account.delete(queueType, made);
        expect(account.world.store.list(policyType)).to.deep.equal([]);
    });
});
