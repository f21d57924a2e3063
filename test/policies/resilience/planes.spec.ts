import { expect } from "chai";

import { longLivedKeys } from "../../../policies/resilience/rules/access/longLivedKeys";
import { followedAlarm } from "../../../policies/resilience/rules/health/followedAlarm";
import { alarmRegion } from "../../../policies/resilience/rules/planes/alarmRegion";
import { checkedEndpoint } from "../../../policies/resilience/rules/planes/checkedEndpoint";
import { serviceSpan } from "../../../policies/resilience/rules/recovery/serviceSpan";
import { tableStream } from "../../../policies/resilience/rules/recovery/tableStream";
import { type Given, judgeResource, judgeSound, judgeStack, unknown } from "../support/judge";
import { byLatency, healthCheck, record, toBalancer } from "../support/records";

describe("health checks and planes", () => {
    it("ask the application, and no service of AWS's", () => {
        const judge = judgeSound(checkedEndpoint, "aws:route53/healthCheck:HealthCheck", {
            type: "HTTPS",
            fqdn: "web-1.eu-west-1.elb.amazonaws.com",
        });
        for (const fqdn of [
            "s3.us-east-1.amazonaws.com",
            "dynamodb.eu-west-1.amazonaws.com",
            "route53.amazonaws.com",
            "ec2.us-east-1.api.aws",
        ]) {
            expect(judge({ fqdn }), fqdn).to.have.length(1);
        }
        for (const fqdn of [
            "votes.s3.us-east-1.amazonaws.com",
            "a1b2.execute-api.us-east-1.amazonaws.com",
            "s3.example.com",
            undefined,
        ]) {
            expect(judge({ fqdn }), fqdn).to.deep.equal([]);
        }
    });

    describe("that follow alarms", () => {
        const check = (props: Record<string, unknown>) =>
            healthCheck("follows", {
                type: "CLOUDWATCH_METRIC",
                cloudwatchAlarmName: "errors",
                cloudwatchAlarmRegion: "us-east-1",
                ...props,
            });
        const app = (region: string, healthCheckId: string) =>
            record("app.example.com", {
                ...byLatency(region),
                ...toBalancer(region),
                healthCheckId,
            });

        it("must not wait for an alarm that is lost together with their region", () => {
            const judge = (props: Record<string, unknown>, region = "us-east-1") =>
                judgeStack(alarmRegion, [check(props), app(region, "follows")]);
            expect(judge({})[0]).to.match(/decides about us-east-1 by an alarm in us-east-1/);
            expect(judge({ insufficientDataHealthStatus: "LastKnownStatus" })).to.have.length(1);
            expect(judge({ insufficientDataHealthStatus: "Unhealthy" })).to.deep.equal([]);
            expect(judge({ cloudwatchAlarmRegion: "eu-west-1" })).to.deep.equal([]);
            expect(judge({ cloudwatchAlarmRegion: unknown })).to.deep.equal([]);
            expect(judge({}, "eu-west-1")).to.deep.equal([]);
        });

        it("are known through calculated checks", () => {
            const calculated = healthCheck("both", {
                type: "CALCULATED",
                childHealthchecks: ["follows"],
                childHealthThreshold: 1,
            });
            expect(
                judgeStack(alarmRegion, [check({}), calculated, app("us-east-1", "both")]),
            ).to.have.length(1);
        });

        const sound = {
            name: "errors",
            metricName: "5xx",
            period: 60,
            statistic: "Sum",
            evaluationPeriods: 2,
        };
        const alarm = (props: Record<string, unknown>): Given => ({
            type: "aws:cloudwatch/metricAlarm:MetricAlarm",
            name: "alarm",
            props: { ...sound, ...props },
        });

        it("must find one there that Route 53 can follow", () => {
            const judge = (props: Record<string, unknown>) =>
                judgeStack(followedAlarm, [check({}), alarm(props)]);
            expect(judge({})).to.deep.equal([]);
            for (const name of Object.keys(sound)) {
                expect(judge({ [name]: unknown }), name).to.deep.equal([]);
            }
            expect(judge({ period: 10 })[0]).to.match(/high-resolution/);
            expect(judge({ statistic: undefined, extendedStatistic: "p99" })[0]).to.match(/"p99"/);
            expect(judge({ metricQueries: [{ id: "e", expression: "a / b" }] })[0]).to.match(
                /computes "a \/ b"/,
            );
            expect(judge({ evaluationPeriods: 3, datapointsToAlarm: 2 })[0]).to.match(/2 of 3/);
            expect(judge({ evaluationPeriods: 2, datapointsToAlarm: 2 })).to.deep.equal([]);
        });

        it("leave alarms that nobody follows alone", () => {
            expect(judgeStack(followedAlarm, [alarm({ period: 10 })])).to.deep.equal([]);
            expect(
                judgeStack(followedAlarm, [check({}), alarm({ name: "others", period: 10 })]),
            ).to.deep.equal([]);
        });

        it("know their alarm by where its name comes from, and composites for what they are", () => {
            const hidden = {
                ...check({ cloudwatchAlarmName: unknown }),
                from: { cloudwatchAlarmName: ["alarm"] },
            };
            expect(judgeStack(followedAlarm, [hidden, alarm({ period: 30 })])).to.have.length(1);
            const composite: Given = {
                type: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
                name: "composite",
                props: { alarmName: "errors" },
            };
            expect(judgeStack(followedAlarm, [check({}), composite])[0]).to.match(/composite/);
        });
    });
});

