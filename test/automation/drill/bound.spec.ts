import { expect } from "chai";

import { boundInputs, boundOf, type BoundInputs } from "../../../automation/drill/bound";
import type { DeployedResource } from "../../../automation/stacks";
import { boundInputsWith } from "../support/boundInputs";

const measured = { unchangedSeconds: 6, patienceSeconds: 2 };
const inputs = boundInputsWith(measured);

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
        resource("aws:cloudwatch/eventRule:EventRule", "observer-tick", {
            name: "meridian-observer-tick",
            scheduleExpression: "rate(1 minute)",
        }),
        resource("aws:cloudwatch/eventRule:EventRule", "decider-tick", {
            name: "meridian-decider-tick",
            scheduleExpression: "rate(1 minute)",
        }),
        resource("aws:cloudwatch/eventRule:EventRule", "report", {
            name: "weekly-report",
            scheduleExpression: "rate(12 hours)",
        }),
        resource("aws:cloudwatch/eventRule:EventRule", "alarms", {
            name: "alarms",
            eventPattern: "{}",
        }),
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
        const bound = boundOf(inputs, "votes");
        expect(bound.terms.map((term) => [term.name, term.seconds])).to.eql([
            ["detect", 180],
            ["decide", 120],
            ["update", 12],
            ["dns", 10],
            ["drain", 62],
        ]);
        expect(bound.worldSeconds).to.equal(384);
        expect(bound.formula).to.equal("detect + decide + update + dns + drain");
        expect(bound.terms[0]?.formula).to.contain("2 datapoints x max(probe 60, period 60)");
    });

    it("grows with every wait of the chain", () => {
        const ofVotes = Object.keys(inputs).filter((key) => !key.startsWith("endpoint"));
        const ofEndpoint = [
            "endpointCheckSeconds",
            "endpointCheckThreshold",
            "ttlSeconds",
            "stateSeconds",
            "patienceSeconds",
        ];
        for (const [path, keys] of [
            ["votes", ofVotes],
            ["endpoint", ofEndpoint],
        ] as const) {
            for (const key of keys as (keyof BoundInputs)[]) {
                // Of the two ways to leave, the later one counts.
                const more = boundOf({ ...inputs, [key]: inputs[key] * 4 }, path);
                const now = boundOf(inputs, path);
                expect(more.worldSeconds, `${path} ${key}`).to.be.greaterThan(now.worldSeconds);
            }
        }
    });

    it("asks nobody to decide where the endpoint's own check takes the region out", () => {
        const bound = boundOf(inputs, "endpoint");
        expect(bound.terms.map((term) => [term.name, term.seconds])).to.eql([
            ["detect", 34],
            ["decide", 0],
            ["update", 0],
            ["dns", 0],
            ["drain", 62],
        ]);
        expect(bound).to.include({ path: "endpoint", worldSeconds: 96 });
    });

    it("is computed from what is deployed", () => {
        const survivors = { "eu-west-1": survivor(60), "ap-south-1": survivor(90) };
        expect(boundInputs("us-east-1", survivors, global, measured)).to.eql({
            ...inputs,
            dwellSeconds: 90,
        });
    });

    it("cannot be computed without what it is made of, and says what is missing", () => {
        const survivors = { "eu-west-1": survivor(60) };
        expect(() => boundInputs("ap-east-1", survivors, global, measured)).to.throw(
            "no metricAlarm meridian-observer-ap-east-1",
        );
        for (const [missing, message] of [
            ["vote-", "health checks of the votes on us-east-1"],
            ["endpoint-", "the health check endpoint-us-east-1"],
            ["state", "the record _state.us-east-1"],
        ] as const) {
            const rest = global.filter(({ name }) => !name.startsWith(missing));
            expect(() => boundInputs("us-east-1", survivors, rest, measured)).to.throw(message);
        }
    });
});
