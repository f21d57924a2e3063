import path from "node:path";

import type { Policies } from "@pulumi/policy";

import { standingConfig } from "../../../automation/standingConfig";
import { globalStack, regionNames, topologyOf } from "../../../infra/topology";
import { policies as evacuation } from "../../../policies/evacuation/policies";
import { policies as resilience } from "../../../policies/resilience/policies";
import { judgeResource, judgeResources, stackResources } from "../support/judge";
import { ownStacks, type Seen, seenInUpdate } from "../support/ownStacks";
import type { Mutation } from "./mutation";

/** What each stack of the full estate registers, after an update. */
export type Estate = ReadonlyMap<string, readonly Seen[]>;

export interface Judged extends Mutation {
    /** Names of the rules that object, sorted. */
    readonly found: readonly string[];
}

/** Services whose resources have no region: the provider gives those of all others theirs. */
const global = /^aws:(cloudfront|globalaccelerator|iam|route53)\//;

/** Runs the program of every stack once. */
export async function captureEstate(): Promise<Estate> {
    const stacks = await ownStacks("full");
    return new Map(
        [...stacks].map(([stack, of]) => [
            stack,
            seenInUpdate(of).map((seen) => withRegion(seen, stack)),
        ]),
    );
}

function withRegion({ inputs, outputs }: Seen, stack: string): Seen {
    const own = stack === globalStack ? "eu-central-1" : stack;
    return global.test(inputs.type)
        ? { inputs, outputs }
        : {
              inputs: { ...inputs, provider: { region: own } },
              outputs: { ...outputs, props: { region: own, ...outputs.props } },
          };
}

/** @throws Error when the mutation finds nothing to change, or the stack is not one of ours */
export function judgeMutation(estate: Estate, mutation: Mutation): Judged {
    const sound = estate.get(mutation.stack);
    if (sound === undefined) {
        throw new Error(`${mutation.stack} is none of ${[...estate.keys()].join(", ")}`);
    }
    const broken = mutation.change(sound);
    const untouched = new Set(sound);
    const found = [
        ...objections(resilience, broken, untouched, (name) => standing[name] ?? {}),
        ...(mutation.evacuates === undefined
            ? []
            : objections(evacuation, broken, untouched, (name) =>
                  settingsOf(name, mutation.evacuates as string),
              )),
    ];
    return { ...mutation, found: [...new Set(found)].sort() };
}

/** What a command of ours tells the pack of an evacuation. */
function settingsOf(policy: string, region: string): Record<string, unknown> {
    return (
        {
            "evacuation-named-region": {
                impairedRegion: region,
                regions: regionNames(topologyOf("full")),
            },
        }[policy] ?? {}
    );
}

/** As `meridian` runs it. */
const standing = standingConfig({
    configFolder: path.join(__dirname, "..", "..", ".."),
    topology: topologyOf("full"),
}) as Readonly<Record<string, Record<string, unknown>>>;

/** A rule on single resources is asked of those that changed alone: the others are known to be sound. */
function objections(
    policies: Policies,
    resources: readonly Seen[],
    untouched: ReadonlySet<Seen>,
    settings: (policy: string) => Record<string, unknown>,
): readonly string[] {
    const all = stackResources(resources.map(({ outputs }) => outputs));
    const changed = resources.filter((one) => !untouched.has(one));
    return policies.flatMap((policy) => {
        const set = settings(policy.name);
        const messages =
            "validateStack" in policy
                ? judgeResources(policy, all, set)
                : changed.flatMap(({ inputs }) => judgeResource(policy, inputs, set));
        return messages.length > 0 ? [policy.name] : [];
    });
}
