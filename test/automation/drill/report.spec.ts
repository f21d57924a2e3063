import { expect } from "chai";

import { boundOf } from "../../../automation/drill/bound";
import { defaultObjectives } from "../../../automation/commands/drill";
import { readObjectives } from "../../../automation/drill/objectives";
import { judge, type Measured, type Verdict } from "../../../automation/drill/report";
import { boundInputsWith } from "../support/boundInputs";

const bound = boundOf(boundInputsWith({ unchangedSeconds: 5, patienceSeconds: 0 }), "votes");

const good: Measured = {
    rto: {
        worldSeconds: 300,
        boundWorldSeconds: bound.worldSeconds,
        detect: 100,
        decide: 80,
        update: 10,
        dns: 30,
        drain: 80,
        bound,
    },
    rpo: { acknowledgedWrites: 100, lostWrites: 0, worstLagSeconds: 1 },
    errors: {
        byGeography: {},
        peak: 20,
        budgetUsed: 0.4,
        requests: 1000,
        failures: 40,
        staleClients: undefined,
    },
    systems: [
        {
            system: "Global Accelerator",
            component: "Accelerator",
            happened: "settled",
            rto: { seconds: 200 },
            rpo: { reason: "holds no data" },
            back: true,
        },
    ],
    calls: { toImpairedRegion: 0, toDownControlPlanes: 0, examples: [], made: {} },
    engine: { version: "3.0.0", updates: [], unchangedSeconds: 8, evacuationSeconds: 9 },
};

describe("the judgement of a drill", () => {
    let verdicts: (measured: Measured) => Promise<readonly Verdict[]>;

    before(async () => {
        const objectives = await readObjectives(defaultObjectives);
        verdicts = async (measured) => judge(measured, objectives);
    });

    async function missed(measured: Measured): Promise<readonly string[]> {
        return (await verdicts(measured)).filter((one) => !one.met).map((one) => one.objective);
    }

    it("meets every objective when every figure is within it", async () => {
        expect(await missed(good)).to.eql([]);
        expect(await verdicts(good)).to.have.length(9);
    });

    it("misses each by itself", async () => {
        const { rto, rpo, errors, systems, calls, engine } = good;
        const cases: readonly (readonly [Partial<Measured>, readonly string[]])[] = [
            [{ rto: { ...rto, worldSeconds: 601, boundWorldSeconds: 600 } }, ["RTO"]],
            [{ rto: { ...rto, boundWorldSeconds: 200 } }, ["RTO against its bound"]],
            [{ rpo: { ...rpo, lostWrites: 1 } }, ["writes lost"]],
            [{ rpo: { ...rpo, worstLagSeconds: 60 } }, ["replication lag"]],
            [{ errors: { ...errors, budgetUsed: 1.01 } }, ["client error budget used"]],
            [
                { systems: systems.map((system) => ({ ...system, back: false })) },
                ["systems that did not come back"],
            ],
            [{ calls: { ...calls, toImpairedRegion: 1 } }, ["calls to the impaired region"]],
            [{ calls: { ...calls, toDownControlPlanes: 1 } }, ["calls to dead control planes"]],
            [{ engine: { ...engine, evacuationSeconds: 13 } }, ["update against an unchanged one"]],
        ];
        for (const [over, names] of cases) {
            expect(await missed({ ...good, ...over }), names.join()).to.eql(names);
        }
    });

    it("does not take a figure that is missing for a success", async () => {
        const engine = { ...good.engine, unchangedSeconds: undefined };
        expect(await missed({ ...good, engine })).to.eql(["update against an unchanged one"]);
    });

    it("says which part used the time", async () => {
        const rto = { ...good.rto, worldSeconds: 700, decide: 480 };
        const verdict = (await verdicts({ ...good, rto })).find((one) => one.objective === "RTO");
        expect(verdict?.cause).to.equal(
            'decide took 480 s (step "alarms and decision"), its part of the bound is 120 s',
        );
    });

    it("says which part was the longest where the objective asks for less than the bound", async () => {
        const inside = { detect: 170, decide: 100, update: 9, dns: 8, drain: 20 };
        const rto = { ...good.rto, ...inside, worldSeconds: 700, boundWorldSeconds: 700 };
        const verdict = (await verdicts({ ...good, rto })).find((one) => one.objective === "RTO");
        expect(verdict?.cause).to.equal(
            'no part exceeds its bound, the longest: detect took 170 s (step "alarms and decision")',
        );
    });

    it("names what every other missed objective is to be blamed on", async () => {
        const { rpo, errors, calls, engine } = good;
        const bad = await verdicts({
            ...good,
            rpo: { ...rpo, lostWrites: 3, worstLagSeconds: 60 },
            errors: { ...errors, budgetUsed: 2, byGeography: { de: 1, us: 33.5 } },
            calls: { ...calls, toImpairedRegion: 1, examples: ["pulumi:a -> iam GetRole"] },
            engine: {
                ...engine,
                evacuationSeconds: 40,
                updates: [
                    { stack: "eu-west-1", step: "evacuate", seconds: 40, changes: 1 },
                    { stack: "ap-east-1", step: "evacuate", seconds: 9, changes: 1 },
                    { stack: "us-east-1", step: "deploy", seconds: 99, changes: 160 },
                ],
            },
        });
        expect(bad.flatMap(({ cause }) => cause ?? [])).to.eql([
            "of 100 acknowledged ones",
            "replication was behind before the fault",
            "33.5 % failed in us",
            "pulumi:a -> iam GetRole",
            "eu-west-1 took 40.0 s",
        ]);
    });
});
