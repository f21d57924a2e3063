import { expect } from "chai";

import type { Props } from "../../../sandbox/world/store";
import { unknownValue } from "../../../sandbox/aws/resourceType";
import { Account, refusal } from "./support/account";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const logGroupType = "aws:cloudwatch/logGroup:LogGroup";

const plain = (overrides: Props = {}): Props => ({
    comparisonOperator: "GreaterThanThreshold",
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    threshold: 5,
    metricName: "HTTPCode_Target_5XX_Count",
    namespace: "AWS/ApplicationELB",
    statistic: "Sum",
    period: 60,
    ...overrides,
});

const metric = (id: string, overrides: Props = {}): Props => ({
    id,
    metric: { metricName: id, namespace: "N", period: 60, stat: "Sum", ...overrides },
});

const math = (...metricQueries: readonly Props[]): Props => ({
    comparisonOperator: "GreaterThanThreshold",
    evaluationPeriods: 3,
    threshold: 5,
    metricQueries,
});

const rate = (overrides: Props = {}): Props => ({
    id: "rate",
    expression: "IF(requests > 20, 100 * errors / requests, 0)",
    returnData: true,
    ...overrides,
});

describe("CloudWatch", () => {
    let account: Account;
    beforeEach(async () => {
        account = await Account.open();
    });
    afterEach(() => {
        account.close();
    });

    describe("an alarm", () => {
        const problems = (inputs: Props): string => account.problems(alarmType, inputs).join();

        it("is accepted on one metric, on a percentile and on an expression", () => {
            expect(problems(plain())).to.equal("");
            expect(problems(plain({ statistic: undefined, extendedStatistic: "p99" }))).to.equal(
                "",
            );
            expect(problems(math(metric("errors"), metric("requests"), rate()))).to.equal("");
        });

        for (const period of [10, 20, 30, 60, 300, 86400]) {
            it(`takes a period of ${period} s`, () => {
                expect(problems(plain({ period, evaluationPeriods: 1, datapointsToAlarm: 1 }))).to
                    .be.empty;
            });
        }
        for (const period of [0, 15, 45, 90]) {
            it(`refuses a period of ${period} s`, () => {
                expect(problems(plain({ period }))).to.contain("period: must be 10, 20, 30");
            });
        }

        const invalid: readonly [string, Props, string][] = [
            ["two statistics", plain({ extendedStatistic: "p99" }), "exactly one of statistic"],
            ["no such statistic", plain({ statistic: "Median" }), "statistic: must be one of"],
            [
                "no such percentile",
                plain({ statistic: undefined, extendedStatistic: "p101" }),
                "extendedStatistic: must be",
            ],
            ["more datapoints than periods", plain({ datapointsToAlarm: 4 }), "datapointsToAlarm"],
            ["more than a day", plain({ period: 300, evaluationPeriods: 289 }), "more than a day"],
            [
                "more than a week",
                plain({ period: 3600, evaluationPeriods: 169 }),
                "more than seven days",
            ],
            ["no threshold", plain({ threshold: undefined }), "exactly one of threshold"],
            ["no such missing-data rule", plain({ treatMissingData: "ok" }), "treatMissingData"],
            ["no comparison", plain({ comparisonOperator: undefined }), "comparisonOperator"],
            [
                "31 dimensions",
                plain({
                    dimensions: Object.fromEntries(
                        Array.from({ length: 31 }, (_, index) => [`d${index}`, "x"]),
                    ),
                }),
                "at most 30 dimensions",
            ],
            ["six actions", plain({ alarmActions: Array(6).fill("arn:x") }), "at most 5 actions"],
            [
                "a metric beside queries",
                { ...math(metric("errors")), metricName: "errors" },
                "metricName: must not be set beside metricQueries",
            ],
            [
                "an expression that returns nothing",
                math(metric("errors"), metric("requests"), rate({ returnData: false })),
                "exactly one query must have returnData true, got 0",
            ],
            [
                "two queries that return",
                math({ ...metric("errors"), returnData: true }, metric("requests"), rate()),
                "exactly one query must have returnData true, got 2",
            ],
            ["an expression over a missing query", math(metric("errors"), rate()), '"requests" in'],
            [
                "one id twice",
                math(metric("errors"), metric("errors"), metric("requests"), rate()),
                "ids must be unique",
            ],
            [
                "an id in upper case",
                math(metric("errors"), metric("requests"), rate({ id: "Rate" })),
                "must begin with a lower-case letter",
            ],
            ["an expression over no metric", math(rate({ expression: "1" })), "1 to 10 metrics"],
            [
                "a search",
                math(metric("a"), rate({ expression: "SEARCH('{N} errors', 'Sum')" })),
                "must give one time series",
            ],
            [
                "a series filled with another",
                math(
                    metric("errors"),
                    metric("requests"),
                    rate({ expression: "FILL(errors, requests)" }),
                ),
                "with a number, REPEAT or LINEAR, and not with requests",
            ],
            [
                "a query's period of 45 s",
                math(metric("errors", { period: 45 }), metric("requests"), rate()),
                "metricQueries[0].metric.period",
            ],
        ];
        for (const [what, inputs, words] of invalid) {
            it(`is refused with ${what}`, () => {
                expect(problems(inputs)).to.contain(words);
            });
        }

        it("is not judged by what is not known yet", () => {
            expect(
                problems(
                    plain({
                        dimensions: unknownValue,
                        threshold: unknownValue,
                        alarmActions: [unknownValue],
                    }),
                ),
            ).to.equal("");
        });

        it("acts in its own region only", async () => {
            const topic = (region: string): string => `arn:aws:sns:${region}:111122223333:page`;
            const create = (action: string): Promise<Props> =>
                account.create(alarmType, "alarm", plain({ name: "a", alarmActions: [action] }));
            expect(await refusal(create(topic("us-east-1")))).to.contain(
                "Invalid region us-east-1 specified. Only eu-west-1 is supported.",
            );
            expect(await refusal(create("page"))).to.contain("Invalid arn syntax: page");
            const made = await create(topic("eu-west-1"));
            expect(made.arn).to.equal("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a");
        });

        it("is refused under a name the region has", async () => {
            await account.create(alarmType, "first", plain({ name: "a" }));
            expect(
                await refusal(account.create(alarmType, "second", plain({ name: "a" }))),
            ).to.contain("already exists");
        });
    });

    describe("a log group", () => {
        const keyArn = "arn:aws:kms:eu-west-1:111122223333:key/k";
        const key = (statement: object = {}, region = "eu-west-1"): void => {
            account.declare(
                "aws:kms/key:Key",
                "k",
                {
                    arn: keyArn,
                    policy: JSON.stringify({
                        Version: "2012-10-17",
                        Statement: [
                            {
                                Effect: "Allow",
                                Principal: { Service: "logs.eu-west-1.amazonaws.com" },
                                Action: [
                                    "kms:Encrypt*",
                                    "kms:Decrypt*",
                                    "kms:GenerateDataKey*",
                                    "kms:Describe*",
                                ],
                                Resource: "*",
                                Condition: {
                                    ArnLike: {
                                        "kms:EncryptionContext:aws:logs:arn":
                                            "arn:aws:logs:eu-west-1:111122223333:log-group:/app*",
                                    },
                                },
                                ...statement,
                            },
                        ],
                    }),
                },
                region,
            );
        };
        const create = (name: string): Promise<Props> =>
            account.create(logGroupType, name, { name, kmsKeyId: keyArn, retentionInDays: 90 });

        it("is encrypted by a key whose policy lets the logs service use it", async () => {
            key();
            expect((await create("/app/web")).arn).to.equal(
                "arn:aws:logs:eu-west-1:111122223333:log-group:/app/web",
            );
        });

        const denied: readonly [string, object][] = [
            [
                "another region's service",
                { Principal: { Service: "logs.us-east-1.amazonaws.com" } },
            ],
            ["decryption only", { Action: "kms:Decrypt" }],
            ["nothing", { Effect: "Deny" }],
        ];
        for (const [what, statement] of denied) {
            it(`is refused with a key whose policy allows ${what}`, async () => {
                key(statement);
                expect(await refusal(create("/app/web"))).to.contain(
                    "The specified KMS key does not exist or is not allowed to be used with Arn 'arn:aws:logs:eu-west-1:111122223333:log-group:/app/web'",
                );
            });
        }

        it("is refused under a name the key's policy does not cover", async () => {
            key();
            expect(await refusal(create("/other"))).to.contain("AccessDeniedException");
        });

        it("is refused with a key of another region", async () => {
            key({}, "us-east-1");
            expect(await refusal(create("/app/web"))).to.contain("AccessDeniedException");
        });

        it("keeps its events for as long as AWS offers", () => {
            const problems = (retentionInDays: number): readonly string[] =>
                account.problems(logGroupType, { name: "/app", retentionInDays });
            expect(problems(400)).to.deep.equal([]);
            expect(problems(0)).to.deep.equal([]);
            expect(problems(45)[0]).to.contain("retentionInDays: must be one of 0, 1, 3");
        });

        it("stays while deletion protection is on", async () => {
            await account.create(logGroupType, "kept", {
                name: "/kept",
                deletionProtectionEnabled: true,
            });
            expect(await refusal(account.remove(logGroupType, "kept"))).to.contain(
                "deletion protection is enabled",
            );
        });
    });
});
