// Caught by logging-vpc-flow-logs: main
import * as aws from "@pulumi/aws";

const main = new aws.ec2.Vpc("main", { cidrBlock: "10.8.0.0/16", enableDnsHostnames: true });

// What was refused did not happen, and is most of the bill.
new aws.ec2.FlowLog("main", {
    vpcId: main.id,
    trafficType: "ACCEPT",
    logDestinationType: "s3",
    logDestination: "arn:aws:s3:::flow-logs-eu-west-1-111122223333",
});
