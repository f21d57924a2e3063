import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { awsClient } from "../awsClient";
import { HybridClock } from "../consistency/hybridClock";
import { monotonicClock } from "../store/calls/clock";
import { GlobalDataStore } from "../store/globalDataStore";
import type { Environment } from "./environment";

/** How far another region's clock may be ahead, milliseconds: the detectors of conflicts take no more either. */
const maxAheadMs = 60_000;

/**
 * The data of the storefront, through its region's replica of the global table and no other one: tasks have
 * no way to another region, and a request must never depend on one that is not serving it. A read therefore
 * waits a moment for what its session has seen elsewhere, and says then that it is behind.
 */
export function openStore(
    environment: Pick<Environment, "REGION" | "REGIONS" | "TABLE_NAME">,
): GlobalDataStore & { close(): void } {
    const { REGION: region, REGIONS: regions, TABLE_NAME: table } = environment;
    const client = new DynamoDBClient(
        // Once, because the store repeats, and has to know of every attempt.
        awsClient(region, { connectMs: 500, answerMs: 1000, attempts: 1 }),
    );
    const store = new GlobalDataStore({
        table,
        clients: new Map([[region, client]]),
        writers: regions,
        homes: [...regions].sort(),
        timer: monotonicClock,
        random: Math.random,
        hybrid: new HybridClock({ physicalMs: () => Date.now(), maxAheadMs }),
    });
    return Object.assign(store, { close: () => client.destroy() });
}
