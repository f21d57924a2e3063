import { AwsError } from "../awsError";
import type { TypeContext } from "../resourceType";
import { policyAllows, policyProblems } from "../support/policyDocument";
import { unknownPrincipal } from "../support/principals";
import { mostPolicyCharacters } from "./tokens";

/**
 * What PutResourcePolicy refuses.
 *
 * @param blockPublic whether a policy that lets everybody in is refused as well
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
 * @throws AwsError
 */
export function refuseSecretPolicy(
    policy: string,
    context: TypeContext,
    blockPublic: boolean,
): void {
    const problem = policyProblems(policy, "resource")[0];
    if (problem !== undefined || policy.length > mostPolicyCharacters) {
        throw new AwsError(
            "MalformedPolicyDocumentException",
            problem ?? `a resource policy has at most ${mostPolicyCharacters} characters`,
        );
    }
    const stranger = unknownPrincipal(policy, context);
    if (stranger !== undefined) {
        throw new AwsError(
            "MalformedPolicyDocumentException",
            `This resource policy contains an unsupported principal. (${stranger})`,
        );
    }
    const isPublic = policyAllows(policy, {
        principal: { anonymous: true },
        action: "secretsmanager:GetSecretValue",
        resource: "*",
        context: {},
    });
    if (blockPublic && isPublic) {
        throw new AwsError(
            "PublicPolicyException",
            "This resource policy grants broad access to the secret and is blocked by BlockPublicPolicy.",
        );
    }
}
