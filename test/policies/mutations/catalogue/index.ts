import type { Mutation } from "../mutation";
import { bucketMutations } from "./buckets";
import { databaseMutations } from "./databases";
import { edgeMutations } from "./edges";
import { entranceMutations } from "./entrance";
import { routingMutations } from "./routing";
import { tableMutations } from "./tables";
import { voteMutations } from "./votes";
import { workloadMutations } from "./workloads";

/** Every mutation, by what it breaks. */
export const catalogue: Readonly<Record<string, readonly Mutation[]>> = {
    "Buckets and keys": bucketMutations,
    "The entrance": entranceMutations,
    "Workloads and alarms": workloadMutations,
    "Tables and secrets": tableMutations,
    "Databases and caches": databaseMutations,
    Edges: edgeMutations,
    "Health checks and records": routingMutations,
    Votes: voteMutations,
};
