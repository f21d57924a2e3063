import * as aws from "@pulumi/aws";

// What six rules can put right by themselves, if they are told to.
new aws.dynamodb.Table("wishes", {
    billingMode: "PAY_PER_REQUEST",
    hashKey: "id",
    attributes: [{ name: "id", type: "S" }],
});
new aws.lb.LoadBalancer("web", {
    loadBalancerType: "application",
    internal: false,
    subnets: ["subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"],
    securityGroups: ["sg-0a1b2c3d4e5f60001"],
    enableDeletionProtection: false,
});
new aws.rds.GlobalCluster("shop", {
    globalClusterIdentifier: "shop",
    engine: "aurora-postgresql",
    engineVersion: "16.6",
    storageEncrypted: true,
});
new aws.kms.Key("data", { description: "what the shop keeps" });
new aws.cloudwatch.LogGroup("web", { retentionInDays: 7 });
