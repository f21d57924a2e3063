import { expect } from "chai";

import { observerAlarmPrefix } from "../../components/alarmEvents";
import { LeverAlarms } from "../../components/leverAlarms";
import { Observer } from "../../components/observer";
import { RegionAlarms } from "../../components/regionAlarms";
import { evaluate, parseExpression, type Value } from "../../sandbox/world/alarms/expression";
import { policyIn, setMocks, settled, valueOf, type Registrations } from "../support/mocks";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const topicArn = "arn:aws:sns:eu-west-1:111122223333:meridian-alarms";

describe("a region's own alarms", () => {
    let registered: Registrations;
    let alarms: RegionAlarms;

    before(async () => {
        registered = await setMocks();
        alarms = new RegionAlarms("alarms", {
            loadBalancerArnSuffix: "app/lb/1",
            targetGroupArnSuffix: "targetgroup/x/1",
            thresholds: {
                errorPercent: 5,
                requestFloor: 20,
                latencyP99Seconds: 2,
                silenceMinutes: 10,
                replicationSeconds: 10,
            },
            minimumTasks: 6,
            topicArn,
        });
        await settled();
    });

    it("each say what kind of signal they are and how they read missing data", () => {
        expect(
            registered
                .of(alarmType)
                .map(({ inputs }) => [
                    inputs["name"],
                    (inputs["tags"] as Record<string, string>)["meridian:signal"],
                    inputs["treatMissingData"],
                ]),
        ).to.deep.equal([
            ["meridian-error-rate", "user-facing", "notBreaching"],
            ["meridian-healthy-hosts", "capacity", "breaching"],
            ["meridian-latency", "user-facing", "notBreaching"],
            ["meridian-silence", "traffic", "breaching"],
        ]);
    });

    it("judge errors as a rate, of the service's and the balancer's 5xx, above a floor of requests", () => {
        const inputs = registered.inputs(alarmType, "alarms-error-rate");
        expect(inputs).to.include({
            threshold: 5,
            comparisonOperator: "GreaterThanOrEqualToThreshold",
            evaluationPeriods: 3,
            datapointsToAlarm: 2,
        });
        const queries = inputs["metricQueries"] as Record<string, unknown>[];
        expect(queries.map(({ id, returnData }) => [id, returnData])).to.deep.equal([
            ["rate", true],
            ["failed", undefined],
            ["asked", undefined],
            ["requests", undefined],
            ["service", undefined],
            ["balancer", undefined],
        ]);
        expect(
            queries
                .slice(3)
                .map(({ id, metric }) => [id, (metric as { metricName: string }).metricName]),
        ).to.deep.equal([
            ["requests", "RequestCount"],
            ["service", "HTTPCode_Target_5XX_Count"],
            ["balancer", "HTTPCode_ELB_5XX_Count"],
        ]);
    });

    for (const [requests, service, balancer, percent] of [
        [100, undefined, undefined, 0],
        [100, 40, undefined, 40],
        [100, 20, 10, 30],
        [19, 19, undefined, 0],
        [undefined, undefined, undefined, 0],
        // No target is left: the load balancer refuses everybody, and counts no request.
        [undefined, undefined, 100, 100],
        [undefined, undefined, 19, 0],
    ] as const) {
        it(`call ${service ?? "no"} and ${balancer ?? "no"} errors in ${requests ?? "no"} requests a rate of ${percent} %`, () => {
            const { metricQueries } = registered.inputs(alarmType, "alarms-error-rate");
            const expressions = new Map(
                (metricQueries as { id: string; expression?: string }[]).map(
                    ({ id, expression }) => [id, expression],
                ),
            );
            const counts: Record<string, number | undefined> = { requests, service, balancer };
            const minute = 0;
            const read = (id: string): Value => {
                const expression = expressions.get(id);
                if (expression !== undefined) {
                    return evaluate(parseExpression(expression), read, [minute]);
                }
                const count = counts[id];
                return new Map(count === undefined ? [] : [[minute, count]]);
            };
            expect(read("rate")).to.deep.equal(new Map([[minute, percent]]));
        });
    }

    it("judge latency at p99, healthy tasks against the minimum, and silence over its minutes", () => {
        expect(registered.inputs(alarmType, "alarms-latency")).to.include({
            extendedStatistic: "p99",
            threshold: 2,
            evaluateLowSampleCountPercentiles: "ignore",
        });
        expect(registered.inputs(alarmType, "alarms-healthy-hosts")).to.deep.include({
            threshold: 6,
            comparisonOperator: "LessThanThreshold",
            dimensions: { LoadBalancer: "app/lb/1", TargetGroup: "targetgroup/x/1" },
        });
        expect(registered.inputs(alarmType, "alarms-silence")).to.include({
            metricName: "RequestCount",
            evaluationPeriods: 10,
            datapointsToAlarm: 10,
        });
    });

    it("tell the region's topic, both ways", () => {
        for (const { inputs } of registered.of(alarmType)) {
            expect(inputs).to.deep.include({ alarmActions: [topicArn], okActions: [topicArn] });
        }
    });

    it("name those that users feel", async () => {
        expect(await Promise.all(alarms.userFacing.map(valueOf))).to.deep.equal([
            "meridian-error-rate",
            "meridian-latency",
        ]);
    });
});

