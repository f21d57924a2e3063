import { expect } from "chai";

import { functionType } from "../../../sandbox/aws/lambda/targets";
import type { Props } from "../../../sandbox/world/store";
import { Account, givenRole, refusal } from "../support/account";
import { accountId } from "../support/fakeWorld";

const permissionType = "aws:lambda/permission:Permission";
const invokeConfigType = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
const queueArn = `arn:aws:sqs:eu-west-1:${accountId}:dead`;

describe("Lambda", () => {
    let account: Account;
    let base: Props;

    beforeEach(() => {
        account = new Account();
        base = {
            name: "decider",
            role: givenRole(account, "decider", "lambda.amazonaws.com"),
            runtime: "nodejs22.x",
            handler: "index.handler",
            code: { hash: "1", assets: {} },
        };
    });
    afterEach(() => account.close());

    const create = (inputs: Props = {}) => account.create(functionType, { ...base, ...inputs });

    describe("a function", () => {
        it("computes its ARNs and the hash of its code", async () => {
            const { id, outputs } = await create();
            expect(id).to.equal("decider");
            expect(outputs).to.include({
                arn: `arn:aws:lambda:eu-west-1:${accountId}:function:decider`,
                version: "$LATEST",
                timeout: 3,
                memorySize: 128,
            });
            const updated = await account.update(
                functionType,
                { id, outputs },
                {
                    ...base,
                    code: { hash: "2", assets: {} },
                },
            );
            expect(updated.outputs.codeSha256).not.to.equal(outputs.codeSha256);
        });

        const malformed: Readonly<Record<string, readonly [Props, RegExp]>> = {
            "a name with a dot": [{ name: "a.b" }, /name: 1 to 64/],
            "a role's name": [{ role: "decider" }, /role: must be the ARN of a role/],
            "127 MB": [{ memorySize: 127 }, /memorySize: must be a whole number from 128/],
            "a timeout of 901 s": [
                { timeout: 901 },
                /timeout: must be a whole number from 1 to 900, got 901/,
            ],
            "an old runtime": [{ runtime: "nodejs18.x" }, /runtime: must be one of/],
            "no handler": [{ handler: undefined }, /Runtime and Handler are mandatory/],
            "no code": [
                { code: undefined },
                /exactly one of code, s3Bucket, imageUri must be set, got none/,
            ],
            "two codes": [{ s3Bucket: "b", s3Key: "k" }, /got code and s3Bucket/],
            "a bucket without a key": [{ code: undefined, s3Bucket: "b" }, /must be set together/],
            "an unknown architecture": [
                { architectures: ["riscv"] },
                /must be x86_64 or arm64, got "riscv"/,
            ],
            "two architectures": [{ architectures: ["arm64", "x86_64"] }, /at most 1 is allowed/],
            "six layers": [{ layers: ["1", "2", "3", "4", "5", "6"] }, /at most 5 layers, got 6/],
            "a reserved variable": [
                { environment: { variables: { AWS_REGION: "x" } } },
                /contains reserved keys .*AWS_REGION/,
            ],
            "a variable with a hyphen": [
                { environment: { variables: { "a-b": "x" } } },
                /letters, digits or underscores/,
            ],
            "5 KB of variables": [
                { environment: { variables: { LONG: "x".repeat(5000) } } },
                /at most 4 KB in all/,
            ],
            "a dead letter table": [
                { deadLetterConfig: { targetArn: "arn:aws:dynamodb:eu-west-1:1:table/t" } },
                /must be the ARN of an SQS queue or an SNS topic/,
            ],
            "a reservation of -2": [{ reservedConcurrentExecutions: -2 }, /from -1/],
            "an unknown tracing mode": [{ tracingConfig: { mode: "On" } }, /tracingConfig.mode/],
        };
        for (const [title, [inputs, expected]] of Object.entries(malformed)) {
            it(`refuses ${title}`, () => {
                const failures = account.failures(functionType, { ...base, ...inputs });
                expect(failures.join("; ")).to.match(expected);
            });
        }

        it("needs a role that Lambda may assume", async () => {
            const role = givenRole(account, "other", "ecs-tasks.amazonaws.com");
            for (const arn of [role, `arn:aws:iam::${accountId}:role/nobody`]) {
                expect(await refusal(create({ role: arn }))).to.contain(
                    "cannot be assumed by Lambda",
                );
            }
        });

        it("needs the queue its failures go to", async () => {
            const deadLetterConfig = { targetArn: queueArn };
            expect(await refusal(create({ deadLetterConfig }))).to.contain(
                "target of DeadLetterConfig does not exist",
            );
            account.given("aws:sqs/queue:Queue", "q", { arn: queueArn });
            await create({ deadLetterConfig });
        });

        it("leaves 100 executions of the account unreserved", async () => {
            await create({ reservedConcurrentExecutions: 1 });
            const more = { name: "more", reservedConcurrentExecutions: 900 };
            expect(await refusal(create(more))).to.contain("below its minimum value of [100]");
            await create({ ...more, reservedConcurrentExecutions: 899 });
        });

        it("needs its key, and a name of its own", async () => {
            expect(
                await refusal(create({ kmsKeyArn: `arn:aws:kms:us-east-1:${accountId}:key/k` })),
            ).to.contain("KMS key");
            await create();
            expect(await refusal(create())).to.contain("ResourceConflictException");
        });

        it("takes its permissions and settings with it", async () => {
            const made = await create();
            await account.create(permissionType, {
                function: "decider",
                action: "lambda:InvokeFunction",
                principal: "events.amazonaws.com",
            });
            await account.create(invokeConfigType, { functionName: "decider" });
            await account.delete(functionType, made);
            const left = [permissionType, invokeConfigType].flatMap((type) =>
                account.world.store.list(type),
            );
            expect(left).to.deep.equal([]);
        });
    });

    describe("a permission", () => {
        const allow = (inputs: Props = {}) => ({
            function: "decider",
            action: "lambda:InvokeFunction",
            principal: "events.amazonaws.com",
            statementId: "events",
            ...inputs,
        });

        it("needs its function, by name or ARN", async () => {
            expect(await refusal(account.create(permissionType, allow()))).to.contain(
                `Function not found: arn:aws:lambda:eu-west-1:${accountId}:function:decider`,
            );
            const { outputs } = await create();
            await account.create(permissionType, allow());
            await account.create(
                permissionType,
                allow({ function: outputs.arn, statementId: "2" }),
            );
        });

        it("has a statement id of its own", async () => {
            await create();
            await account.create(permissionType, allow());
            expect(await refusal(account.create(permissionType, allow()))).to.contain(
                "The statement id (events) provided already exists",
            );
        });

        const malformed: Readonly<Record<string, readonly [Props, RegExp]>> = {
            "another service's action": [{ action: "s3:GetObject" }, /must be a lambda: action/],
            "a statement id with a space": [{ statementId: "a b" }, /statementId/],
            "an account of 11 digits": [
                { sourceAccount: "12345678901" },
                /account id of 12 digits/,
            ],
            "a source that is no ARN": [{ sourceArn: "rule" }, /sourceArn: must be an ARN/],
            "a principal that is none": [{ principal: "events" }, /principal: must be/],
        };
        for (const [title, [inputs, expected]] of Object.entries(malformed)) {
            it(`refuses ${title}`, () => {
                expect(account.failures(permissionType, allow(inputs)).join("; ")).to.match(
                    expected,
                );
            });
        }
    });

    describe("what becomes of failed events", () => {
        const config = (inputs: Props = {}) => ({ functionName: "decider", ...inputs });
        const onFailure = (destination: string) => ({
            destinationConfig: { onFailure: { destination } },
        });

        it("needs its function and its destination", async () => {
            expect(await refusal(account.create(invokeConfigType, config()))).to.contain(
                "Function not found",
            );
            await create();
            expect(
                await refusal(account.create(invokeConfigType, config(onFailure(queueArn)))),
            ).to.contain("it does not exist");
            account.given("aws:sqs/queue:Queue", "q", { arn: queueArn });
            const made = await account.create(invokeConfigType, config(onFailure(queueArn)));
            expect(made.outputs.maximumRetryAttempts).to.equal(2);
        });

        const malformed: Readonly<Record<string, readonly [Props, RegExp]>> = {
            "three retries": [{ maximumRetryAttempts: 3 }, /from 0 to 2, got 3/],
            "an age of 59 s": [{ maximumEventAgeInSeconds: 59 }, /from 60 to 21600, got 59/],
            "a destination of another kind": [
                onFailure("arn:aws:dynamodb:eu-west-1:1:table/t"),
                /destinationConfig.onFailure.destination: must be the ARN/,
            ],
        };
        for (const [title, [inputs, expected]] of Object.entries(malformed)) {
            it(`refuses ${title}`, () => {
                const failures = account.failures(invokeConfigType, config(inputs));
                expect(failures.join("; ")).to.match(expected);
            });
        }
    });
});
