import type { Props, Store, StoredResource } from "../../world/store";
import { text } from "../support/known";

export const clusterType = "aws:rds/cluster:Cluster";
export const globalClusterType = "aws:rds/globalCluster:GlobalCluster";
export const instanceType = "aws:rds/clusterInstance:ClusterInstance";

/** The global cluster of this name: one namespace for all regions of an account. */
export function findGlobalCluster(store: Store, id: string): StoredResource | undefined {
    return store.find(globalClusterType, (global) => global.id === id);
}

/** The clusters of a global cluster, in the order they joined; none of none. */
export function membersOf(store: Store, globalId: string): readonly StoredResource[] {
    if (globalId === "") {
        return [];
    }
    return store
        .list(clusterType)
        .filter(({ outputs }) => text(outputs, "globalClusterIdentifier") === globalId);
}

/** The one member that replicates from no other. */
export function writerOf(store: Store, globalId: string): StoredResource | undefined {
    return membersOf(store, globalId).find(({ outputs }) => !isSecondary(outputs));
}

export function isSecondary(outputs: Props): boolean {
    return (text(outputs, "replicationSourceIdentifier") ?? "") !== "";
}

export function instancesOf(store: Store, cluster: StoredResource): readonly StoredResource[] {
    return store
        .list(instanceType, cluster.region)
        .filter(({ outputs }) => text(outputs, "clusterIdentifier") === cluster.id);
}

/**
 * The name that leads to a cluster's writer, whether or not the account tells it: only a primary has an
 * `Endpoint`, and a secondary that is promoted has the reader's without `-ro`.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html#aurora-global-database-disaster-recovery.managed-failover
 */
export function writerNameOf(outputs: Props): string {
    return (text(outputs, "readerEndpoint") ?? "").replace(".cluster-ro-", ".cluster-");
}

/** A cluster's outputs in its role: a secondary, of which the source is another, has no `Endpoint`. */
export function inRole(outputs: Props, sourceArn: string): Props {
    return {
        ...outputs,
        replicationSourceIdentifier: sourceArn,
        endpoint: sourceArn === "" ? writerNameOf(outputs) : "",
    };
}

export function arnOf(cluster: StoredResource): string {
    return text(cluster.outputs, "arn") ?? "";
}
