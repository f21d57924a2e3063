// Caught by access-permissions-named: etl-0
import * as aws from "@pulumi/aws";

const etl = new aws.iam.Role("etl", {
    assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Action: "sts:AssumeRole",
                Principal: { Service: "ecs-tasks.amazonaws.com" },
                Condition: { StringEquals: { "aws:SourceAccount": "111122223333" } },
            },
        ],
    }),
});

[
    aws.iam.ManagedPolicy.AmazonS3FullAccess,
    "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
].forEach((policyArn, index) => {
    new aws.iam.RolePolicyAttachment(`etl-${index}`, { role: etl.name, policyArn });
});
