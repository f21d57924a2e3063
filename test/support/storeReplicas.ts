import { AwsError } from "../../sandbox/aws/awsError";
import { ConditionFailed } from "../../sandbox/world/tables/regionTables";
import type { Tables } from "../../sandbox/world/tables/tables";
import { Caller } from "../../runtime/store/calls/caller";
import type { StoreClock } from "../../runtime/store/calls/clock";
import { Replica } from "../../runtime/store/calls/replica";
import type { SmallWorld } from "./smallWorld";

export const storeTable = "store";

/** Puts the store's table in the account, with a stream in every region. */
export function declareStoreTable(
    world: Pick<SmallWorld, "accountId" | "declare">,
    [home, ...others]: readonly [string, ...string[]],
): void {
    const arnIn = (region: string): string =>
        `arn:aws:dynamodb:${region}:${world.accountId}:table/${storeTable}`;
    const stream = (region: string): string => `${arnIn(region)}/stream/2026-05-01T00:00:00.000`;
    world.declare(
        "aws:dynamodb/table:Table",
        home,
        storeTable,
        {
            name: storeTable,
            billingMode: "PAY_PER_REQUEST",
            hashKey: "pk",
            rangeKey: "sk",
            attributes: ["gsi1pk", "gsi1sk", "pk", "sk"].map((name) => ({ name, type: "S" })),
            globalSecondaryIndexes: [
                { name: "gsi1", hashKey: "gsi1pk", rangeKey: "gsi1sk", projectionType: "ALL" },
            ],
            ttl: { attributeName: "expiresAt", enabled: true },
            streamEnabled: true,
            streamViewType: "NEW_AND_OLD_IMAGES",
            replicas: others.map((regionName) => ({
                regionName,
                arn: arnIn(regionName),
                streamArn: stream(regionName),
            })),
        },
        { arn: arnIn(home), streamLabel: "2026-05-01T00:00:00.000", streamArn: stream(home) },
    );
}

/** The world's time for the store. */
export function storeClock(world: Pick<SmallWorld, "clock">): StoreClock {
    return {
        now: () => Math.floor(world.clock.now()),
        after: (ms, ring) => world.clock.after(ms, ring),
    };
}

/** A region's copy of the world's table, as an SDK client would reach it, without the wires. */
export function storeReplica(
    world: Pick<SmallWorld, "clock">,
    tables: Pick<Tables, "execute">,
    region: string,
): Replica {
    const send = async ({
        constructor,
        input,
    }: {
        constructor: { name: string };
        input: object;
    }) => {
        try {
            return await world.clock.io(() =>
                tables.execute(region, constructor.name.replace(/Command$/, ""), {
                    ...input,
                }),
            );
        } catch (error) {
            throw error instanceof AwsError
                ? Object.assign(new Error(error.message), {
                      name: error.code,
                      ...(error instanceof ConditionFailed ? { Item: error.item } : {}),
                  })
                : error;
        }
    };
    return new Replica(region, storeTable, { send });
}

export function storeCaller(world: Pick<SmallWorld, "clock" | "random">): Caller {
    return new Caller(storeClock(world), world.random);
}
