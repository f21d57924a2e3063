import { expect } from "chai";

import { cacheDefaultUser } from "../../../policies/resilience/rules/access/cacheDefaultUser";
import { serviceMinimum } from "../../../policies/resilience/rules/capacity/serviceMinimum";
import { endpointCheck } from "../../../policies/resilience/rules/health/endpointCheck";
import { bucketMesh } from "../../../policies/resilience/rules/recovery/bucketMesh";
import { serviceZones } from "../../../policies/resilience/rules/recovery/serviceZones";
import { streamRetention } from "../../../policies/resilience/rules/recovery/streamRetention";
import { evacuatedRegions } from "../../../policies/resilience/rules/routing/evacuatedRegions";
import { failoverPair } from "../../../policies/resilience/rules/routing/failoverPair";
import { onePolicy } from "../../../policies/resilience/rules/routing/onePolicy";
import { type Given, judgeSound, judgeStack, unknown } from "../support/judge";
import { byLatency, byRole, byWeight, record, toBalancer } from "../support/records";

describe("rules that mutations of our own stacks asked for", () => {
    it("keep a stream for a week", () => {
        const judge = judgeSound(streamRetention, "aws:kinesis/stream:Stream", {
            retentionPeriod: 168,
        });
        expect(judge({ retentionPeriod: 167 })[0]).to.match(/at least 168 hours/);
        expect(judge({ retentionPeriod: undefined })[0]).to.match(/retentionPeriod is 24/);
        expect(judge({ retentionPeriod: 48 }, { minimumHours: 48 })).to.deep.equal([]);
    });

    it("run what users reach in two zones", () => {
        const judge = judgeSound(serviceZones, "aws:ecs/service:Service", {
            loadBalancers: [{ containerName: "web" }],
            networkConfiguration: { subnets: ["a", "b"] },
        });
        const one = { networkConfiguration: { subnets: ["a"] } };
        expect(judge(one)[0]).to.match(/run in 1 subnets/);
        expect(judge({ ...one, loadBalancers: undefined })).to.deep.equal([]);
        expect(judge({ networkConfiguration: undefined })).to.deep.equal([]);
        expect(judge({ networkConfiguration: { subnets: unknown } })).to.deep.equal([]);
        expect(judge({}, { minimumZones: 3 })).to.have.length(1);
    });

    it("keep every task of a service that users reach while it is deployed", () => {
        const judge = judgeSound(serviceMinimum, "aws:ecs/service:Service", {
            loadBalancers: [{ containerName: "web" }],
            desiredCount: 6,
            deploymentMinimumHealthyPercent: 100,
        });
        expect(judge({ deploymentMinimumHealthyPercent: undefined })).to.deep.equal([]);
        expect(judge({ deploymentMinimumHealthyPercent: 50 })[0]).to.match(/set it to 100/);
        expect(
            judge({ deploymentMinimumHealthyPercent: 0, loadBalancers: undefined }),
        ).to.deep.equal([]);
    });

    it("switch the default user of a cache off, and nobody else", () => {
        const judge = judgeSound(cacheDefaultUser, "aws:elasticache/user:User", {
            userName: "default",
            accessString: "off ~* -@all",
        });
        expect(judge({ accessString: "on ~* +@all" })[0]).to.match(/switch it off/);
        expect(judge({ userName: "web", accessString: "on ~web:* +@all" })).to.deep.equal([]);
    });

    it("take no check of an endpoint the other way round", () => {
        const judge = judgeSound(endpointCheck, "aws:route53/healthCheck:HealthCheck", {
            type: "HTTPS",
            requestInterval: 10,
            failureThreshold: 3,
        });
        expect(judge({ invertHealthcheck: true })[0]).to.match(/healthy while nobody answers/);
        expect(judge({ invertHealthcheck: true, type: "CALCULATED" })).to.deep.equal([]);
        expect(judge({ invertHealthcheck: true, type: "HTTPS_STR_MATCH" })).to.deep.equal([]);
    });

    describe("replicate buckets", () => {
        const to = (name: string, change: object = {}) => ({
            status: "Enabled",
            deleteMarkerReplication: { status: "Enabled" },
            destination: { bucket: `arn:aws:s3:::${name}` },
            ...change,
        });
        const from = (bucket: unknown, ...rules: object[]): Given => ({
            type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
            name: `from-${String(bucket)}`,
            props: { bucket, rules },
        });
        const a = from("a", to("b"), to("c"));
        const b = from("b", to("a"), to("c"));
        const c = from("c", to("a"), to("b"));

        it("each to each other, or one to its backup", () => {
            expect(judgeStack(bucketMesh, [a, b, c])).to.deep.equal([]);
            expect(judgeStack(bucketMesh, [from("a", to("backup"))])).to.deep.equal([]);
            expect(judgeStack(bucketMesh, [from(unknown, to("a")), a, b, c])).to.deep.equal([]);
        });

        it("back, when others exchange with one another", () => {
            expect(judgeStack(bucketMesh, [a, b])).to.deep.equal([
                "from-a: bucket c is sent what a and others exchange, and sends nothing back; replicate it to a, too",
                "from-b: bucket c is sent what b and others exchange, and sends nothing back; replicate it to b, too",
            ]);
            const off = from("c", to("a"), to("b", { status: "Disabled" }));
            expect(judgeStack(bucketMesh, [a, b, off])).to.have.length(1);
            const exemptBuckets = [
                { name: "c", reason: "the archive of the auditors", until: "2999-12-31" },
            ];
            expect(judgeStack(bucketMesh, [a, b], { exemptBuckets })).to.deep.equal([]);
        });

        it("with what is deleted in them", () => {
            const stays = { deleteMarkerReplication: { status: "Disabled" } };
            expect(judgeStack(bucketMesh, [a, from("b", to("a", stays), to("c")), c])[0]).to.match(
                /deleted in b stays in a/,
            );
            expect(judgeStack(bucketMesh, [from("a", to("backup", stays))])).to.deep.equal([]);
        });
    });

    describe("fail over", () => {
        const name = "files.example.com";
        const primary = record(name, { ...byRole("PRIMARY"), ...toBalancer("us-east-1") });
        const secondary = record(name, { ...byRole("SECONDARY"), ...toBalancer("eu-west-1") });

        it("from a primary record to a secondary one", () => {
            expect(judgeStack(failoverPair, [primary, secondary])).to.deep.equal([]);
            expect(judgeStack(failoverPair, [primary])[0]).to.match(/no SECONDARY record.* to;/);
            expect(judgeStack(failoverPair, [secondary])[0]).to.match(/no PRIMARY record.* from;/);
        });

        it("for each type by itself, and once all is known", () => {
            const other = { ...secondary, props: { ...secondary.props, type: "AAAA" } };
            expect(judgeStack(failoverPair, [primary, other])).to.have.length(2);
            const later = { ...secondary, props: { ...secondary.props, name: unknown } };
            expect(judgeStack(failoverPair, [primary, later])).to.deep.equal([]);
            const role = { failoverRoutingPolicies: [{ type: unknown }] };
            const vague = { ...secondary, props: { ...secondary.props, ...role } };
            expect(judgeStack(failoverPair, [primary, vague])).to.deep.equal([]);
        });
    });

    it("report on the same record, whichever was registered first", () => {
        const group = [
            record("app.example.com", { ...byLatency("us-east-1"), ...toBalancer("us-east-1") }),
            record("app.example.com", { ...byWeight("canary", 1), ...toBalancer("eu-west-1") }),
        ];
        for (const rule of [onePolicy, evacuatedRegions]) {
            expect(judgeStack(rule, [...group].reverse())).to.deep.equal(judgeStack(rule, group));
        }
        expect(judgeStack(onePolicy, group)).to.have.length(1);
    });
});
