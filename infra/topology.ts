/**
 * Which regions run the platform, and how they stand in for one another. Pure data: no Pulumi, no
 * AWS. A fifth region is one entry here and one `Pulumi.<region>.yaml` in the estate's folder.
 */
export interface RegionEntry {
    /** Where the region's users go while its share is below 100 (failback staging). Another region of the topology. */
    readonly away: string;
}

export interface Topology {
    readonly regions: Readonly<Record<string, RegionEntry>>;
    /** How many of the *other* regions must say `evacuate` before a region leaves service. */
    readonly quorum: number;
}

/** The stack that reads every region's outputs and owns what spans them. */
export const globalStack = "global";

/** A majority of the regions that may vote against one region, so that two cannot be voted out at once. */
export function majorityQuorum(regionCount: number): number {
    return Math.floor((regionCount - 1) / 2) + 1;
}

/** The regions of every estate, by its name. Its stacks' files say which one they belong to. */
const regionsOf = {
    full: {
        "us-east-1": { away: "eu-west-1" },
        "eu-west-1": { away: "us-east-1" },
        "ap-south-1": { away: "ap-east-1" },
        "ap-east-1": { away: "ap-south-1" },
    },
    small: {
        "us-east-1": { away: "eu-west-1" },
        "eu-west-1": { away: "us-east-1" },
    },
} as const satisfies Record<string, Record<string, RegionEntry>>;

export type EstateName = keyof typeof regionsOf;

export const estateNames = Object.keys(regionsOf) as readonly EstateName[];

/** The estate of a stack's file that names none. */
export const defaultEstate: EstateName = "full";

export function topologyOf(estate: EstateName): Topology {
    const regions = regionsOf[estate];
    return { regions, quorum: majorityQuorum(Object.keys(regions).length) };
}

/** The full estate's. */
export const topology = topologyOf(defaultEstate);

/** Region names in a fixed order, so that adding one never renames its neighbours. */
export function regionNames(of: Topology = topology): readonly string[] {
    return Object.keys(of.regions).sort();
}

/** The regions that may vote on `region`: every other one. */
export function votersFor(region: string, of: Topology = topology): readonly string[] {
    return regionNames(of).filter((name) => name !== region);
}

export function isRegion(name: string, of: Topology = topology): boolean {
    return Object.hasOwn(of.regions, name);
}

/** Every stack, each after the stacks whose outputs it reads. */
export function stackNames(of: Topology = topology): readonly string[] {
    return [...regionNames(of), globalStack];
}

/** The stacks whose outputs `stack` reads. */
export function readsFrom(stack: string, of: Topology = topology): readonly string[] {
    return stack === globalStack ? regionNames(of) : [];
}

/** What is wrong with a topology, every problem at once; empty when it is sound. */
export function topologyProblems(of: Topology): readonly string[] {
    const names = regionNames(of);
    const problems: string[] = [];
    if (names.length < 2) {
        problems.push(`\`regions\`: must name at least 2 regions, got ${names.length}`);
    }
    for (const name of names) {
        const away = of.regions[name]?.away;
        if (away === undefined || away === name || !isRegion(away, of)) {
            problems.push(
                `\`regions.${name}.away\`: must be another region of the topology (${names
                    .filter((other) => other !== name)
                    .join(", ")}), got ${JSON.stringify(away)}`,
            );
        }
    }
    const voters = names.length - 1;
    if (!Number.isInteger(of.quorum) || of.quorum < 1 || of.quorum > voters) {
        problems.push(`\`quorum\`: must be a whole number from 1 to ${voters}, got ${of.quorum}`);
    }
    return problems;
}
