import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { HybridClock } from "../../../../runtime/consistency/hybridClock";
import { GlobalDataStore } from "../../../../runtime/store/globalDataStore";

export const region = "eu-west-1";
export const table = "meridian";
export const cart = { pk: "CART#one", sk: "CART" };
export const stock = { pk: "STOCK#one", sk: "STOCK" };

/** A process's own store, on the table server that `AWS_ENDPOINT_URL` names. */
export function openStore(): GlobalDataStore {
    return new GlobalDataStore({
        table,
        clients: new Map([[region, new DynamoDBClient({ region, maxAttempts: 1 })]]),
        random: Math.random,
        hybrid: new HybridClock({ physicalMs: () => Date.now(), maxAheadMs: 60_000 }),
    });
}
