import { expect } from "chai";

import { ruleType, targetType } from "../../../sandbox/aws/events/buses";
import { isScheduleExpression } from "../../../sandbox/aws/events/eventRule";
import { patternProblem } from "../../../sandbox/aws/events/pattern";
import type { Props } from "../../../sandbox/world/store";
import { Account, givenRole, refusal } from "../support/account";
import { accountId } from "../support/fakeWorld";

const busPolicyType = "aws:cloudwatch/eventBusPolicy:EventBusPolicy";
const permissionType = "aws:cloudwatch/eventPermission:EventPermission";
const functionArn = `arn:aws:lambda:eu-west-1:${accountId}:function:decider`;
const busArn = (region: string) => `arn:aws:events:${region}:${accountId}:event-bus/default`;

const alarms = JSON.stringify({ source: ["aws.cloudwatch"] });

describe("EventBridge", () => {
    let account: Account;

    beforeEach(() => (account = new Account()));
    afterEach(() => account.close());

    const rule = (inputs: Props = {}) =>
        account.create(ruleType, { name: "alarms", eventPattern: alarms, ...inputs });

    describe("a rule", () => {
        it("computes its ARN, under its bus", async () => {
            const { id, outputs } = await rule();
            expect(id).to.equal("alarms");
            expect(outputs).to.include({
                arn: `arn:aws:events:eu-west-1:${accountId}:rule/alarms`,
                state: "ENABLED",
            });
            const other = await rule({ eventBusName: "orders" });
            expect(other.id).to.equal("orders/alarms");
            expect(other.outputs.arn).to.equal(
                `arn:aws:events:eu-west-1:${accountId}:rule/orders/alarms`,
            );
        });

        const malformed: Readonly<Record<string, readonly [Props, RegExp]>> = {
            "a name with a space": [{ name: "a b", eventPattern: alarms }, /name: 1 to 64/],
            "neither pattern nor schedule": [{}, /one of eventPattern and scheduleExpression/],
            "a schedule on another bus": [
                { scheduleExpression: "rate(1 minute)", eventBusName: "orders" },
                /supported only on the default event bus/,
            ],
            "a schedule that is none": [
                { scheduleExpression: "every minute" },
                /Parameter ScheduleExpression is not valid/,
            ],
            "two states": [
                { eventPattern: alarms, isEnabled: true, state: "ENABLED" },
                /conflicts with state/,
            ],
            "an unknown state": [{ eventPattern: alarms, state: "ON" }, /state: must be one of/],
            "a very long description": [
                { eventPattern: alarms, description: "x".repeat(513) },
                /at most 512 characters/,
            ],
            "a pattern that is none": [{ eventPattern: "{" }, /Event pattern is not valid/],
        };
        for (const [title, [inputs, expected]] of Object.entries(malformed)) {
            it(`refuses ${title}`, () => {
                expect(account.failures(ruleType, inputs).join("; ")).to.match(expected);
            });
        }

        it("cannot be deleted while it has targets", async () => {
            const made = await rule();
            const target = await account.create(targetType, { rule: "alarms", arn: functionArn });
            expect(await refusal(account.delete(ruleType, made))).to.contain(
                "Rule can't be deleted since it has targets",
            );
            await account.delete(targetType, target);
            await account.delete(ruleType, made);
        });
    });

    describe("schedules", () => {
        for (const [expression, expected] of [
            ["rate(1 minute)", true],
            ["rate(5 minutes)", true],
            ["rate(1 minutes)", false],
            ["rate(5 minute)", false],
            ["rate(0 minutes)", false],
            ["rate(1 second)", false],
            ["cron(0 12 * * ? *)", true],
            ["cron(0 12 ? * MON *)", true],
            ["cron(0 12 * * * *)", false],
            ["cron(0 12 * * ?)", false],
            ["1 minute", false],
        ] as const) {
            it(`${expression}: ${expected ? "valid" : "not valid"}`, () => {
                expect(isScheduleExpression(expression)).to.equal(expected);
            });
        }
    });

    describe("patterns", () => {
        for (const pattern of [
            { source: ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"] },
            {
                detail: {
                    alarmName: [{ prefix: "meridian-" }],
                    state: { value: ["ALARM", null, 1] },
                },
            },
            { $or: [{ source: ["a"] }, { detail: { x: [{ exists: true }] } }] },
        ]) {
            it(`accepts ${JSON.stringify(pattern)}`, () => {
                expect(patternProblem(JSON.stringify(pattern))).to.equal(undefined);
            });
        }
        for (const [document, reason] of [
            ["[]", "Filter is not an object"],
            ["{}", "Filter is not an object"],
            ['{"source":"aws"}', '"source" must be an object or an array'],
            ['{"source":[]}', 'Empty arrays are not allowed at "source"'],
            ['{"detail":{"a":[{"like":"x"}]}}', 'Unrecognized match type like at "detail.a"'],
            ['{"source":[["a"]]}', "Match value must be String"],
            ['{"$or":{"a":["b"]}}', '"$or" must be an array of objects'],
            [JSON.stringify({ source: ["x".repeat(4100)] }), "at most 4096 characters"],
        ] as const) {
            it(`refuses ${document.slice(0, 40)}`, () => {
                expect(patternProblem(document)).to.contain(reason);
            });
        }
    });

    describe("a target", () => {
        const target = (inputs: Props = {}) =>
            account.create(targetType, { rule: "alarms", arn: functionArn, ...inputs });

        it("needs its rule", async () => {
            expect(await refusal(target())).to.contain(
                "Rule alarms does not exist on EventBus default",
            );
            await rule();
            const { id } = await target({ targetId: "decider" });
            expect(id).to.equal("alarms-decider");
        });

        it("is one of at most five", async () => {
            await rule();
            for (let count = 0; count < 5; count++) {
                await target({ targetId: `t${count}` });
            }
            expect(await refusal(target({ targetId: "t5" }))).to.contain("LimitExceededException");
        });

        it("is of the rule's own region, unless it is a bus", async () => {
            await rule();
            const elsewhere = functionArn.replace("eu-west-1", "us-east-1");
            expect(await refusal(target({ arn: elsewhere }))).to.contain(
                "Provided Arn is not in the rule's region, eu-west-1",
            );
            await target({ arn: busArn("eu-west-1") });
        });

        it("needs a role that EventBridge may assume to reach another region's bus", async () => {
            await rule();
            const arn = busArn("us-east-1");
            expect(await refusal(target({ arn }))).to.contain(
                `RoleArn is required for target ${arn}`,
            );
            const wrong = givenRole(account, "wrong", "lambda.amazonaws.com");
            expect(await refusal(target({ arn, roleArn: wrong }))).to.contain("cannot be assumed");
            await target({ arn, roleArn: givenRole(account, "forward", "events.amazonaws.com") });
        });

        const malformed: Readonly<Record<string, readonly [Props, RegExp]>> = {
            "a target that is no ARN": [{ arn: "decider" }, /arn: must be an ARN/],
            "two inputs": [{ input: "{}", inputPath: "$" }, /at most one of input/],
            "an input that is not JSON": [{ input: "{" }, /input: must be valid JSON/],
            "186 retries": [
                { retryPolicy: { maximumRetryAttempts: 186 } },
                /retryPolicy.maximumRetryAttempts: must be a whole number from 0 to 185/,
            ],
            "an age of 59 s": [
                { retryPolicy: { maximumEventAgeInSeconds: 59 } },
                /retryPolicy.maximumEventAgeInSeconds/,
            ],
            "a dead letter topic": [
                { deadLetterConfig: { arn: `arn:aws:sns:eu-west-1:${accountId}:t` } },
                /must be the ARN of an SQS queue/,
            ],
            "an id with a space": [{ targetId: "a b" }, /targetId: 1 to 64/],
        };
        for (const [title, [inputs, expected]] of Object.entries(malformed)) {
            it(`refuses ${title}`, () => {
                const failures = account.failures(targetType, {
                    rule: "alarms",
                    arn: functionArn,
                    ...inputs,
                });
                expect(failures.join("; ")).to.match(expected);
            });
        }
    });

    describe("who may put events on a bus", () => {
        const statement = {
            Sid: "a",
            Effect: "Allow",
            Principal: { AWS: accountId },
            Action: "events:PutEvents",
            Resource: busArn("eu-west-1"),
        };
        const document = (more: object = {}) =>
            JSON.stringify({ Version: "2012-10-17", Statement: [{ ...statement, ...more }] });

        it("is said by a policy that is one", async () => {
            const { id } = await account.create(busPolicyType, { policy: document() });
            expect(id).to.equal("default");
            for (const [policy, reason] of [
                ["{", "Policy is not valid"],
                [
                    document({ Principal: { AWS: `arn:aws:iam::${accountId}:role/nobody` } }),
                    "invalid principal",
                ],
                [document({ Sid: "x".repeat(11_000) }), "PolicyLengthExceededException"],
            ] as const) {
                expect(await refusal(account.create(busPolicyType, { policy }))).to.contain(reason);
            }
        });

        it("is said by a permission for an account or everybody", async () => {
            const allow = { principal: accountId, statementId: "other" };
            expect((await account.create(permissionType, allow)).id).to.equal("default-other");
            for (const inputs of [
                { ...allow, principal: "me" },
                { ...allow, statementId: "a b" },
                { ...allow, action: "events:PutRule" },
            ]) {
                expect(account.failures(permissionType, inputs)).to.have.length(1);
            }
        });
    });
});
