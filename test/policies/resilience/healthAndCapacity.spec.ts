import { expect } from "chai";

import { serviceMinimum } from "../../../policies/resilience/rules/capacity/serviceMinimum";
import { tableCapacity } from "../../../policies/resilience/rules/capacity/tableCapacity";
import { calculatedCheck } from "../../../policies/resilience/rules/health/calculatedCheck";
import { endpointCheck } from "../../../policies/resilience/rules/health/endpointCheck";
import { tableRecovery } from "../../../policies/resilience/rules/recovery/tableRecovery";
import { judgeResource, unknown } from "../support/judge";

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

    it("do not judge what is not known yet", () => {
        expect(judge({ type: unknown, requestInterval: unknown })).to.deep.equal([]);
    });

    it("take their limits from the configuration", () => {
        expect(judge({ requestInterval: 30 }, { interval: 30 })).to.deep.equal([]);
        expect(judge({ failureThreshold: 5 }, { maximumThreshold: 5 })).to.deep.equal([]);
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
    const target = (props: Record<string, unknown>, config = {}) =>
        judgeResource(
            serviceMinimum,
            {
                type: "aws:appautoscaling/target:Target",
                props: { serviceNamespace: "ecs", ...props },
            },
            config,
        );

    it("want what survives the loss of any one region", () => {
        expect(target({ minCapacity: 3, maxCapacity: 12 })).to.deep.equal([]);
        expect(target({ minCapacity: 2, maxCapacity: 12 })[0]).to.match(/at least 3/);
        expect(
            target({ minCapacity: 3, maxCapacity: 12 }, { regions: 3, peakTasks: 9 })[0],
        ).to.match(/at least 5/);
    });

    it("want room to grow", () => {
        expect(target({ minCapacity: 6, maxCapacity: 6 })[0]).to.match(/2 times/);
    });

    it("wait for what is not known, and leave other services alone", () => {
        expect(target({ minCapacity: unknown, maxCapacity: unknown })).to.deep.equal([]);
        expect(target({ serviceNamespace: "dynamodb", minCapacity: 1 })).to.deep.equal([]);
    });

    it("want global tables on demand or provisioned high enough", () => {
        const judge = (props: Record<string, unknown>) =>
            judgeResource(tableCapacity, { type: "aws:dynamodb/table:Table", props });
        const replicas = [{ regionName: "us-east-1" }];
        expect(judge({ billingMode: "PAY_PER_REQUEST", replicas })).to.deep.equal([]);
        expect(
            judge({ billingMode: "PROVISIONED", replicas, readCapacity: 100, writeCapacity: 100 }),
        ).to.deep.equal([]);
        expect(
            judge({ billingMode: "PROVISIONED", replicas, readCapacity: 50, writeCapacity: 99 }),
        ).to.have.length(2);
        expect(judge({ replicas })).to.have.length(2);
        expect(judge({ billingMode: "PROVISIONED" })).to.deep.equal([]);
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
    });
});
