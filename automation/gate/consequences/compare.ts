import { globalStack } from "../../../infra/topology";
import type { PlainResource } from "../../../policies/resilience/routing/plainResource";
import type { DeployedResource, Update } from "../../stacks";
import type { Rule } from "../report";
import { compareAnswers, type AnswerComparison } from "./answers";
import { compareCapacity, type CapacityChange, type Demand } from "./capacity";
import { compareObjectives, type EstateResources, type ObjectiveChange } from "./objectives";
import { resourcesAfter } from "./resourcesAfter";

/** What a change of the program does to users, against another revision of it. */
export interface Consequences {
    /** As it was asked for. */
    readonly revision: string;
    readonly commit: string;
    readonly outcome: Compared | { readonly failure: string };
}

export interface Compared {
    readonly answers: AnswerComparison;
    /** Undefined when no rule of the packs says how many users there are. */
    readonly capacity: readonly CapacityChange[] | undefined;
    readonly objectives: readonly ObjectiveChange[];
}

export interface ComparisonInput {
    /** By stack. */
    readonly deployed: ReadonlyMap<string, readonly DeployedResource[]>;
    /** Previews over what is deployed, of the whole estate. */
    readonly before: readonly Update[];
    readonly after: readonly Update[];
    readonly demand: Demand | undefined;
}

/** Pure. */
export function compare({ deployed, before, after, demand }: ComparisonInput): Compared {
    const [was, is] = [before, after].map((updates) => estateOf(deployed, updates)) as [
        EstateResources,
        EstateResources,
    ];
    const [allBefore, allAfter] = [was, is].map(all) as [
        readonly PlainResource[],
        readonly PlainResource[],
    ];
    return {
        answers: compareAnswers(was.global, is.global),
        capacity: demand === undefined ? undefined : compareCapacity(allBefore, allAfter, demand),
        objectives: compareObjectives(was, is),
    };
}

function estateOf(
    deployed: ComparisonInput["deployed"],
    updates: readonly Update[],
): EstateResources {
    const regions: Record<string, readonly PlainResource[]> = {};
    let global: readonly PlainResource[] = [];
    for (const { stack, changes } of updates) {
        const resources = resourcesAfter(deployed.get(stack) ?? [], changes);
        if (stack === globalStack) {
            global = resources;
        } else {
            regions[stack] = resources;
        }
    }
    return { regions, global };
}

function all({ regions, global }: EstateResources): readonly PlainResource[] {
    return [...global, ...Object.values(regions).flat()];
}

/** The rules that know how many users there are; what a later one says counts. */
const capacityRules = ["capacity-service-minimum", "capacity-region-loss"];

/**
 * The demand by the defaults of the packs' rules and what is configured instead.
 *
 * @param configured by rule, as `--policy-pack-config` takes it.
 */
export function demandOf(
    rules: readonly Rule[],
    configured: Readonly<Record<string, unknown>>,
): Demand | undefined {
    const settings = capacityRules
        .flatMap((name) => rules.find((rule) => rule.name === name) ?? [])
        .reduce<Partial<Demand>>(
            (sum, rule) => ({
                ...sum,
                ...rule.settings,
                ...(configured[rule.name] as Partial<Demand> | undefined),
            }),
            {},
        );
    const { peakTasks, peakTasksByRegion = {}, users = {} } = settings;
    return peakTasks === undefined ? undefined : { peakTasks, peakTasksByRegion, users };
}
