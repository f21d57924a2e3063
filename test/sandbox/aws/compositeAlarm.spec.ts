import { expect } from "chai";

import { alarmsIn, parseAlarmRule, ruleHolds } from "../../../sandbox/aws/cloudwatch/alarmRule";
import type { AlarmState } from "../../../sandbox/world/alarms/evaluate";
import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "./support/account";

const compositeType = "aws:cloudwatch/compositeAlarm:CompositeAlarm";
const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const dashboardType = "aws:cloudwatch/dashboard:Dashboard";

describe("a composite alarm's rule", () => {
    const states: Readonly<Record<string, AlarmState>> = {
        up: "OK",
        down: "ALARM",
        "no data (yet)": "INSUFFICIENT_DATA",
    };
    const holds = (rule: string): boolean =>
        ruleHolds(parseAlarmRule(rule), (name) => states[name]);

    for (const [rule, expected] of [
        ["ALARM(down)", true],
        ['ALARM("up")', false],
        ['INSUFFICIENT_DATA("no data (yet)")', true],
        ["OK(up) AND ALARM(down)", true],
        ["NOT ALARM(down) OR OK(up)", true],
        ["NOT (ALARM(down) OR OK(up))", false],
        // AND binds more than OR.
        ["TRUE OR FALSE AND FALSE", true],
        ["(TRUE OR FALSE) AND FALSE", false],
        ["ALARM(arn:aws:cloudwatch:eu-west-1:111122223333:alarm:down)", true],
        ["OK(gone)", false],
    ] as const) {
        it(`${expected ? "holds" : "does not hold"}: ${rule}`, () => {
            expect(holds(rule)).to.equal(expected);
        });
    }

    it("names the alarms that it asks, each once", () => {
        expect(
            alarmsIn(parseAlarmRule("ALARM(a) AND NOT (OK(b) OR OK(a)) AND TRUE")),
        ).to.deep.equal(["a", "b"]);
    });
});

