/**
 * Types that AWS does not bill, or bills with what they belong to, by `<module>/<type>` of the token. A
 * type that is neither here nor has a rule is reported as unpriced, never taken for free.
 */
const free: ReadonlySet<string> = new Set([
    ...of("acm", "certificate", "certificateValidation"),
    ...of("appautoscaling", "policy", "target"),
    ...of("cloudfront", "cachePolicy", "originAccessControl", "originRequestPolicy"),
    ...of("cloudfront", "responseHeadersPolicy", "monitoringSubscription"),
    ...of("cloudwatch", "eventBusPolicy", "eventPermission", "eventRule", "eventTarget"),
    ...of("cloudwatch", "logDataProtectionPolicy", "logMetricFilter", "logResourcePolicy"),
    ...of("dynamodb", "contributorInsights", "resourcePolicy"),
    ...of("ec2", "flowLog", "internetGateway", "networkAcl", "route", "routeTable"),
    ...of("ec2", "routeTableAssociation", "securityGroup", "securityGroupRule", "subnet", "vpc"),
    ...of("ec2", "defaultSecurityGroup"),
    ...of("ecs", "cluster", "clusterCapacityProviders", "taskDefinition"),
    ...of("elasticache", "globalReplicationGroup", "parameterGroup", "subnetGroup", "user"),
    ...of("elasticache", "userGroup"),
    ...of("globalaccelerator", "endpointGroup", "listener"),
    ...of("iam", "policy", "role", "rolePolicy", "rolePolicyAttachment"),
    ...of("kms", "alias", "keyPolicy"),
    ...of("lambda", "eventSourceMapping", "functionEventInvokeConfig", "permission"),
    ...of("lb", "listener", "listenerCertificate", "listenerRule", "targetGroup"),
    ...of("rds", "clusterParameterGroup", "globalCluster", "parameterGroup", "subnetGroup"),
    ...of("s3", "bucketLifecycleConfiguration", "bucketLogging", "bucketMetric"),
    ...of("s3", "bucketNotification", "bucketObjectv2", "bucketOwnershipControls"),
    ...of("s3", "bucketPolicy", "bucketPublicAccessBlock"),
    ...of("s3", "bucketServerSideEncryptionConfiguration", "bucketVersioning"),
    ...of("secretsmanager", "secretPolicy", "secretRotation", "secretVersion"),
    ...of("sns", "topicPolicy", "topicSubscription"),
    ...of("sqs", "queuePolicy", "redriveAllowPolicy", "redrivePolicy"),
    ...of("vpc", "securityGroupEgressRule", "securityGroupIngressRule"),
    ...of("wafv2", "ipSet", "webAclAssociation", "webAclLoggingConfiguration"),
]);

export function isFree(type: string): boolean {
    return free.has(/^aws:([^:]+):/.exec(type)?.[1] ?? "");
}

/** Whether it is something that AWS could bill at all: not a component, a provider or a stack. */
export function isBillable(type: string): boolean {
    return type.startsWith("aws:");
}

function of(module: string, ...types: readonly string[]): readonly string[] {
    return types.map((type) => `${module}/${type}`);
}
