import { expect } from "chai";

import { serviceMinimum } from "../../../policies/resilience/rules/capacity/serviceMinimum";
import { tableCapacity } from "../../../policies/resilience/rules/capacity/tableCapacity";
import { calculatedCheck } from "../../../policies/resilience/rules/health/calculatedCheck";
import { calculatedChildren } from "../../../policies/resilience/rules/health/calculatedChildren";
import { endpointCheck } from "../../../policies/resilience/rules/health/endpointCheck";
import { tableRecovery } from "../../../policies/resilience/rules/recovery/tableRecovery";
import { type Given, judgeResource, judgeStack, unknown } from "../support/judge";
import { healthCheck } from "../support/records";

describe("health rules", () => {
    const sound = { type: "HTTPS", requestInterval: 10, failureThreshold: 3 };
    const judge = (change: Record<string, unknown>, config = {}) =>
        judgeResource(
            endpointCheck,
            { type: "aws:route53/healthCheck:HealthCheck", props: { ...sound, ...change } },
            config,
        );

    it("accept a fast HTTPS check from every region", () => {
        expect(judge({})).to.deep.equal([]);
        expect(judge({ failureThreshold: 2 })).to.deep.equal([]);
    });

    for (const [title, change, wanted] of [
        ["plain HTTP", { type: "HTTP" }, /HTTPS/],
        ["bare TCP", { type: "TCP" }, /HTTPS/],
        ["the slow interval", { requestInterval: 30 }, /10/],
        ["no interval, which means 30", { requestInterval: undefined }, /30/],
        ["a single failure", { failureThreshold: 1 }, /2 to 3/],
        ["a slow threshold", { failureThreshold: 4 }, /2 to 3/],
        ["too few checker regions", { regions: ["us-east-1", "eu-west-1"] }, /at least 3/],
    ] as const) {
        it(`refuse ${title}`, () => {
            const violations = judge(change);
            expect(violations).to.have.length(1);
            expect(violations[0]).to.match(wanted);
        });
    }

    it("let a single inverted match count, because a match cannot be spurious", () => {
        const vote = { type: "HTTPS_STR_MATCH", invertHealthcheck: true, failureThreshold: 1 };
        expect(judge(vote)).to.deep.equal([]);
        expect(judge({ ...vote, invertHealthcheck: false })).to.have.length(1);
    });

    it("refuse a check of any type that is switched off, because it says healthy", () => {
        expect(judge({ disabled: true })[0]).to.match(/healthy whatever happens/);
        expect(judge({ type: "CALCULATED", disabled: true })).to.have.length(1);
        expect(judge({ disabled: false })).to.deep.equal([]);
    });

    it("take an empty list of regions for all of them", () => {
        expect(judge({ regions: [] })).to.deep.equal([]);
    });

    it("do not judge what is not known yet", () => {
        expect(judge({ type: unknown, requestInterval: unknown })).to.deep.equal([]);
    });

    it("take their limits from the configuration", () => {
        expect(judge({ requestInterval: 30 }, { interval: 30 })).to.deep.equal([]);
        expect(judge({ failureThreshold: 5 }, { maximumThreshold: 5 })).to.deep.equal([]);
    });

    it("refuse a calculated check that watches another one", () => {
        const sum = (name: string, childHealthchecks: unknown): Given =>
            healthCheck(name, { type: "CALCULATED", childHealthThreshold: 1, childHealthchecks });
        const web = healthCheck("web", { fqdn: "web.example.com" });
        const inner = sum("inner", ["web"]);
        expect(judgeStack(calculatedChildren, [web, inner, sum("other", ["web"])])).to.eql([]);
        expect(judgeStack(calculatedChildren, [inner, sum("outer", ["elsewhere"])])).to.eql([]);
        expect(judgeStack(calculatedChildren, [web, inner, sum("outer", ["web", "inner"])])).to.eql(
            [
                "outer: it watches inner, which is a calculated check itself, and Route 53 takes none; count what that one counts",
            ],
        );
        const preview = { ...sum("outer", unknown), from: { childHealthchecks: ["inner"] } };
        expect(judgeStack(calculatedChildren, [inner, preview])).to.have.length(1);
    });

    it("refuse a calculated check that is always or never healthy", () => {
        const calculated = (childHealthThreshold: unknown, childHealthchecks: unknown) =>
            judgeResource(calculatedCheck, {
                type: "aws:route53/healthCheck:HealthCheck",
                props: { type: "CALCULATED", childHealthThreshold, childHealthchecks },
            });
        expect(calculated(2, ["a", "b", "c"])).to.deep.equal([]);
        expect(calculated(3, ["a", "b", "c"])).to.deep.equal([]);
        expect(calculated(0, ["a"])[0]).to.match(/always/);
        expect(calculated(undefined, ["a"])[0]).to.match(/always/);
        expect(calculated(4, ["a", "b", "c"])[0]).to.match(/never/);
        expect(calculated(4, unknown)).to.deep.equal([]);
        expect(judge({ type: "CALCULATED", requestInterval: undefined })).to.deep.equal([]);
    });
});

