// Caught by access-permissions-named: worker
import * as aws from "@pulumi/aws";

function allow(role: aws.iam.Role, ...services: string[]): void {
    new aws.iam.RolePolicy("worker", {
        role: role.id,
        policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: services.map((service) => ({
                Effect: "Allow",
                Action: `${service}:*`,
                Resource: `arn:aws:${service}:eu-west-1:111122223333:*`,
            })),
        }),
    });
}

const role = new aws.iam.Role("worker", {
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
});
allow(role, "dynamodb", "sqs");
