import type * as pulumi from "@pulumi/pulumi";

import type { Statement } from "./policyDocument";
import { receiptKeysArn, rotatorRoleName } from "./receiptKeyNames";

export interface ReceiptKeyAccess {
    readonly region: string;
    readonly accountId: string;
    readonly dataKeyArn: pulumi.Input<string>;
}

/** What the storefront does with the keys of receipts: it reads its own region's copy. */
export function readReceiptKeys(access: ReceiptKeyAccess): readonly Statement[] {
    return [
        {
            Sid: "ReadReceiptKeys",
            Effect: "Allow",
            Action: "secretsmanager:GetSecretValue",
            Resource: receiptKeysArn(access.region, access.accountId),
        },
        useDataKey(access, "OpenReceiptKeys", ["kms:Decrypt"]),
    ];
}

/**
 * What the rotator does with them.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
 */
export function rotateReceiptKeys(access: ReceiptKeyAccess): readonly Statement[] {
    return [
        {
            Sid: "RotateReceiptKeys",
            Effect: "Allow",
            Action: [
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetSecretValue",
                "secretsmanager:PutSecretValue",
                "secretsmanager:UpdateSecretVersionStage",
            ],
            Resource: receiptKeysArn(access.region, access.accountId),
        },
        useDataKey(access, "SealReceiptKeys", ["kms:Decrypt", "kms:GenerateDataKey"]),
    ];
}

/**
 * The secret's own word, which goes to every region with it: of the platform's roles, those that need the
 * keys and no other, whatever a role's policies say. Whom the account lets administer secrets is not among
 * the platform's roles, and is IAM's business.
 */
export function receiptKeysPolicy(
    accountId: string,
    readers: readonly pulumi.Input<string>[],
    regions: readonly string[],
): readonly Statement[] {
    const role = (name: string): string => `arn:aws:iam::${accountId}:role/${name}`;
    const rotators = regions.map((region) => role(rotatorRoleName(region)));
    const unless = (roles: readonly pulumi.Input<string>[]) => ({
        ArnLike: { "aws:PrincipalArn": role("meridian-*") },
        ArnNotEquals: { "aws:PrincipalArn": roles },
    });
    return [
        {
            Sid: "NobodyElseReads",
            Effect: "Deny",
            Principal: "*",
            Action: "secretsmanager:GetSecretValue",
            Resource: "*",
            Condition: unless([...readers, ...rotators]),
        },
        {
            Sid: "NobodyElseChanges",
            Effect: "Deny",
            Principal: "*",
            Action: [
                "secretsmanager:DeleteResourcePolicy",
                "secretsmanager:DeleteSecret",
                "secretsmanager:PutResourcePolicy",
                "secretsmanager:PutSecretValue",
                "secretsmanager:RotateSecret",
                "secretsmanager:UpdateSecret",
                "secretsmanager:UpdateSecretVersionStage",
            ],
            Resource: "*",
            Condition: unless(rotators),
        },
    ];
}

function useDataKey(
    { region, accountId, dataKeyArn }: ReceiptKeyAccess,
    sid: string,
    actions: readonly string[],
): Statement {
    return {
        Sid: sid,
        Effect: "Allow",
        Action: actions,
        Resource: dataKeyArn,
        Condition: {
            StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` },
            // https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-encryption-context
            ArnLike: { "kms:EncryptionContext:SecretARN": receiptKeysArn(region, accountId) },
        },
    };
}
