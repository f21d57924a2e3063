// Caught by capacity-service-minimum: shop
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

// Saves money in the test account; somebody imported the file into production as well.
pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
    type === "aws:ecs/service:Service" ? { props: { ...props, desiredCount: 1 }, opts } : undefined,
);

new aws.ecs.Service("shop", {
    cluster: "arn:aws:ecs:eu-west-1:111122223333:cluster/platform",
    taskDefinition: "arn:aws:ecs:eu-west-1:111122223333:task-definition/shop:12",
    desiredCount: 8,
    launchType: "FARGATE",
    networkConfiguration: {
        subnets: ["subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"],
        securityGroups: ["sg-0a1b2c3d4e5f60001"],
    },
    loadBalancers: [
        {
            targetGroupArn:
                "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/shop/73e2d6bc24d8a067",
            containerName: "shop",
            containerPort: 8080,
        },
    ],
});
