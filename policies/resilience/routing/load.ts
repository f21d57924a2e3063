import { answersUnder, type Query, sharesByRegion } from "./answers";
import type { Location } from "./locations";
import type { RecordTree } from "./recordTree";
import { evacuableRegions, healthIn, type RegionState } from "./regionStates";

/** Who asks for a name, and how many they are. */
export interface Population {
    readonly from: Location;
    /** Relative to the other populations. */
    readonly size: number;
}

/** What a region has to carry while another one is away; in the unit of `peakOf`. */
export interface Load {
    readonly away: string;
    readonly state: Extract<RegionState, "lost" | "evacuated">;
    readonly region: string;
    /** Its own users' and those who come. */
    readonly needed: number;
    /** Its own users' alone. */
    readonly own: number;
}

/**
 * What each region has to carry in each loss of one region, as the records lead users then: from every
 * place to the next region by its policies, with what the weights and the checks say. A region's own
 * peak is that of the users whom the records lead there while all is well, split among the places they
 * ask from by size.
 *
 * @param peakOf what the peak of a region's own users needs, such as tasks
 */
export function loadsOf(
    tree: RecordTree,
    asked: Omit<Query, "from">,
    populations: readonly Population[],
    peakOf: (region: string) => number,
): readonly Load[] {
    const sharesIn = (away: string | undefined, state: RegionState) => {
        const ask = answersUnder(tree, healthIn(tree, away === undefined ? {} : { [away]: state }));
        return populations.map(({ from }) => sharesByRegion(ask({ ...asked, from })));
    };
    const well = sharesIn(undefined, "up");
    const users = byRegion(
        well,
        populations.map(({ size }) => size),
    );
    const demand = populations.map(({ size }, index) =>
        [...(well[index] ?? [])].reduce(
            (sum, [region, share]) =>
                sum + (peakOf(region) * size * share) / (users.get(region) ?? 1),
            0,
        ),
    );
    const own = byRegion(well, demand);
    const evacuable = evacuableRegions(tree);
    return [...own.keys()].sort().flatMap((away) =>
        (["lost", "evacuated"] as const)
            .filter((state) => state === "lost" || evacuable.has(away))
            .flatMap((state) =>
                [...byRegion(sharesIn(away, state), demand)]
                    .filter(([region]) => region !== away)
                    .map(([region, needed]) => ({
                        away,
                        state,
                        region,
                        needed,
                        own: own.get(region) ?? 0,
                    })),
            ),
    );
}

/** Sums of what comes from each place, by the region it goes to. */
function byRegion(
    shares: readonly ReadonlyMap<string, number>[],
    sizes: readonly number[],
): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    shares.forEach((of, index) => {
        for (const [region, share] of of) {
            sums.set(region, (sums.get(region) ?? 0) + share * (sizes[index] ?? 0));
        }
    });
    return sums;
}