describe("an observer", () => {
    let registered: Registrations;
    let observer: Observer;

    before(async () => {
        registered = await setMocks();
        observer = new Observer("observer", {
            region: "eu-west-1",
            accountId: "111122223333",
            targets: {
                "us-east-1": "https://us-east-1.origin.example.com",
                "ap-east-1": "https://ap-east-1.origin.example.com",
            },
            failedProbePercent: 25,
            operationsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/operations",
            alarmTopicArn: topicArn,
            logRetentionDays: 90,
        });
        await settled();
    });

    it("looks once a minute at every region it was given", () => {
        const { inputs } = registered.one("aws:lambda/function:Function", "observer");
        expect(inputs).to.deep.include({
            name: "meridian-observer",
            runtime: "nodejs24.x",
            architectures: ["arm64"],
            handler: "index.handler",
            reservedConcurrentExecutions: 1,
            environment: {
                variables: {
                    REGION: "eu-west-1",
                    TARGETS: JSON.stringify({
                        "us-east-1": "https://us-east-1.origin.example.com",
                        "ap-east-1": "https://ap-east-1.origin.example.com",
                    }),
                    PROBES: "8",
                },
            },
        });
        expect(registered.inputs("aws:cloudwatch/eventRule:EventRule", "observer-tick")).to.include(
            { name: "meridian-observer-tick", scheduleExpression: "rate(1 minute)" },
        );
    });

    it("may write its log and read its settings, and nothing else", () => {
        const { Statement } = policyIn(
            registered.inputs("aws:iam/rolePolicy:RolePolicy", "observer-role-policy"),
        );
        expect(Statement.map(({ Sid, Action }) => [Sid, Action])).to.deep.equal([
            ["WriteLog", ["logs:CreateLogStream", "logs:PutLogEvents"]],
            ["ReadSettings", "kms:Decrypt"],
        ]);
        expect(Statement[1]?.Condition).to.deep.equal({
            StringEquals: { "kms:ViaService": "lambda.eu-west-1.amazonaws.com" },
        });
    });

    it("rings when no run ends well, and is not taken for an observation then", () => {
        const inputs = registered.inputs(alarmType, "observer-stalled");
        expect(inputs).to.deep.include({
            name: "meridian-stalled-observer",
            evaluationPeriods: 5,
            datapointsToAlarm: 5,
            comparisonOperator: "LessThanThreshold",
            threshold: 1,
            treatMissingData: "breaching",
            alarmActions: [topicArn],
        });
        expect(inputs["name"]).not.to.match(new RegExp(`^${observerAlarmPrefix}`));
        const [done, ...counts] = inputs["metricQueries"] as {
            expression?: string;
            metric?: object;
        }[];
        expect(done?.expression).to.equal("invocations - FILL(errors, 0)");
        expect(counts.map(({ metric }) => metric)).to.deep.equal(
            ["Invocations", "Errors"].map((metricName) => ({
                namespace: "AWS/Lambda",
                metricName,
                dimensions: { FunctionName: "meridian-observer" },
                stat: "Sum",
                period: 60,
            })),
        );
    });

    it("prints its metrics unwrapped, so that CloudWatch finds them", () => {
        expect(
            registered.inputs("aws:lambda/function:Function", "observer")["loggingConfig"],
        ).to.deep.equal({ logFormat: "Text", logGroup: "/meridian/observer" });
    });

    it("has an alarm per observed region that silence does not set off", async () => {
        expect(registered.inputs(alarmType, "observer-us-east-1")).to.deep.include({
            name: "meridian-observer-us-east-1",
            namespace: "Meridian/Observer",
            metricName: "FailedProbePercent",
            dimensions: { ObservedRegion: "us-east-1", ObserverRegion: "eu-west-1" },
            threshold: 25,
            evaluationPeriods: 3,
            datapointsToAlarm: 2,
            treatMissingData: "notBreaching",
            tags: { "meridian:signal": "vantage" },
        });
        expect(await valueOf({ ...observer.alarmNames })).to.deep.equal({
            "ap-east-1": "meridian-observer-ap-east-1",
            "us-east-1": "meridian-observer-us-east-1",
        });
    });
});

describe("the lever alarms", () => {
    it("are where Route 53 reports its checks, and ring when it reports nothing", async () => {
        const registered = await setMocks();
        new LeverAlarms("levers", {
            healthCheckIds: { "eu-west-1": "check-1", "us-east-1": "check-2" },
            topicArns: [topicArn],
        });
        await settled();
        expect(registered.names(alarmType)).to.deep.equal(["levers-eu-west-1", "levers-us-east-1"]);
        expect(registered.inputs(alarmType, "levers-eu-west-1")).to.deep.include({
            region: "us-east-1",
            name: "meridian-lever-eu-west-1",
            metricName: "HealthCheckStatus",
            dimensions: { HealthCheckId: "check-1" },
            comparisonOperator: "LessThanThreshold",
            threshold: 1,
            treatMissingData: "breaching",
            alarmActions: [topicArn],
        });
    });
});
