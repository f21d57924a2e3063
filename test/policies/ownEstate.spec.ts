import fs from "node:fs";
import path from "node:path";

import type { StackValidationPolicy } from "@pulumi/policy";
import { expect } from "chai";

import { estateNames, globalStack } from "../../infra/topology";
import { policies } from "../../policies/resilience/policies";
import { bucketReplication } from "../../policies/resilience/rules/recovery/bucketReplication";
import { tableBackup } from "../../policies/resilience/rules/recovery/tableBackup";
import type { Registrations } from "../support/mocks";
import { judgeResource, judgeResources, stackResources } from "./support/judge";
import { ownStacks, type Seen, seenInPreview, seenInUpdate } from "./support/ownStacks";

type Config = Readonly<Record<string, Record<string, unknown>>>;

/** What an estate says to the pack, as `estates/<name>/resilience.json`. */
function configOf(estate: string): Config {
    const file = path.join(__dirname, "..", "..", "estates", estate, "resilience.json");
    return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as Config) : {};
}

function violations(seen: readonly Seen[], config: Config): readonly string[] {
    const all = stackResources(seen.map(({ outputs }) => outputs));
    return policies.flatMap((policy) => {
        const set = config[policy.name] ?? {};
        const found =
            "validateStack" in policy
                ? judgeResources(policy, all, set)
                : seen.flatMap(({ inputs }) =>
                      judgeResource(policy, inputs, set).map(
                          (message) => `${inputs.name}: ${message}`,
                      ),
                  );
        return found.map((message) => `${policy.name}: ${message}`);
    });
}

for (const estate of estateNames) {
    describe(`the ${estate} estate under the resilience pack`, () => {
        let stacks: ReadonlyMap<string, Registrations>;

        before(async () => {
            stacks = await ownStacks(estate);
        });

        const everyStack = (
            see: typeof seenInUpdate,
        ): Readonly<Record<string, readonly string[]>> =>
            Object.fromEntries(
                [...stacks].map(([stack, of]) => [stack, violations(see(of), configOf(estate))]),
            );
        const nothing = () => Object.fromEntries([...stacks.keys()].map((stack) => [stack, []]));

        it("has nothing that a rule objects to", () => {
            expect(everyStack(seenInUpdate)).to.deep.equal(nothing());
        });

        it("has nothing either while nothing of it is there yet", () => {
            expect(everyStack(seenInPreview)).to.deep.equal(nothing());
        });

        it("replicates by its global stack what region stacks leave to it", () => {
            const replicated = stacks
                .get(globalStack)
                ?.of("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
                .map(({ inputs }) => inputs["bucket"]);
            const left = [...stacks.values()]
                .flatMap((of) => of.of("aws:s3/bucket:Bucket"))
                .map(({ inputs }) => inputs["bucket"] as string)
                .filter((name) =>
                    exempt(bucketReplication, "exemptBuckets").some(
                        (each) =>
                            each.reason.startsWith("replicated by the global stack") &&
                            name.startsWith(each.name.split("<")[0] as string),
                    ),
                );
            expect(left).not.to.be.empty;
            expect(replicated).to.have.members(left);
        });

        it("backs up in every region the table that its global stack leaves to them", () => {
            const [table] = exempt(tableBackup, "exemptTables");
            for (const [stack, of] of stacks) {
                if (stack !== globalStack) {
                    const chosen = of
                        .of("aws:backup/selection:Selection")
                        .flatMap(({ inputs }) => inputs["resources"] as string[]);
                    expect(
                        chosen.filter((arn) => arn.endsWith(`:table/${table?.name}`)),
                        stack,
                    ).to.have.length(1);
                }
            }
        });
    });
}

function exempt(
    policy: StackValidationPolicy,
    property: string,
): readonly { readonly name: string; readonly reason: string }[] {
    return policy.configSchema?.properties[property]?.default as ReturnType<typeof exempt>;
}