describe("CloudWatch's composite alarms and dashboards", () => {
    let account: Account;
    beforeEach(async () => {
        account = await Account.open();
        for (const name of ["errors", "latency"]) {
            account.declare(alarmType, name, { name });
        }
    });
    afterEach(() => {
        account.close();
    });

    const composite = (overrides: Props = {}): Props => ({
        alarmName: "impaired",
        alarmRule: "ALARM(errors) OR ALARM(latency)",
        ...overrides,
    });
    const problems = (overrides: Props): string =>
        account.problems(compositeType, composite(overrides)).join();
    const create = (overrides: Props = {}, name = "impaired"): Promise<Props> =>
        account.create(compositeType, name, composite(overrides));

    describe("a composite alarm", () => {
        it("is accepted over alarms of its region, and over composites", async () => {
            const made = await create({
                actionsSuppressor: { alarm: "latency", waitPeriod: 60, extensionPeriod: 120 },
            });
            expect(made["arn"]).to.equal(
                "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:impaired",
            );
            await create({ alarmName: "outer", alarmRule: "ALARM(impaired)" }, "outer");
        });

        for (const rule of ["", "ALARM(a) ALARM(b)", "ALARM(a) AND", "(ALARM(a)", "a > 5", "NOT"]) {
            it(`refuses the rule ${JSON.stringify(rule)}`, () => {
                expect(problems({ alarmRule: rule })).to.contain("is no alarm rule");
            });
        }

        it("asks at most 100 alarms, with 500 elements in 10,240 characters", () => {
            const many = (count: number, name: (n: number) => string): string =>
                Array.from({ length: count }, (_, n) => `ALARM(${name(n)})`).join(" OR ");
            expect(problems({ alarmRule: many(100, (n) => `a${n}`) })).to.equal("");
            expect(problems({ alarmRule: many(101, (n) => `a${n}`) })).to.contain("at most 100");
            expect(problems({ alarmRule: many(501, () => "a") })).to.contain("at most 500");
            expect(problems({ alarmRule: `ALARM(${"a".repeat(10_240)})` })).to.contain("10240");
        });

        it("needs all of a suppressor, and takes five actions", () => {
            expect(problems({ actionsSuppressor: { alarm: "latency" } })).to.contain(
                "actionsSuppressor.waitPeriod: must be set",
            );
            expect(problems({ alarmActions: Array(6).fill("arn") })).to.contain("at most 5");
            expect(problems({ alarmName: "" })).to.contain("alarmName");
        });

        it("is refused over what does not exist, itself, and a name that is taken", async () => {
            expect(await refusal(create({ alarmRule: "ALARM(none)" }))).to.contain("[none]");
            const suppressor = { alarm: "none", waitPeriod: 1, extensionPeriod: 1 };
            expect(await refusal(create({ actionsSuppressor: suppressor }))).to.contain("[none]");
            expect(await refusal(create({ alarmName: "errors" }))).to.contain("another type");
            await create();
            await create({ alarmName: "outer", alarmRule: "ALARM(impaired)" }, "outer");
            expect(
                await refusal(
                    account.update(
                        compositeType,
                        "impaired",
                        composite({ alarmRule: "OK(outer)" }),
                    ),
                ),
            ).to.contain("must not depend on itself");
        });

        it("acts in its own region, and restarts nothing", async () => {
            const act = (action: string): Promise<string> =>
                refusal(create({ alarmActions: [action] }));
            expect(await act("arn:aws:sns:us-east-1:111122223333:t")).to.contain("Invalid region");
            expect(await act("arn:aws:automate:eu-west-1:ec2:stop")).to.contain("Invalid arn");
            await create({ alarmActions: ["arn:aws:sns:eu-west-1:111122223333:t"] });
        });
    });

    describe("a dashboard", () => {
        const metrics = [["AWS/DynamoDB", "ReplicationLatency", "TableName", "t", { stat: "p99" }]];
        const widget = (overrides: Props = {}, properties: Props = {}): Props => ({
            type: "metric",
            width: 8,
            properties: { region: "eu-west-1", metrics, ...properties },
            ...overrides,
        });
        const found = (body: unknown, dashboardName = "d"): string =>
            account
                .problems(dashboardType, {
                    dashboardName,
                    dashboardBody: typeof body === "string" ? body : JSON.stringify(body),
                })
                .join();
        const withWidget = (overrides: Props = {}, properties: Props = {}): string =>
            found({ widgets: [widget(overrides, properties)] });

        it("is the account's, and takes graphs, text and alarms", async () => {
            const dashboardBody = JSON.stringify({
                widgets: [
                    widget(),
                    widget({}, { metrics: [["...", "x"], [{ expression: "1 + 1" }]] }),
                    { type: "text", properties: { markdown: "# hello" } },
                    {
                        type: "alarm",
                        properties: { alarms: ["arn:aws:cloudwatch:eu-west-1:1:alarm:a"] },
                    },
                ],
            });
            const made = await account.create(dashboardType, "d", {
                dashboardName: "meridian-eu-west-1",
                dashboardBody,
            });
            expect(made["dashboardArn"]).to.equal(
                "arn:aws:cloudwatch::111122223333:dashboard/meridian-eu-west-1",
            );
        });

        const invalid: readonly [string, () => string, string][] = [
            ["what is no JSON", () => found("widgets"), "must be a valid JSON object"],
            ["no widgets", () => found({}), "/widgets: must be a list"],
            ["a type that is none", () => withWidget({ type: "chart" }), "must have the type"],
            ["a property of its own", () => withWidget({ color: "red" }), "color"],
            ["more than 24 columns", () => withWidget({ x: 20 }), "within the 24 columns"],
            ["no region", () => withWidget({}, { region: undefined }), "/region: must be set"],
            ["no metric", () => withWidget({}, { metrics: undefined }), "must have metrics"],
            ["half a dimension", () => withWidget({}, { metrics: [["N", "m", "d"]] }), "pairs"],
            ["options first", () => withWidget({}, { metrics: [[{}, "N", "m"]] }), "come last"],
            [
                "nothing to show",
                () => withWidget({}, { metrics: [[{ label: "x" }]] }),
                "expression",
            ],
            ["a number as metric", () => withWidget({}, { metrics: [[1]] }), "must be text"],
            [
                "a statistic that is none",
                () => withWidget({}, { stat: "Median" }),
                "must be one of",
            ],
            ["a period of 45 s", () => withWidget({}, { period: 45 }), "multiple of 60"],
            ["no such view", () => withWidget({}, { view: "tree" }), "/view"],
            ["a name with a space", () => found({ widgets: [] }, "a b"), "dashboardName"],
            [
                "alarms by name",
                () => found({ widgets: [{ type: "alarm", properties: { alarms: ["a"] } }] }),
                "must be ARNs of alarms",
            ],
        ];
        for (const [what, run, reason] of invalid) {
            it(`is refused with ${what}`, () => {
                expect(run()).to.contain(reason);
            });
        }
    });
});
