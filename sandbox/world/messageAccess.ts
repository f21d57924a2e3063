import { AwsError } from "../aws/awsError";
import { policyAllows, policyDenies } from "../aws/support/policyDocument";
import { functionService, keyAllowsRole, workloadAllowed } from "./permissions";
import type { World } from "./world";

/** What somebody does with a topic or a queue. */
export interface MessageUse {
    readonly service: "sns" | "sqs";
    readonly region: string;
    /** Such as `Publish`. */
    readonly action: string;
    /** ARN of the topic or the queue. */
    readonly resource: string;
    /** Its own policy. */
    readonly policy: string | undefined;
    /** Its key: id, ARN or alias. */
    readonly keyReference: string | undefined;
    /** What the action needs of the key, such as `kms:Decrypt`. */
    readonly keyActions: readonly string[];
}

/**
 * Refuses a role that neither its own policies nor the resource's let do it, or that may not use the key. The account's
 * administrator has no role here and may.
 *
 * @throws AwsError
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 */
export function refuseRole(
    account: Pick<World, "store" | "accountId">,
    roleArn: string | undefined,
    use: MessageUse,
): void {
    if (roleArn === undefined) {
        return;
    }
    const { service, region, resource, policy, keyReference } = use;
    const action = `${service}:${use.action}`;
    const request = { principal: { arn: roleArn }, action, resource };
    const assumedBy = workloadAllowed(account, roleArn, action, resource);
    const isLet =
        assumedBy !== undefined || (policy !== undefined && policyAllows(policy, request));
    if (!isLet || (policy !== undefined && policyDenies(policy, request))) {
        throw new AwsError(
            service === "sns" ? "AuthorizationError" : "AccessDenied",
            `User: ${roleArn} is not authorized to perform: ${action} on resource: ${resource}`,
            403,
        );
    }
    for (const keyAction of keyReference === undefined ? [] : use.keyActions) {
        const verdict = keyAllowsRole(account, region, keyReference ?? "", {
            roleArn,
            assumedBy: assumedBy ?? functionService,
            action: keyAction,
            context: {
                "kms:ViaService": `${service}.${region}.amazonaws.com`,
                [`kms:EncryptionContext:aws:${service}:${service === "sns" ? "topicArn" : "arn"}`]:
                    resource,
            },
        });
        if (verdict !== "allowed") {
            throw new AwsError(
                service === "sns" ? "KMSAccessDenied" : "KmsAccessDenied",
                `User: ${roleArn} is not authorized to perform: ${keyAction} on the key of ${resource} (${verdict})`,
            );
        }
    }
}
