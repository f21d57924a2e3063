/** Bounds and aim of autoscaling. */
export interface Scaling {
    /** Capacity units, from 1. */
    readonly minimum: number;
    readonly maximum: number;
    /** Percent of the units that should be in use, 20 to 90. */
    readonly targetPercent: number;
}

/**
 * How a global table pays for its throughput. Writes have one setting for all regions, because every
 * region takes every region's writes; reads may differ by region.
 *
 * The kind is chosen when the table is made. On demand, the replicas belong to the table; provisioned,
 * each is a resource of its own, which AWS accepts only after the table's writes scale.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-global-table-design.prescriptive-guidance.throughput.html
 */
export type TableCapacity =
    | { readonly kind: "onDemand" }
    | {
          readonly kind: "provisioned";
          readonly write: Scaling;
          readonly read: Scaling;
          /** Regions whose reads differ. @default none */
          readonly readByRegion?: Readonly<Record<string, Scaling>>;
      };

/** How reads scale in a region. */
export function readScalingIn(
    region: string,
    capacity: Extract<TableCapacity, { kind: "provisioned" }>,
): Scaling {
    return capacity.readByRegion?.[region] ?? capacity.read;
}

/** What is wrong with a capacity; empty when it is sound. */
export function capacityProblems(
    capacity: TableCapacity,
    regions: readonly string[],
): readonly string[] {
    if (capacity.kind === "onDemand") {
        return [];
    }
    const byRegion = Object.entries(capacity.readByRegion ?? {});
    return [
        ...scalingProblems("capacity.write", capacity.write),
        ...scalingProblems("capacity.read", capacity.read),
        ...byRegion.flatMap(([region, scaling]) =>
            regions.includes(region)
                ? scalingProblems(`capacity.readByRegion.${region}`, scaling)
                : [
                      `\`capacity.readByRegion.${region}\`: must be a region of the table (${regions.join(", ")})`,
                  ],
        ),
    ];
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html */
function scalingProblems(path: string, scaling: Scaling): readonly string[] {
    const problems: string[] = [];
    for (const key of ["minimum", "maximum"] as const) {
        if (!Number.isInteger(scaling[key]) || scaling[key] < 1) {
            problems.push(`\`${path}.${key}\`: must be a whole number from 1, got ${scaling[key]}`);
        }
    }
    if (scaling.maximum < scaling.minimum) {
        problems.push(
            `\`${path}.maximum\`: must be at least the minimum (${scaling.minimum}), got ${scaling.maximum}`,
        );
    }
    if (!(scaling.targetPercent >= 20 && scaling.targetPercent <= 90)) {
        problems.push(
            `\`${path}.targetPercent\`: must be from 20 to 90, got ${scaling.targetPercent}`,
        );
    }
    return problems;
}
