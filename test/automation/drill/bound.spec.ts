import { expect } from "chai";

import { boundInputs, boundOf, type BoundInputs } from "../../../automation/drill/bound";
import type { DeployedResource } from "../../../automation/stacks";

const inputs: BoundInputs = {
    probeSeconds: 60,
    alarmPeriodSeconds: 60,
    alarmDatapoints: 2,
    dwellSeconds: 60,
    decideSeconds: 60,
    updateSeconds: 12,
    voteCheckSeconds: 10,
    voteCheckThreshold: 1,
    ttlSeconds: 60,
    drainSeconds: 20,
};

function resource(type: string, name: string, outputs: object): DeployedResource {
    return { urn: name, type, name, outputs: outputs as DeployedResource["outputs"] };
}

function survivor(dwell: number): readonly DeployedResource[] {
    return [
        resource("aws:cloudwatch/metricAlarm:MetricAlarm", "observer-us-east-1", {
            name: "meridian-observer-us-east-1",
            period: 60,
            evaluationPeriods: 3,
            datapointsToAlarm: 2,
        }),
        resource("aws:cloudwatch/eventRule:EventRule", "tick", {
            scheduleExpression: "rate(1 minute)",
        }),
        resource("aws:cloudwatch/eventRule:EventRule", "alarms", { eventPattern: "{}" }),
        resource("aws:lambda/function:Function", "decider", {
            environment: { variables: { DWELL_SECONDS: String(dwell) } },
        }),
        resource("aws:lambda/function:Function", "observer", {
            environment: { variables: { PROBES: "8" } },
        }),
    ];
}

const global = [
    resource("aws:route53/healthCheck:HealthCheck", "vote-eu-west-1-us-east-1", {
        requestInterval: 10,
        failureThreshold: 1,
    }),
    resource("aws:route53/healthCheck:HealthCheck", "endpoint-us-east-1", {
        requestInterval: 10,
        failureThreshold: 3,
    }),
    resource("aws:route53/record:Record", "state", {
        name: "_state.us-east-1.app.example.com",
        ttl: 10,
    }),
];

describe("the bound of the RTO", () => {
    it("is the sum of its terms, each with its formula", () => {
        const bound = boundOf(inputs);
        expect(bound.terms.map((term) => [term.name, term.seconds])).to.eql([
            ["detect", 180],
            ["decide", 120],
            ["update", 12],
            ["dns", 70],
            ["drain", 20],
        ]);
        expect(bound.worldSeconds).to.equal(402);
        expect(bound.formula).to.equal("detect + decide + update + dns + drain");
        expect(bound.terms[0]?.formula).to.contain("2 datapoints x max(probe 60, period 60)");
    });

    it("grows with every wait of the chain", () => {
        for (const key of Object.keys(inputs) as (keyof BoundInputs)[]) {
            const more = boundOf({ ...inputs, [key]: inputs[key] * 2 });
            expect(more.worldSeconds, key).to.be.greaterThan(boundOf(inputs).worldSeconds);
        }
    });

    it("is computed from what is deployed", () => {
        const survivors = { "eu-west-1": survivor(60), "ap-south-1": survivor(90) };
        expect(boundInputs("us-east-1", survivors, global, 12)).to.eql({
            ...inputs,
            dwellSeconds: 90,
        });
    });

    it("cannot be computed without what it is made of, and says what is missing", () => {
        const survivors = { "eu-west-1": survivor(60) };
        expect(() => boundInputs("ap-east-1", survivors, global, 12)).to.throw(
            "no metricAlarm meridian-observer-ap-east-1",
        );
        expect(() => boundInputs("us-east-1", survivors, [], 12)).to.throw(
            "the votes' health checks",
        );
    });
});
