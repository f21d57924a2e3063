import { cluster } from "./rds/cluster";
import { clusterInstance } from "./rds/clusterInstance";
import { clusterParameterGroup } from "./rds/clusterParameterGroup";
import { globalCluster } from "./rds/globalCluster";
import { subnetGroup } from "./rds/subnetGroup";
import type { ResourceType } from "./resourceType";

export const rdsTypes: readonly ResourceType[] = [
    cluster,
    clusterInstance,
    clusterParameterGroup,
    globalCluster,
    subnetGroup,
];