describe("credentials that do not end", () => {
    it("are refused, but for who is exempt", () => {
        const key = { type: "aws:iam/accessKey:AccessKey", props: { user: "deployer" } };
        expect(judgeResource(longLivedKeys, key)[0]).to.match(/user "deployer" gets an access key/);
        const exemptUsers = [
            { name: "deployer", reason: "break-glass, kept in the safe", until: "9999-12-31" },
        ];
        expect(judgeResource(longLivedKeys, key, { exemptUsers })).to.deep.equal([]);
        const password = {
            type: "aws:iam/userLoginProfile:UserLoginProfile",
            props: { user: unknown },
        };
        // Whose they are is not known; that they are is.
        expect(judgeResource(longLivedKeys, password, { exemptUsers })).to.have.length(1);
        const role = { type: "aws:iam/role:Role", props: { name: "deployer" } };
        expect(judgeResource(longLivedKeys, role)).to.deep.equal([]);
    });
});

describe("what spans regions", () => {
    it("has a stream of both images where a table has replicas", () => {
        const judge = judgeSound(tableStream, "aws:dynamodb/table:Table", {
            replicas: [{ regionName: "eu-west-1" }],
            streamEnabled: true,
            streamViewType: "NEW_AND_OLD_IMAGES",
        });
        expect(judge({ streamEnabled: undefined })[0]).to.match(/streamEnabled is nothing/);
        expect(judge({ streamViewType: "KEYS_ONLY" })[0]).to.match(/"KEYS_ONLY"/);
        expect(judge({ replicas: [], streamEnabled: false })).to.deep.equal([]);
    });

    it("spans no more regions than its service can", () => {
        const members = (count: number, type: string, property: string): Given[] =>
            Array.from({ length: count }, (_, index) => ({
                type,
                name: `member-${index}`,
                props: { [property]: "one" },
            }));
        const groups = (count: number) =>
            members(
                count,
                "aws:elasticache/replicationGroup:ReplicationGroup",
                "globalReplicationGroupId",
            );
        const clusters = (count: number) =>
            members(count, "aws:rds/cluster:Cluster", "globalClusterIdentifier");
        expect(judgeStack(serviceSpan, [...groups(2), ...clusters(11)])).to.deep.equal([]);
        expect(judgeStack(serviceSpan, groups(3))).to.deep.equal([
            "member-2: 3 are secondaries of a global datastore, and AWS takes 2; leave out member-2",
        ]);
        expect(judgeStack(serviceSpan, clusters(12))).to.have.length(1);
    });

    it("is known by where an id comes from, before there is one", () => {
        const whole: Given = {
            type: "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
            name: "datastore",
            props: {},
        };
        const hidden = Array.from({ length: 3 }, (_, index): Given => ({
            type: "aws:elasticache/replicationGroup:ReplicationGroup",
            name: `group-${index}`,
            props: { globalReplicationGroupId: unknown },
            from: { globalReplicationGroupId: ["datastore"] },
        }));
        expect(judgeStack(serviceSpan, [whole, ...hidden])).to.have.length(1);
        expect(judgeStack(serviceSpan, hidden)).to.deep.equal([]);
    });
});
