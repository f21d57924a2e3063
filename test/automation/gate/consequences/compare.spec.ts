import { expect } from "chai";

import { compare, demandOf, type Compared } from "../../../../automation/gate/consequences/compare";
import { consequenceTables } from "../../../../automation/gate/consequences/tables";
import { commentLimit, gateMarkdown } from "../../../../automation/gate/markdown";
import type { DeployedResource, ResourceChange } from "../../../../automation/stacks";
import { globalStack, regionNames } from "../../../../infra/topology";
import type { Registrations } from "../../../support/mocks";
import { ownStacks, seenInUpdate } from "../../../policies/support/ownStacks";
import { updateOf } from "../../support/fakeStacks";
import { reportOn } from "../../support/gateReports";

const demand = { peakTasks: 3, peakTasksByRegion: {}, users: {} };

describe("what a change does to the own estate", () => {
    let deployed: ReadonlyMap<string, readonly DeployedResource[]>;

    before(async function () {
        this.timeout(600_000);
        const stacks = await ownStacks("full");
        deployed = new Map(
            [...stacks].map(([stack, registered]) => [stack, resourcesOf(registered, stack)]),
        );
    });

    function resourcesOf(registered: Registrations, stack: string): readonly DeployedResource[] {
        return seenInUpdate(registered).map(
            ({ outputs: { urn = "", type, name = "", props, from } }) => ({
                urn,
                type,
                name,
                // What a provider adds.
                outputs: stack === globalStack ? props : { region: stack, ...props },
                ...(from === undefined ? {} : { from }),
            }),
        );
    }

    /** Updates some resources of a stack by what `edit` makes of their properties. */
    function compared(
        stack: string,
        matches: (resource: DeployedResource) => boolean,
        edit: Readonly<Record<string, unknown>>,
    ): Compared {
        const changes = (deployed.get(stack) ?? [])
            .filter(matches)
            .map(({ urn, type, name }): ResourceChange => ({
                urn,
                type,
                name,
                operation: "update",
                paths: [],
                oldInputs: {},
                newInputs: edit,
            }));
        expect(changes).to.not.eql([]);
        const none = [...regionNames(), globalStack].map((one) => updateOf(one));
        const after = none.map((one) => (one.stack === stack ? { ...one, changes } : one));
        return compare({ deployed, before: none, after, demand });
    }

    it("is nothing for a change that no user can notice", () => {
        const { answers, capacity, objectives } = compared(
            "eu-west-1",
            ({ type }) => type === "aws:sns/topic:Topic",
            { displayName: "other" },
        );
        expect({ changes: answers.changes, capacity, objectives }).to.eql({
            changes: [],
            capacity: [],
            objectives: [],
        });
        // Each of four regions up or lost, up or evacuated; all up once.
        expect(answers.states).to.equal(31);
        expect(answers.names).to.be.greaterThan(0);
    });

    it("is less capacity for those who come to a smaller region, and says when it is too little", () => {
        const { answers, capacity, objectives } = compared(
            "eu-west-1",
            ({ type, outputs }) =>
                type === "aws:appautoscaling/target:Target" &&
                outputs["serviceNamespace"] === "ecs",
            { minCapacity: 2 },
        );
        expect(answers.changes).to.eql([]);
        expect(objectives).to.eql([]);
        expect(capacity?.length).to.be.greaterThan(0);
        for (const { region, before, after } of capacity ?? []) {
            expect(region).to.equal("eu-west-1");
            expect([before?.standing, after?.standing]).to.eql([6, 2]);
            expect(before?.needed).to.equal(after?.needed);
        }
        const table = consequenceTables({ answers, capacity, objectives })[1];
        expect(table?.rows.map((row) => row.at(-1))).to.include("❌ too few");
    });

    it("is a longer failover for slower checks, by the term that grew", () => {
        const { objectives, answers } = compared(
            globalStack,
            ({ name }) => name === "endpoint-us-east-1",
            { failureThreshold: 10 },
        );
        expect(answers.changes).to.eql([]);
        const [change, ...others] = objectives;
        expect(others).to.eql([]);
        expect(change).to.include({ region: "us-east-1", path: "endpoint" });
        const rows = consequenceTables({ answers, capacity: [], objectives })[2]?.rows;
        expect(rows?.[0]?.[2]).to.match(/^\d+ → \d+$/);
        expect(rows?.[0]?.[3]).to.match(
            /^detect: endpoint check 10 x 3 .* → endpoint check 10 x 10/,
        );
    });

    it("says what is missing where a bound cannot be told any more", () => {
        const { objectives } = compared(
            "eu-west-1",
            ({ outputs }) => outputs["name"] === "meridian-decider-tick",
            { scheduleExpression: "cron(0 12 * * ? *)" },
        );
        expect(objectives.length).to.be.greaterThan(0);
        expect(objectives[0]?.after).to.have.property("missing").that.contains("must be a rate");
    });

    it("is told in the comment, and that it is nothing as well", () => {
        const none = updateOf(globalStack);
        const same = compare({ deployed, before: [none], after: [none], demand });
        const consequences = (outcome: Compared | { readonly failure: string }) => ({
            ...reportOn({}),
            consequences: { revision: "main", commit: "0123456789abcdef", outcome },
        });
        const text = gateMarkdown(consequences(same));
        expect(text).to.contain("compared with main &#40;0123456789ab&#41;");
        expect(text).to.contain("nobody is answered otherwise&#58; ");
        expect(gateMarkdown(consequences({ failure: "no | such" }))).to.contain(
            "no comparison with main &#40;0123456789ab&#41;&#58; no &#124; such",
        );
        const gone = compare({
            deployed,
            before: [none],
            after: [
                {
                    ...none,
                    changes: (deployed.get(globalStack) ?? []).map((resource) => ({
                        ...resource,
                        operation: "delete",
                        paths: [],
                        oldInputs: {},
                        newInputs: {},
                    })),
                },
            ],
            demand,
        });
        const long = gateMarkdown(consequences(gone));
        expect(long).to.contain("| nobody |").and.to.contain("#### Who is answered");
        expect(long.length).to.be.at.most(commentLimit);
    });
});

describe("the demand", () => {
    const rule = (name: string, settings: Readonly<Record<string, unknown>>) => ({
        pack: "p",
        name,
        description: "",
        level: "mandatory" as const,
        remediation: "",
        url: "",
        tags: [],
        settings,
    });
    const minimum = rule("capacity-service-minimum", { peakTasks: 3, peakTasksByRegion: {} });
    const loss = rule("capacity-region-loss", { peakTasks: 4, users: { us: 1 } });

    it("is what the capacity rules have as defaults, and what is configured before that", () => {
        expect(demandOf([minimum], {})).to.eql({ peakTasks: 3, peakTasksByRegion: {}, users: {} });
        expect(demandOf([loss, minimum], {})?.peakTasks).to.equal(4);
        expect(
            demandOf([minimum, loss], {
                "capacity-region-loss": { peakTasksByRegion: { "us-east-1": 9 } },
            }),
        ).to.eql({ peakTasks: 4, peakTasksByRegion: { "us-east-1": 9 }, users: { us: 1 } });
    });

    it("is not known without them", () => {
        expect(demandOf([], { "capacity-region-loss": { peakTasks: 1 } })).to.equal(undefined);
    });
});
