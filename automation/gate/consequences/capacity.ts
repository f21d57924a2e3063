import { loadsOf } from "../../../policies/resilience/routing/load";
import { locations } from "../../../policies/resilience/routing/locations";
import {
    block,
    number,
    regionOf,
    type PlainResource,
} from "../../../policies/resilience/routing/plainResource";
import { RecordTree } from "../../../policies/resilience/routing/recordTree";

/** How many users there are, as the pack's capacity rules are configured. */
export interface Demand {
    /** Tasks that carry the peak of a region's own users. */
    readonly peakTasks: number;
    /** The same, for regions that differ. */
    readonly peakTasksByRegion: Readonly<Record<string, number>>;
    /** Relative number of users by the code of their place. */
    readonly users: Readonly<Record<string, number>>;
}

/** What a region has to carry while another one is away, and what runs there before anybody asks for more. */
export interface RegionCapacity {
    readonly away: string;
    readonly region: string;
    /** Tasks. */
    readonly needed: number;
    /** Tasks; undefined when nothing deployed or previewed says so. */
    readonly standing: number | undefined;
}

/** The same before and after a change; undefined where a region does not stand in. */
export interface CapacityChange {
    readonly away: string;
    readonly region: string;
    readonly before: RegionCapacity | undefined;
    readonly after: RegionCapacity | undefined;
}

/** Pure. @returns the pairs of regions for which something differs. */
export function compareCapacity(
    before: readonly PlainResource[],
    after: readonly PlainResource[],
    demand: Demand,
): readonly CapacityChange[] {
    const [was, is] = [before, after].map((resources) => capacityOf(resources, demand));
    const keys = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].sort();
    return keys.flatMap((key) => {
        const [from, to] = [was?.get(key), is?.get(key)];
        const { away = "", region = "" } = from ?? to ?? {};
        return JSON.stringify(from) === JSON.stringify(to)
            ? []
            : [{ away, region, before: from, after: to }];
    });
}

/** For each region lost or voted out, whichever is the heavier, and each region that stands in; by both. */
function capacityOf(
    resources: readonly PlainResource[],
    demand: Demand,
): ReadonlyMap<string, RegionCapacity> {
    const tree = new RecordTree(resources);
    const standing = standingTasks(resources);
    const populations = locations
        .map((from) => ({ from, size: demand.users[from.code] ?? 1 }))
        .filter(({ size }) => size > 0);
    const peakOf = (region: string): number => demand.peakTasksByRegion[region] ?? demand.peakTasks;
    const found = new Map<string, RegionCapacity>();
    for (const group of tree.entries()) {
        const regions = new Set(group.records.flatMap((one) => [...tree.regionsUnder(one)]));
        if (regions.size > 1) {
            for (const { away, region, needed, own } of loadsOf(tree, group, populations, peakOf)) {
                const key = `${away} ${region}`;
                const tasks = Math.ceil(needed - 1e-9);
                if (needed > own + 1e-9 && tasks > (found.get(key)?.needed ?? 0)) {
                    found.set(key, { away, region, needed: tasks, standing: standing.get(region) });
                }
            }
        }
    }
    return found;
}

/** Least capacities of the scaling targets of ECS services; where a region has none, the desired counts of services that face users. */
function standingTasks(resources: readonly PlainResource[]): ReadonlyMap<string, number> {
    const targets = resources.filter(
        ({ type, props }) =>
            type === "aws:appautoscaling/target:Target" && props["serviceNamespace"] === "ecs",
    );
    const services = resources.filter(
        ({ type, props }) =>
            type === "aws:ecs/service:Service" && block(props, "loadBalancers") !== undefined,
    );
    return new Map([...sums(services, "desiredCount"), ...sums(targets, "minCapacity")]);
}

function sums(resources: readonly PlainResource[], property: string): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (const resource of resources) {
        const region = regionOf(resource);
        const tasks = number(resource.props, property);
        if (region !== undefined && tasks !== undefined) {
            found.set(region, (found.get(region) ?? 0) + tasks);
        }
    }
    return found;
}
