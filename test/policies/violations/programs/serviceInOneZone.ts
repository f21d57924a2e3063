// Caught by capacity-service-minimum: search
// Caught by recovery-service-zones: search
import * as aws from "@pulumi/aws";

const subnets = {
    "eu-west-1a": "subnet-0a1b2c3d4e5f60001",
    "eu-west-1b": "subnet-0a1b2c3d4e5f60002",
};

new aws.ecs.Service("search", {
    cluster: "arn:aws:ecs:eu-west-1:111122223333:cluster/platform",
    taskDefinition: "arn:aws:ecs:eu-west-1:111122223333:task-definition/search:3",
    desiredCount: 12,
    launchType: "FARGATE",
    // Faster deployments.
    deploymentMinimumHealthyPercent: 50,
    networkConfiguration: {
        // beside the index, to save the traffic between zones
        subnets: [subnets["eu-west-1a"]],
        securityGroups: ["sg-0a1b2c3d4e5f60001"],
    },
    loadBalancers: [
        {
            targetGroupArn:
                "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/search/73e2d6bc24d8a067",
            containerName: "search",
            containerPort: 9200,
        },
    ],
});
