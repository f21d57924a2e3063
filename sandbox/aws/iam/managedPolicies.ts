import { AwsError } from "../awsError";
import type { TypeContext } from "../resourceType";
import { byArn } from "../support/known";

const policyToken = "aws:iam/policy:Policy";

/**
 * AWS managed policies the rehearsal knows. One that is missing is refused like one that does not
 * exist, so that a misspelt name cannot pass: add it here from its page.
 *
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const awsManagedPolicies: ReadonlySet<string> = new Set([
    "AmazonSSMManagedInstanceCore",
    "CloudWatchLambdaInsightsExecutionRolePolicy",
    "service-role/AmazonECSTaskExecutionRolePolicy",
    "service-role/AWSLambdaBasicExecutionRole",
    "service-role/AWSLambdaDynamoDBExecutionRole",
    "service-role/AWSLambdaKinesisExecutionRole",
    "service-role/AWSLambdaSQSQueueExecutionRole",
    "service-role/AWSLambdaVPCAccessExecutionRole",
    "AWSXRayDaemonWriteAccess",
]);

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html */
export function refuseUnknownManagedPolicy(arn: string, context: TypeContext): void {
    const match = /^arn:aws:iam::(aws|\d{12}):policy\/(.+)$/.exec(arn);
    if (match === null) {
        throw new AwsError("InvalidInput", `ARN ${arn} is not valid.`);
    }
    const [, owner, name = ""] = match;
    const exists =
        owner === "aws"
            ? awsManagedPolicies.has(name)
            : byArn(context, policyToken, arn) !== undefined;
    if (!exists) {
        throw new AwsError(
            "NoSuchEntity",
            `Policy ${arn} does not exist or is not attachable.`,
            404,
        );
    }
}
