import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { awsClient } from "../../awsClient";
import { HybridClock } from "../../consistency/hybridClock";
import { Caller } from "../calls/caller";
import { systemClock } from "../calls/clock";
import { Replica } from "../calls/replica";
import { ConflictRecords } from "../conflicts/conflictRecords";
import { WriteBack } from "../conflicts/writeBack";
import { Leases } from "../homes/leases";
import { OwnerRecords } from "../homes/ownerRecord";
import { defaultLeaseTimes } from "../homes/votes";
import { reconcile, type ReconcileReport } from "./reconcile";

export { conflictPrefix, conflictSeconds } from "../conflicts/conflictRecord";
export type { Difference, ReconcileReport } from "./reconcile";

export interface ReconcileRequest {
    readonly tableName: string;
    readonly regions: readonly string[];
    /** Without it a dry run. */
    readonly repair: boolean;
    /** How long what differs gets to arrive, before it counts. */
    readonly settleSeconds: number;
    readonly onProgress?: (line: string) => void;
}

/** Calls go far, and pages of a scan are large. */
const limits = {
    attemptMs: 10_000,
    totalMs: 60_000,
    attempts: 6,
    firstBackoffMs: 100,
    mostBackoffMs: 5000,
};

/** Compares the copies of a table over the API, with the SDK's own credentials and endpoints. */
export async function reconcileTables(request: ReconcileRequest): Promise<ReconcileReport> {
    const clients = request.regions.map((region): [string, DynamoDBClient] => [
        region,
        // Once, because `Caller` repeats.
        new DynamoDBClient(awsClient(region, { connectMs: 5000, answerMs: 10_000, attempts: 1 })),
    ]);
    const caller = new Caller(systemClock, Math.random, limits);
    const replicas = new Map(
        clients.map(([region, client]) => [region, new Replica(region, request.tableName, client)]),
    );
    const records = [...replicas.values()].map((replica) => new OwnerRecords(replica, caller));
    const writeBack = new WriteBack({
        replicas,
        caller,
        clock: systemClock,
        hybrid: new HybridClock({ physicalMs: () => Date.now(), maxAheadMs: 60_000 }),
        leases: new Leases({ records, clock: systemClock, times: defaultLeaseTimes }),
    });
    try {
        return await reconcile({
            replicas,
            caller,
            clock: systemClock,
            settleMs: 1000 * request.settleSeconds,
            ...(request.repair
                ? { repair: { records: new ConflictRecords({ replicas, caller }), writeBack } }
                : {}),
            ...(request.onProgress === undefined ? {} : { onProgress: request.onProgress }),
        });
    } finally {
        clients.forEach(([, client]) => client.destroy());
    }
}
