import { messageOf } from "../../errors";
import { boundInputs, boundOf, type Bound, type BoundPath } from "../../drill/bound";
import type { PlainResource } from "../../../policies/resilience/routing/plainResource";
import type { DeployedResource } from "../../stacks";

/** The stacks that the bound is read from. */
export interface EstateResources {
    readonly regions: Readonly<Record<string, readonly PlainResource[]>>;
    readonly global: readonly PlainResource[];
}

/** The longest that a failover may take; seconds, less what only a drill can measure: the update itself and clients' patience. */
export type Promised =
    | { readonly seconds: number; readonly terms: Bound["terms"] }
    /** What the configuration lacks. */
    | { readonly missing: string };

export interface ObjectiveChange {
    /** The region that fails. */
    readonly region: string;
    /** What takes it out of service. */
    readonly path: BoundPath;
    readonly before: Promised;
    readonly after: Promised;
}

const paths: readonly BoundPath[] = ["votes", "endpoint"];

/** Pure. @returns the regions and ways for which something differs. */
export function compareObjectives(
    before: EstateResources,
    after: EstateResources,
): readonly ObjectiveChange[] {
    const regions = new Set([...Object.keys(before.regions), ...Object.keys(after.regions)]);
    return [...regions].sort().flatMap((region) =>
        paths.flatMap((path) => {
            const [was, is] = [before, after].map((estate) => promised(estate, region, path)) as [
                Promised,
                Promised,
            ];
            return JSON.stringify(was) === JSON.stringify(is)
                ? []
                : [{ region, path, before: was, after: is }];
        }),
    );
}

function promised(estate: EstateResources, region: string, path: BoundPath): Promised {
    const survivors = Object.fromEntries(
        Object.entries(estate.regions)
            .filter(([name]) => name !== region)
            .map(([name, resources]) => [name, resources.map(deployed)]),
    );
    try {
        const inputs = boundInputs(region, survivors, estate.global.map(deployed), {
            unchangedSeconds: 0,
            patienceSeconds: 0,
        });
        const { worldSeconds, terms } = boundOf(inputs, path);
        return { seconds: worldSeconds, terms };
    } catch (error) {
        return { missing: messageOf(error) };
    }
}

function deployed({ urn, type, props }: PlainResource): DeployedResource {
    // What is not known is not there, to a reader of what is deployed.
    const outputs = JSON.parse(JSON.stringify(props)) as Record<string, unknown>;
    return { urn, type, name: urn.split("::").slice(3).join("::"), outputs };
}
