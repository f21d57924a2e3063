import { globalReplicationGroupType } from "./elasticache/globalReplicationGroup";
import { parameterGroupType } from "./elasticache/parameterGroup";
import { replicationGroupType } from "./elasticache/replicationGroup";
import { subnetGroupType } from "./elasticache/subnetGroup";
import { userType } from "./elasticache/user";
import { userGroupType } from "./elasticache/userGroup";
import type { ResourceType } from "./resourceType";

export const elasticacheTypes: readonly ResourceType[] = [
    globalReplicationGroupType,
    parameterGroupType,
    replicationGroupType,
    subnetGroupType,
    userGroupType,
    userType,
];
