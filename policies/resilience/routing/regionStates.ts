import type { Health } from "./answers";
import type { HealthCheck } from "./healthChecks";
import { regionInHost } from "./plainResource";
import type { RecordTree } from "./recordTree";

/**
 * What became of a region. `lost`: nothing in it answers. `evacuated`: it was taken out of service by
 * its switches and may be well. `failing`: its targets are unhealthy and its own checks do not show it.
 */
export type RegionState = "up" | "lost" | "evacuated" | "failing";

/** By region; one that is left out is up. */
export type RegionStates = Readonly<Record<string, RegionState>>;

/** What a check is about. */
interface Subject {
    /** The region that it asks. */
    readonly region?: string;
    /** The region that it is a switch of: an object there says whether that one is in service. */
    readonly switchOf?: string;
}

const subjects = new WeakMap<RecordTree, ReadonlyMap<HealthCheck, Subject>>();

/**
 * How things are for a tree's checks and targets when regions are in these states:
 *
 * - an endpoint answers unless its region is lost;
 * - a text about a region is found once that region is evacuated, where the one that keeps the text can
 *   be read (`HTTPS_STR_MATCH` on a path with the region's name); a check that is not inverted looks for
 *   the opposite text;
 * - an ARC routing control is off while its region is evacuated;
 * - an alarm of a lost region has no data, and its check is what `insufficientDataHealthStatus` says.
 *
 * A check that names no region itself is about the one that all records which carry it lead to.
 */
export function healthIn(tree: RecordTree, states: RegionStates): Health {
    const about = subjectsOf(tree);
    const stateOf = (region: string | undefined): RegionState =>
        (region === undefined ? undefined : states[region]) ?? "up";
    return {
        observe: (check) => {
            const { region, switchOf } = about.get(check) ?? {};
            const own = stateOf(region);
            if (switchOf !== undefined) {
                return own !== "lost" && (stateOf(switchOf) === "evacuated") === check.inverted;
            }
            switch (check.type) {
                case "RECOVERY_CONTROL":
                    return own !== "evacuated";
                case "CLOUDWATCH_METRIC":
                    return own !== "lost" || check.insufficientData !== "Unhealthy";
                default:
                    return own !== "lost";
            }
        },
        targetHealthy: (_, region) => !["lost", "failing"].includes(stateOf(region)),
    };
}

/** Regions that something can take out of service while they are well. */
export function evacuableRegions(tree: RecordTree): ReadonlySet<string> {
    return new Set(
        [...subjectsOf(tree)].flatMap(([check, { region, switchOf }]) =>
            check.type === "RECOVERY_CONTROL" ? (region ?? []) : (switchOf ?? []),
        ),
    );
}

function subjectsOf(tree: RecordTree): ReadonlyMap<HealthCheck, Subject> {
    const known = subjects.get(tree);
    if (known !== undefined) {
        return known;
    }
    const carried = carriedRegions(tree);
    const regions = new Set(tree.regions());
    const found = new Map(
        tree.checks.all.map((check) => {
            const asked =
                check.alarmRegion ??
                (check.host === undefined ? undefined : regionInHost(check.host)) ??
                tree.regionOfHost(check.host, check.hostFrom);
            const switchOf = switchOfRegion(check, asked, regions);
            const [only, ...others] = [...(carried.get(check) ?? [])];
            // Who keeps the text about a region is another than the region.
            const region =
                asked ?? (others.length === 0 && switchOf === undefined ? only : undefined);
            return [
                check,
                {
                    ...(region === undefined ? {} : { region }),
                    ...(switchOf === undefined ? {} : { switchOf }),
                },
            ] as const;
        }),
    );
    subjects.set(tree, found);
    return found;
}

function switchOfRegion(
    check: HealthCheck,
    asked: string | undefined,
    regions: ReadonlySet<string>,
): string | undefined {
    const segments = (check.path ?? "").split(/[/?&=]/);
    return check.searchString === undefined
        ? undefined
        : segments.find((segment) => regions.has(segment) && segment !== asked);
}

/** Regions that the records which carry a check lead to, also through calculated checks. */
export function carriedRegions(tree: RecordTree): ReadonlyMap<HealthCheck, ReadonlySet<string>> {
    const carried = new Map<HealthCheck, Set<string>>();
    const note = (check: HealthCheck | undefined, regions: ReadonlySet<string>): void => {
        if (check === undefined) {
            return;
        }
        const noted = carried.get(check) ?? new Set();
        const news = [...regions].filter((region) => !noted.has(region));
        if (news.length > 0) {
            carried.set(check, new Set([...noted, ...news]));
            for (const child of tree.checks.children(check)) {
                note(child, regions);
            }
        }
    };
    for (const record of tree.records) {
        if (record.check !== undefined) {
            const { routing } = record;
            const own = routing.policy === "latency" ? [routing.region] : [];
            note(
                tree.checks.find(record.check),
                own.length > 0 ? new Set(own) : tree.regionsUnder(record),
            );
        }
    }
    return carried;
}

/** Most regions of which every combination is looked at: 2^10 states. */
const mostCombined = 10;

/**
 * Every combination of regions being up or in `state`. Of more than ten regions: none, each one, each
 * pair, all but each one, and all.
 */
export function regionStates(
    regions: readonly string[],
    state: Exclude<RegionState, "up">,
): readonly RegionStates[] {
    const these = (names: readonly string[]): RegionStates =>
        Object.fromEntries(names.map((name) => [name, state]));
    if (regions.length <= mostCombined) {
        return Array.from({ length: 2 ** regions.length }, (_, bits) =>
            these(regions.filter((_, index) => (bits & (1 << index)) !== 0)),
        );
    }
    return [
        [],
        ...regions.map((region) => [region]),
        ...regions.flatMap((a, index) => regions.slice(index + 1).map((b) => [a, b])),
        ...regions.map((region) => regions.filter((other) => other !== region)),
        regions,
    ].map(these);
}
