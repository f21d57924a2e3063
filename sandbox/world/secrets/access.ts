import { AwsError } from "../../aws/awsError";
import { policyDenies } from "../../aws/support/policyDocument";
import { accessDenied, keyAllowsRole, taskService, workloadAllowed } from "../permissions";
import { endpointAllows } from "../vpcEndpoints";
import type { World } from "../world";
import type { SecretCopy } from "./copy";

type Account = Pick<World, "store" | "accountId">;

/**
 * Refuses a role that may not do it to a region's copy of a secret, or not use the copy's key for it. The
 * account's administrator has no role here and may.
 *
 * @param action such as `GetSecretValue`
 * @param keyActions what it needs of the copy's key, such as `kms:Decrypt`
 * @throws AwsError
 */
export function refuseRole(
    account: Account,
    copy: SecretCopy,
    roleArn: string | undefined,
    action: string,
    keyActions: readonly string[],
): void {
    if (roleArn === undefined) {
        return;
    }
    const name = `secretsmanager:${action}`;
    const context = { "aws:PrincipalArn": roleArn, "aws:PrincipalAccount": account.accountId };
    const request = { principal: { arn: roleArn }, action: name, resource: copy.arn, context };
    const service = workloadAllowed(account, roleArn, name, copy.arn, context);
    if (service === undefined) {
        throw accessDenied(roleArn, name, copy.arn, "no identity-based policy allows it");
    }
    if (copy.policy !== undefined && policyDenies(copy.policy, request)) {
        throw accessDenied(roleArn, name, copy.arn, "a resource-based policy denies it");
    }
    if (
        service === taskService &&
        !endpointAllows(account, copy.region, "secretsmanager", request)
    ) {
        throw accessDenied(
            roleArn,
            name,
            copy.arn,
            `no secretsmanager endpoint of the VPC in ${copy.region} lets it`,
        );
    }
    for (const keyAction of keyActions) {
        refuseKey(account, copy, { roleArn, assumedBy: service, action: keyAction });
    }
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-encryption-context */
function refuseKey(
    account: Account,
    { arn, region, keyReference }: SecretCopy,
    use: { readonly roleArn: string; readonly assumedBy: string; readonly action: string },
): void {
    if (keyReference === undefined) {
        return;
    }
    const verdict = keyAllowsRole(account, region, keyReference, {
        ...use,
        context: {
            "kms:ViaService": `secretsmanager.${region}.amazonaws.com`,
            "kms:EncryptionContext:SecretARN": arn,
        },
    });
    if (verdict === "denied") {
        throw new AwsError(
            "AccessDeniedException",
            `Access to KMS is not allowed: ${use.roleArn} cannot perform ${use.action} with ${keyReference}`,
        );
    }
    if (verdict !== "allowed") {
        throw new AwsError(
            use.action === "kms:Decrypt" ? "DecryptionFailure" : "EncryptionFailure",
            `Secrets Manager can't use the KMS key ${keyReference} in ${region} (${verdict})`,
        );
    }
}
