/** Pulumi type tokens of ElastiCache. */
export const tokens = {
    globalReplicationGroup: "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
    parameterGroup: "aws:elasticache/parameterGroup:ParameterGroup",
    replicationGroup: "aws:elasticache/replicationGroup:ReplicationGroup",
    subnetGroup: "aws:elasticache/subnetGroup:SubnetGroup",
    user: "aws:elasticache/user:User",
    userGroup: "aws:elasticache/userGroup:UserGroup",
} as const;
