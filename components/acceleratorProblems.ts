import type { AcceleratorArgs } from "./accelerator";

/** Every way in which an accelerator's dials contradict each other; empty when they are sound. */
export function acceleratorProblems(
    regions: readonly Pick<AcceleratorArgs["regions"][number], "region" | "dialPercent">[],
): readonly string[] {
    const problems = regions
        .filter(({ dialPercent: dial }) => dial !== undefined && !(dial >= 0 && dial <= 100))
        .map(
            ({ region, dialPercent }) =>
                `\`dials.${region}\`: must be a percent from 0 to 100, got ${dialPercent}`,
        );
    const closed = regions.length > 0 && regions.every(({ dialPercent }) => dialPercent === 0);
    return closed
        ? [...problems, "`dials`: at least 1 region must take connections, got 0 for all of them"]
        : problems;
}
