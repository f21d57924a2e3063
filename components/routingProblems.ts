import type { Residency, RoutingPolicyArgs } from "./routingPolicy";

/**
 * Every way in which a routing policy contradicts itself; empty when it is sound. What is absent is not
 * judged: configuration reports a missing value itself.
 */
export function routingProblems(
    args: Pick<RoutingPolicyArgs, "quorum"> &
        Partial<Pick<RoutingPolicyArgs, "residency" | "standby" | "writer">> & {
            readonly regions: readonly { region: string; away: string; sharePercent?: number }[];
        },
): readonly string[] {
    const names = args.regions.map(({ region }) => region);
    const known = names.join(", ");
    const problems: string[] = [];
    if (names.length < 2 || new Set(names).size !== names.length) {
        problems.push(
            `\`regions\`: must name at least 2 regions, each once, got ${known || "none"}`,
        );
    }
    const voters = names.length - 1;
    if (!Number.isInteger(args.quorum) || args.quorum < 1 || args.quorum > voters) {
        problems.push(`\`quorum\`: must be a whole number from 1 to ${voters}, got ${args.quorum}`);
    }
    for (const { region, away, sharePercent } of args.regions) {
        if (away === region || !names.includes(away)) {
            problems.push(`\`${region}.away\`: must be another region (${known}), got ${away}`);
        }
        if (
            sharePercent !== undefined &&
            !(Number.isInteger(sharePercent) && sharePercent >= 0 && sharePercent <= 100)
        ) {
            problems.push(
                `\`${region}.sharePercent\`: must be a whole number from 0 to 100, got ${sharePercent}`,
            );
        }
    }
    for (const role of ["writer", "standby"] as const) {
        const region = args[role];
        if (region !== undefined && !names.includes(region)) {
            problems.push(`\`${role}\`: must be one of ${known}, got ${region}`);
        }
    }
    if (args.standby !== undefined && args.writer === args.standby) {
        problems.push(`\`standby\`: must be another region than the writer, got ${args.standby}`);
    }
    return [...problems, ...residencyProblems(args.residency ?? [], names)];
}

function residencyProblems(
    residency: readonly Residency[],
    regions: readonly string[],
): readonly string[] {
    const problems: string[] = [];
    const codes = residency.map(({ code }) => code);
    const twice = codes.filter((code, index) => codes.indexOf(code) !== index);
    if (twice.length > 0) {
        problems.push(
            `\`residency\`: must name each place once, got ${[...new Set(twice)].join(", ")} more often`,
        );
    }
    for (const { code, mode, regions: allowed = [] } of residency) {
        if (!/^[A-Z]{2}$/.test(code)) {
            problems.push(
                `\`residency.${code}\`: must be two capital letters, such as EU for Europe or DE for Germany`,
            );
        }
        if (mode === "strict" && allowed.length === 0) {
            problems.push(
                `\`residency.${code}.regions\`: must name the regions that its users may be served from (${regions.join(", ")})`,
            );
        }
        if (mode === "prefer" && allowed.length > 0) {
            problems.push(
                `\`residency.${code}.regions\`: only a strict place has them, got ${allowed.join(", ")}; say mode strict or remove them`,
            );
        }
        const strangers = allowed.filter((region) => !regions.includes(region));
        if (strangers.length > 0) {
            problems.push(
                `\`residency.${code}.regions\`: must be of ${regions.join(", ")}, got ${strangers.join(", ")}`,
            );
        }
    }
    return problems;
}
