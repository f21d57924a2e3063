import { expect } from "chai";

import {
    secretPolicyToken,
    secretRotationToken,
    secretToken,
    secretVersionToken,
} from "../../../sandbox/aws/secretsmanager/tokens";
import type { Props } from "../../../sandbox/world/store";
import { Account, refusal, type Made } from "../support/account";
import { accountId } from "../support/fakeWorld";

const home = "eu-west-1";
const keyArn = (region: string): string => `arn:aws:kms:${region}:${accountId}:key/k-${region}`;
const rotatorArn = `arn:aws:lambda:${home}:${accountId}:function:rotator`;

function keyPolicy(region: string, service = "secretsmanager"): string {
    return JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Principal: { AWS: `arn:aws:iam::${accountId}:root` },
                Action: "kms:*",
                Resource: "*",
                Condition: {
                    StringEquals: { "kms:ViaService": `${service}.${region}.amazonaws.com` },
                },
            },
        ],
    });
}

describe("Secrets Manager's types", () => {
    let account: Account;

    beforeEach(() => {
        account = new Account();
        for (const region of [home, "us-east-1"]) {
            account.given(
                "aws:kms/key:Key",
                `k-${region}`,
                { arn: keyArn(region), policy: keyPolicy(region) },
                region,
            );
        }
    });
    afterEach(() => account.close());

    const create = (inputs: Props = {}, region = home): Promise<Made> =>
        account.create(secretToken, { name: "shop/keys", ...inputs }, region);

    describe("a secret", () => {
        it("is known by an ARN that ends with six characters of its own", async () => {
            const { id, outputs } = await create({ kmsKeyId: keyArn(home) });
            expect(id).to.match(
                new RegExp(`^arn:aws:secretsmanager:${home}:${accountId}:secret:shop/keys-\\w{6}$`),
            );
            expect(outputs).to.include({ arn: id, recoveryWindowInDays: 30 });
        });

        it("has replicas in other regions, under keys of theirs", async () => {
            await create({
                kmsKeyId: keyArn(home),
                replicas: [{ region: "us-east-1", kmsKeyId: keyArn("us-east-1") }],
            });
        });

        const refused: Readonly<Record<string, readonly [Props, RegExp]>> = {
            "a name with a space": [{ name: "a b" }, /name: must be 1 to 512 letters/],
            "a recovery window of 3 days": [
                { recoveryWindowInDays: 3 },
                /recoveryWindowInDays: .*from 7 to 30, got 3/,
            ],
            "a recovery window of 31 days": [{ recoveryWindowInDays: 31 }, /got 31/],
            "a replica in its own region": [
                { replicas: [{ region: home }] },
                /Invalid replica region: eu-west-1/,
            ],
            "two replicas in a region": [
                { replicas: [{ region: "us-east-1" }, { region: "us-east-1" }] },
                /us-east-1 has a replica already/,
            ],
            "a replica nowhere": [{ replicas: [{ region: "Ohio" }] }, /must be a region/],
            "a key of another region": [
                { kmsKeyId: keyArn("us-east-1") },
                /can't find the KMS key/,
            ],
            "a replica's key of the primary's region": [
                { replicas: [{ region: "us-east-1", kmsKeyId: keyArn(home) }] },
                /can't find the KMS key .* in us-east-1/,
            ],
        };
        for (const [title, [inputs, reason]] of Object.entries(refused)) {
            it(`cannot have ${title}`, async () => {
                expect(await refusal(create(inputs))).to.match(reason);
            });
        }

        it("cannot have a key that nobody may use through Secrets Manager", async () => {
            account.given("aws:kms/key:Key", `k-${home}`, {
                arn: keyArn(home),
                policy: keyPolicy(home, "s3"),
            });
            expect(await refusal(create({ kmsKeyId: keyArn(home) }))).to.match(
                /Access to KMS is not allowed/,
            );
        });

        it("has its name for itself, also for as long as it can be recovered", async () => {
            const made = await create({ recoveryWindowInDays: 7 });
            expect(await refusal(create())).to.match(/secret shop\/keys already exists/);
            await account.delete(secretToken, made);
            expect(await refusal(create())).to.match(/already scheduled for deletion/);
            expect((await create({}, "us-east-1")).id).to.contain("us-east-1");
        });

        it("leaves its name at once without a recovery window", async () => {
            await account.delete(secretToken, await create({ recoveryWindowInDays: 0 }));
            await create();
        });

        it("cannot be where a replica of the same name is", async () => {
            account.given("aws:secretsmanager/copy", "shop/keys", {
                name: "shop/keys",
                arn: "arn",
            });
            expect(await refusal(create())).to.match(/already exists/);
        });
    });

    describe("a version", () => {
        const version = (secretId: string, inputs: Props) =>
            account.create(secretVersionToken, { secretId, ...inputs });

        it("is the current one unless told otherwise", async () => {
            const { id } = await create();
            const { outputs } = await version(id, { secretString: "x" });
            expect(outputs).to.deep.include({ secretArn: id, versionStages: ["AWSCURRENT"] });
        });

        it("has one value of one kind, of 64 KiB at most", async () => {
            const { id } = await create();
            expect(await refusal(version(id, {}))).to.match(/exactly one of secretString/);
            expect(
                await refusal(version(id, { secretString: "x", secretBinary: "eA==" })),
            ).to.match(/exactly one/);
            expect(await refusal(version(id, { secretString: "x".repeat(65_537) }))).to.match(
                /at most 65536 bytes/,
            );
            expect(await refusal(version(id, { secretStringWo: "x" }))).to.match(
                /secretStringWoVersion: required/,
            );
        });

        it("is of a secret that is there, and no replica", async () => {
            expect(await refusal(version("none", { secretString: "x" }))).to.match(
                /can't find the specified secret/,
            );
            account.given("aws:secretsmanager/copy", "copied", { name: "copied", arn: "arn" });
            expect(await refusal(version("copied", { secretString: "x" }))).to.match(
                /not permitted on a replica/,
            );
        });
    });

    describe("a policy", () => {
        const policy = (secretArn: string, statement: Props, blockPublicPolicy = true) =>
            account.create(secretPolicyToken, {
                secretArn,
                blockPublicPolicy,
                policy: JSON.stringify({
                    Version: "2012-10-17",
                    Statement: [
                        {
                            Effect: "Allow",
                            Action: "secretsmanager:GetSecretValue",
                            Resource: "*",
                            ...statement,
                        },
                    ],
                }),
            });

        it("names principals that exist", async () => {
            const { id } = await create();
            const role = { AWS: `arn:aws:iam::${accountId}:role/nobody` };
            expect(await refusal(policy(id, { Principal: role }))).to.match(
                /unsupported principal.*nobody/,
            );
            await policy(id, { Principal: { AWS: `arn:aws:iam::${accountId}:root` } });
        });

        it("lets nobody in from everywhere where that is blocked", async () => {
            const { id } = await create();
            expect(await refusal(policy(id, { Principal: "*" }))).to.match(/BlockPublicPolicy/);
            await policy(id, { Principal: "*", Effect: "Deny" });
            await policy(id, { Principal: "*" }, false);
        });
    });

    describe("a rotation", () => {
        let secretId: string;
        const rotate = (inputs: Props = {}) =>
            account.create(secretRotationToken, {
                secretId,
                rotationLambdaArn: rotatorArn,
                rotationRules: { automaticallyAfterDays: 30 },
                ...inputs,
            });

        beforeEach(async () => {
            secretId = (await create()).id;
            account.given("aws:lambda/function:Function", "rotator", {
                arn: rotatorArn,
                name: "rotator",
            });
        });

        const permit = (more: Props = {}): void =>
            account.given("aws:lambda/permission:Permission", "p", {
                function: "rotator",
                action: "lambda:InvokeFunction",
                principal: "secretsmanager.amazonaws.com",
                ...more,
            });

        it("needs a function that Secrets Manager may start, for this account", async () => {
            expect(await refusal(rotate())).to.match(/cannot invoke the specified Lambda function/);
            permit({ sourceAccount: "999988887777" });
            expect(await refusal(rotate())).to.match(/cannot invoke/);
            permit({ sourceAccount: accountId });
            expect((await rotate()).outputs).to.include({ rotationEnabled: true });
        });

        it("needs a function of its own region", async () => {
            const elsewhere = rotatorArn.replace(home, "us-east-1");
            expect(await refusal(rotate({ rotationLambdaArn: elsewhere }))).to.match(
                /can't find the Lambda function/,
            );
        });

        const refused: Readonly<Record<string, readonly [Props, RegExp]>> = {
            "no schedule": [{ rotationRules: undefined }, /rotationRules: required/],
            "no function": [{ rotationLambdaArn: undefined }, /rotationLambdaArn: required/],
            "two schedules": [
                {
                    rotationRules: {
                        automaticallyAfterDays: 30,
                        scheduleExpression: "rate(30 days)",
                    },
                },
                /exactly one of automaticallyAfterDays, scheduleExpression/,
            ],
            "a schedule of three hours": [
                { rotationRules: { scheduleExpression: "rate(3 hours)" } },
                /every four hours at most/,
            ],
            "a schedule of minutes": [
                { rotationRules: { scheduleExpression: "rate(300 minutes)" } },
                /must be rate\(<n> hours\|days\)/,
            ],
            "a window of minutes": [
                { rotationRules: { automaticallyAfterDays: 30, duration: "90m" } },
                /duration: must be a number of hours/,
            ],
            "1001 days": [{ rotationRules: { automaticallyAfterDays: 1001 } }, /got 1001/],
        };
        for (const [title, [inputs, reason]] of Object.entries(refused)) {
            it(`cannot have ${title}`, async () => {
                permit();
                expect(await refusal(rotate(inputs))).to.match(reason);
            });
        }
    });
});
