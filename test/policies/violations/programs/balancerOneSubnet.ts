// Caught by recovery-load-balancer-zones: ingest
import * as aws from "@pulumi/aws";

const vpc = new aws.ec2.Vpc("ingest", { cidrBlock: "10.40.0.0/16" });
const flows = new aws.cloudwatch.LogGroup("ingest-flows", {
    retentionInDays: 90,
    kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01",
});
new aws.ec2.FlowLog("ingest", {
    vpcId: vpc.id,
    trafficType: "ALL",
    logDestination: flows.arn,
    iamRoleArn: "arn:aws:iam::111122223333:role/flow-logs",
});
const subnets = ["eu-west-1a", "eu-west-1b"].map(
    (availabilityZone, index) =>
        new aws.ec2.Subnet(`ingest-${index}`, {
            vpcId: vpc.id,
            availabilityZone,
            cidrBlock: `10.40.${index}.0/24`,
        }),
);

new aws.lb.LoadBalancer("ingest", {
    loadBalancerType: "network",
    internal: true,
    // slice(0, 1) was for the test account, which has one zone
    subnets: subnets.slice(0, 1).map((subnet) => subnet.id),
    enableDeletionProtection: true,
    accessLogs: { bucket: "access-logs-eu-west-1", prefix: "ingest", enabled: true },
});
