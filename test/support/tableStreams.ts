import type { SmallWorld } from "./smallWorld";

export const streamedTable = "orders";
const label = "2026-05-01T00:00:00.000";

export function tableStreamArnIn(region: string): string {
    return `arn:aws:dynamodb:${region}:111122223333:table/${streamedTable}/stream/${label}`;
}

/** Puts a global table with streams in the account; its home is the first region. */
export function declareStreamedTable(
    world: SmallWorld,
    [home, ...others]: readonly [string, ...string[]],
    more: Readonly<Record<string, unknown>> = {},
): void {
    const arnIn = (region: string): string => tableStreamArnIn(region).split("/stream/")[0] ?? "";
    world.declare(
        "aws:dynamodb/table:Table",
        home,
        streamedTable,
        {
            name: streamedTable,
            hashKey: "pk",
            attributes: [{ name: "pk", type: "S" }],
            ttl: { attributeName: "expiresAt", enabled: true },
            streamEnabled: true,
            streamViewType: "NEW_AND_OLD_IMAGES",
            replicas: others.map((regionName) => ({
                regionName,
                arn: arnIn(regionName),
                streamArn: tableStreamArnIn(regionName),
            })),
            ...more,
        },
        { arn: arnIn(home), streamLabel: label, streamArn: tableStreamArnIn(home) },
    );
}
