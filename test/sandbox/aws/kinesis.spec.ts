import { expect } from "chai";

import { streamType } from "../../../sandbox/aws/kinesis/stream";
import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "../support/account";
import { accountId } from "../support/fakeWorld";

const keyArn = `arn:aws:kms:eu-west-1:${accountId}:key/k`;

describe("Kinesis", () => {
    let account: Account;
    const base = { name: "orders", shardCount: 2 };

    beforeEach(() => {
        account = new Account();
        account.given("aws:kms/key:Key", "k", { arn: keyArn });
    });
    afterEach(() => account.close());

    const create = (inputs: Props = {}, region?: string) =>
        account.create(streamType, { ...base, ...inputs }, region);

    describe("a stream", () => {
        it("is known by its ARN, and keeps records for a day unless told otherwise", async () => {
            const { id, outputs } = await create();
            expect(id).to.equal(`arn:aws:kinesis:eu-west-1:${accountId}:stream/orders`);
            expect(outputs).to.deep.include({
                arn: id,
                encryptionType: "NONE",
                retentionPeriod: 24,
                maxRecordSizeInKib: 1024,
                streamModeDetails: { streamMode: "PROVISIONED" },
            });
        });

        const allowed: Readonly<Record<string, Props>> = {
            "a customer-managed key of its region": { encryptionType: "KMS", kmsKeyId: keyArn },
            "a year of retention": { retentionPeriod: 8760 },
            "metrics per shard": {
                shardLevelMetrics: ["IncomingBytes", "IteratorAgeMilliseconds"],
            },
            "capacity on demand": {
                shardCount: undefined,
                streamModeDetails: { streamMode: "ON_DEMAND" },
            },
            "records of 10 MiB": { maxRecordSizeInKib: 10_240 },
        };
        for (const [title, inputs] of Object.entries(allowed)) {
            it(`can have ${title}`, async () => {
                expect((await create(inputs)).outputs).to.deep.include(
                    JSON.parse(JSON.stringify(inputs)),
                );
            });
        }

        const refused: Readonly<Record<string, readonly [Props, RegExp]>> = {
            "a name with a slash": [{ name: "a/b" }, /name: 1 to 128 letters.* got "a\/b"/],
            "no shards": [{ shardCount: undefined }, /shardCount: must be at least 1 when/],
            "a shard count of 0": [{ shardCount: 0 }, /shardCount: .*from 1 .* got 0/],
            "shards on demand": [
                { streamModeDetails: { streamMode: "ON_DEMAND" } },
                /shardCount: shard_count must not be set when stream_mode is ON_DEMAND/,
            ],
            "an unknown mode": [
                { streamModeDetails: { streamMode: "AUTO" } },
                /streamModeDetails\.streamMode: must be one of PROVISIONED, ON_DEMAND/,
            ],
            "23 hours of retention": [
                { retentionPeriod: 23 },
                /retentionPeriod: must be a whole number from 24 to 8760, got 23/,
            ],
            "encryption without a key": [
                { encryptionType: "KMS" },
                /kmsKeyId: KMS Key Id required/,
            ],
            "an unknown encryption": [
                { encryptionType: "AES256" },
                /encryptionType: must be one of NONE, KMS/,
            ],
            "an unknown metric": [
                { shardLevelMetrics: ["Latency"] },
                /shardLevelMetrics: must be among IncomingBytes.* got "Latency"/,
            ],
            "warm throughput for shards": [
                { warmThroughputMibPs: 10 },
                /warmThroughputMibPs: only allowed when stream_mode is ON_DEMAND/,
            ],
            "records of 20 MiB": [
                { maxRecordSizeInKib: 20_480 },
                /maxRecordSizeInKib: must be a whole number from 1024 to 10240/,
            ],
        };
        for (const [title, [inputs, expected]] of Object.entries(refused)) {
            it(`cannot have ${title}`, () => {
                expect(account.failures(streamType, { ...base, ...inputs }).join()).to.match(
                    expected,
                );
            });
        }

        it("cannot have the name of another in its region", async () => {
            await create();
            expect(await refusal(create())).to.match(
                /ResourceInUseException.*Stream orders under account 111122223333 already exists/,
            );
            expect((await create({}, "us-east-1")).outputs.region).to.equal("us-east-1");
        });

        it("cannot have a key of another region", async () => {
            const encrypted = { encryptionType: "KMS", kmsKeyId: keyArn };
            expect(await refusal(create(encrypted, "us-east-1"))).to.match(/KMSNotFoundException/);
        });

        it("can double and halve its shards, and do no more in one step", async () => {
            const made = await create();
            const doubled = await account.update(streamType, made, { ...base, shardCount: 4 });
            expect(doubled.outputs.shardCount).to.equal(4);
            for (const shardCount of [9, 1]) {
                expect(
                    await refusal(account.update(streamType, doubled, { ...base, shardCount })),
                ).to.match(/more than double or down to less than half .* of 4, got/);
            }
        });
    });
});
