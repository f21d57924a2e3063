import { expect } from "chai";

import type { Props } from "../../../sandbox/world/store";
import { Account, givenRole, refusal } from "../support/account";
import { accountId } from "../support/fakeWorld";

const keyType = "aws:kms/key:Key";
const aliasType = "aws:kms/alias:Alias";

function policy(...statements: readonly object[]): string {
    return JSON.stringify({
        Version: "2012-10-17",
        Statement: statements.map((statement) => ({
            Effect: "Allow",
            Resource: "*",
            ...statement,
        })),
    });
}

const administration = {
    Principal: { AWS: `arn:aws:iam::${accountId}:root` },
    Action: "kms:*",
};

describe("KMS", () => {
    let account: Account;

    beforeEach(() => (account = new Account()));
    afterEach(() => account.close());

    const key = (inputs: Props = {}) => account.create(keyType, inputs);

    it("makes a key that its account can manage", async () => {
        const { id, outputs } = await key({ enableKeyRotation: true });
        expect(id).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        expect(outputs).to.include({
            keyId: id,
            arn: `arn:aws:kms:eu-west-1:${accountId}:key/${id}`,
            rotationPeriodInDays: 365,
            isEnabled: true,
        });
        expect(outputs.policy).to.contain(`${accountId}:root`);
        expect((await key({ multiRegion: true })).id).to.match(/^mrk-[0-9a-f]{32}$/);
    });

    const malformed: Readonly<Record<string, readonly [Props, RegExp]>> = {
        "a deletion window of 6 days": [{ deletionWindowInDays: 6 }, /from 7 to 30, got 6/],
        "a deletion window of 31 days": [{ deletionWindowInDays: 31 }, /from 7 to 30, got 31/],
        "rotation every 89 days": [
            { enableKeyRotation: true, rotationPeriodInDays: 89 },
            /from 90 to 2560, got 89/,
        ],
        "a rotation period without rotation": [
            { enableKeyRotation: false, rotationPeriodInDays: 100 },
            /needs enableKeyRotation/,
        ],
        "rotation of an asymmetric key": [
            { enableKeyRotation: true, customerMasterKeySpec: "RSA_2048" },
            /automatic rotation needs a symmetric key/,
        ],
        "an unknown usage": [{ keyUsage: "LOOK" }, /keyUsage: must be one of/],
        "a very long description": [{ description: "x".repeat(8193) }, /at most 8192/],
    };
    for (const [title, [inputs, expected]] of Object.entries(malformed)) {
        it(`refuses ${title}`, () => {
            expect(account.failures(keyType, inputs).join("; ")).to.match(expected);
        });
    }

    it("accepts the ends of its ranges", () => {
        for (const deletionWindowInDays of [7, 30]) {
            expect(account.failures(keyType, { deletionWindowInDays })).to.deep.equal([]);
        }
    });

    describe("a key policy", () => {
        it("may give a role and a service what they need", async () => {
            const role = givenRole(account, "storefront", "ecs-tasks.amazonaws.com");
            await key({
                policy: policy(
                    administration,
                    { Principal: { AWS: role }, Action: "kms:Decrypt" },
                    { Principal: { Service: "logs.amazonaws.com" }, Action: "kms:Encrypt" },
                ),
            });
        });

        it("must leave the key manageable, unless told otherwise", async () => {
            const service = { Principal: { Service: "logs.amazonaws.com" }, Action: "kms:Encrypt" };
            expect(await refusal(key({ policy: policy(service) }))).to.contain(
                "MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy in the future.",
            );
            await key({ policy: policy(service), bypassPolicyLockoutSafetyCheck: true });
        });

        it("must name roles that exist", async () => {
            const stranger = { AWS: `arn:aws:iam::${accountId}:role/nobody` };
            const document = policy(administration, { Principal: stranger, Action: "kms:Decrypt" });
            expect(await refusal(key({ policy: document }))).to.contain(
                "one or more invalid principals",
            );
        });

        it("must be a policy, and not a huge one", async () => {
            expect(await refusal(key({ policy: "{" }))).to.contain(
                "MalformedPolicyDocumentException",
            );
            const huge = policy({ ...administration, Sid: "x".repeat(33_000) });
            expect(await refusal(key({ policy: huge }))).to.contain("LimitExceededException");
        });
    });

    describe("an alias", () => {
        const alias = (name: string, targetKeyId: unknown) =>
            account.create(aliasType, { name, targetKeyId });

        it("points at a key by id or ARN", async () => {
            const made = await key();
            const { id, outputs } = await alias("alias/a", made.id);
            expect(id).to.equal("alias/a");
            expect(outputs.targetKeyArn).to.equal(made.outputs.arn);
            expect((await alias("alias/b", made.outputs.arn)).outputs.targetKeyId).to.equal(
                made.id,
            );
        });

        it("is named alias/ by itself", async () => {
            const made = await key();
            const { id } = await account.create(aliasType, { targetKeyId: made.id });
            expect(id).to.match(/^alias\/r1-[0-9a-f]{7}$/);
        });

        it("has a name of its own form", () => {
            for (const name of ["data", "alias/aws/s3", "alias/with space", "alias/"]) {
                const failures = account.failures(aliasType, { name, targetKeyId: "k" });
                expect(failures.join(), name).to.contain("must begin with alias/");
            }
        });

        it("needs its key, in its own region", async () => {
            const made = await account.create(keyType, { region: "us-east-1" });
            expect(await refusal(alias("alias/a", made.outputs.arn))).to.contain(
                "NotFoundException: Key 'arn:aws:kms:us-east-1",
            );
        });

        it("is there once in a region", async () => {
            const made = await key();
            await alias("alias/a", made.id);
            expect(await refusal(alias("alias/a", made.id))).to.contain("AlreadyExistsException");
        });
    });
});