describe("capacity rules", () => {
    const judge = (type: string, props: Record<string, unknown>, config = {}) =>
        judgeResource(serviceMinimum, { type, props }, config);
    const target = (props: Record<string, unknown>, config = {}) =>
        judge("aws:appautoscaling/target:Target", { serviceNamespace: "ecs", ...props }, config);

    it("want a region's own peak and that of the region that is lost", () => {
        expect(target({ minCapacity: 6, maxCapacity: 24 })).to.deep.equal([]);
        expect(target({ minCapacity: 5, maxCapacity: 24 })[0]).to.match(
            /3 tasks of its own peak and 3 of a region that is lost, so it must be at least 6/,
        );
    });

    it("want room for the largest of the others, whichever it is", () => {
        const config = { peakTasks: 2, peakTasksByRegion: { "us-east-1": 9, "eu-west-1": 4 } };
        const least = (region: unknown) =>
            /at least (\d+)/.exec(
                target({ region, minCapacity: 1, maxCapacity: 99 }, config)[0] ?? "",
            )?.[1];
        expect(least("us-east-1")).to.equal("13");
        expect(least("eu-west-1")).to.equal("13");
        expect(least("ap-south-1")).to.equal("11");
        // Of a region that is not known, the worst.
        expect(least(unknown)).to.equal("18");
        expect(least(undefined)).to.equal("18");
    });

    it("want a service with users to start with as many, whether it scales or not", () => {
        const type = "aws:ecs/service:Service";
        const loadBalancers = [{ containerPort: 8080 }];
        expect(judge(type, { desiredCount: 6, loadBalancers })).to.deep.equal([]);
        expect(judge(type, { desiredCount: unknown, loadBalancers })).to.deep.equal([]);
        expect(judge(type, { desiredCount: 1, loadBalancers })[0]).to.match(/at least 6/);
        expect(judge(type, { loadBalancers })).to.have.length(1);
        expect(judge(type, { desiredCount: 1 })).to.deep.equal([]);
    });

    it("want room to grow", () => {
        expect(target({ minCapacity: 6, maxCapacity: 6 })[0]).to.match(/2 times/);
    });

    it("wait for what is not known, and leave other services alone", () => {
        expect(target({ minCapacity: unknown, maxCapacity: unknown })).to.deep.equal([]);
        expect(target({ serviceNamespace: "dynamodb", minCapacity: 1 })).to.deep.equal([]);
    });

    describe("of global tables", () => {
        const table = (props: Record<string, unknown>): Given => ({
            type: "aws:dynamodb/table:Table",
            name: "table",
            props: { name: "orders", arn: "arn:orders", ...props },
        });
        const replica = (arn: unknown, from: readonly string[] = []): Given => ({
            type: "aws:dynamodb/tableReplica:TableReplica",
            name: "replica",
            props: { globalTableArn: arn },
            from: { globalTableArn: from },
        });
        const scaling = (direction: string, minCapacity: unknown, resourceId: unknown): Given => ({
            type: "aws:appautoscaling/target:Target",
            name: `${direction} ${String(resourceId)}`,
            props: {
                serviceNamespace: "dynamodb",
                scalableDimension: `dynamodb:table:${direction}CapacityUnits`,
                resourceId,
                minCapacity,
            },
        });
        const low = { billingMode: "PROVISIONED", readCapacity: 50, writeCapacity: 99 };
        const enough = { billingMode: "PROVISIONED", readCapacity: 100, writeCapacity: 100 };
        const replicas = [{ regionName: "us-east-1" }];

        it("want them on demand or provisioned high enough", () => {
            const judged = (props: Record<string, unknown>) =>
                judgeStack(tableCapacity, [table(props)]);
            expect(judged({ billingMode: "PAY_PER_REQUEST", replicas })).to.deep.equal([]);
            expect(judged({ ...enough, replicas })).to.deep.equal([]);
            expect(judged({ ...low, replicas })).to.have.length(2);
            expect(judged({ replicas })).to.have.length(2);
            expect(judged(low)).to.deep.equal([]);
            expect(judged({ ...low, billingMode: unknown, replicas })).to.deep.equal([]);
        });

        it("know them by replicas that are resources of their own", () => {
            const judged = (one: Given) => judgeStack(tableCapacity, [table(low), one]);
            expect(judged(replica("arn:orders"))).to.have.length(2);
            expect(judged(replica(unknown, ["table"]))).to.have.length(2);
            expect(judged(replica("arn:another"))).to.deep.equal([]);
        });

        it("want their scaling not to go below the minimum, their indexes' neither", () => {
            const judged = (...targets: Given[]) =>
                judgeStack(tableCapacity, [table({ ...enough, replicas }), ...targets]);
            expect(
                judged(scaling("Read", 50, "table/orders"), scaling("Write", 100, "table/orders")),
            ).to.deep.equal([]);
            expect(judged(scaling("Read", 49, "table/orders"))[0]).to.match(/at least 50/);
            expect(judged(scaling("Write", 99, "table/orders/index/by-sku"))[0]).to.match(
                /at least 100/,
            );
            expect(judged(scaling("Write", unknown, "table/orders"))).to.deep.equal([]);
            expect(judged(scaling("Write", 5, "table/orders-archive"))).to.deep.equal([]);
        });
    });
});

describe("recovery rules", () => {
    it("want point-in-time recovery on the table and on every replica", () => {
        const judge = (props: Record<string, unknown>) =>
            judgeResource(tableRecovery, { type: "aws:dynamodb/table:Table", props });
        const on = { enabled: true };
        expect(
            judge({ pointInTimeRecovery: on, replicas: [{ pointInTimeRecovery: true }] }),
        ).to.deep.equal([]);
        expect(judge({ pointInTimeRecovery: unknown, replicas: unknown })).to.deep.equal([]);
        expect(judge({})).to.have.length(1);
        expect(
            judge({ pointInTimeRecovery: on, replicas: [{ regionName: "ap-east-1" }] })[0],
        ).to.match(/ap-east-1/);
        const replica = (pointInTimeRecovery: unknown) =>
            judgeResource(tableRecovery, {
                type: "aws:dynamodb/tableReplica:TableReplica",
                props: { pointInTimeRecovery },
            });
        expect(replica(true)).to.deep.equal([]);
        expect(replica(unknown)).to.deep.equal([]);
        expect(replica(undefined)).to.have.length(1);
    });
});
