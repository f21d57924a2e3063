/** Name of the secret with the keys of receipts, in every region. */
export const receiptKeysName = "meridian/receipt-keys";

/**
 * ARN pattern of a region's copy, before there is one: Secrets Manager ends the ARN with six characters
 * of its own, which are the same in every region.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
 */
export function receiptKeysArn(region: string, accountId: string): string {
    return `arn:aws:secretsmanager:${region}:${accountId}:secret:${receiptKeysName}-??????`;
}

/** Name of the role of a region's rotator, see `HandlerFunction`. */
export function rotatorRoleName(region: string): string {
    return `meridian-rotator-${region}`;
}
