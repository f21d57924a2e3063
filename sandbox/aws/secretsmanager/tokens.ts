import type { StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import type { TypeContext } from "../resourceType";
import { number, text } from "../support/known";

export const secretToken = "aws:secretsmanager/secret:Secret";
export const secretPolicyToken = "aws:secretsmanager/secretPolicy:SecretPolicy";
export const secretRotationToken = "aws:secretsmanager/secretRotation:SecretRotation";
export const secretVersionToken = "aws:secretsmanager/secretVersion:SecretVersion";

/**
 * What a region has of a secret: the primary or a replica. No type of the provider: Secrets Manager makes
 * it, and it is in the account's store so that it lasts as long as the account. Its id is the secret's name.
 */
export const secretCopyToken = "aws:secretsmanager/copy";

/** A deleted secret whose recovery window is open: it keeps its name. Its id is that name. */
export const deletedSecretToken = "aws:secretsmanager/deleted";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html */
export const mostSecretBytes = 65_536;

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
export const mostPolicyCharacters = 20_480;

/** A secret of the region by its name or ARN. */
export function findSecret(
    reference: string,
    context: Pick<TypeContext, "store" | "region">,
): StoredResource | undefined {
    return context.store
        .list(secretToken, context.region)
        .find(({ id, outputs }) => [id, text(outputs, "name")].includes(reference));
}

/**
 * @throws AwsError when the region has no such secret, or has a replica of it only
 */
export function refuseMissingSecret(reference: string, context: TypeContext): StoredResource {
    const found = findSecret(reference, context);
    if (found !== undefined) {
        return found;
    }
    const isReplica = context.store
        .list(secretCopyToken, context.region)
        .some(({ id, outputs }) => [id, text(outputs, "arn")].includes(reference));
    throw isReplica
        ? new AwsError(
              "InvalidRequestException",
              "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
          )
        : new AwsError(
              "ResourceNotFoundException",
              "Secrets Manager can't find the specified secret.",
          );
}

/** Whether a deleted secret still has the name. */
export function isBeingDeleted(name: string, context: TypeContext): boolean {
    const deleted = context.store.get(deletedSecretToken, context.region, name);
    return (number(deleted?.outputs, "untilMs") ?? Number.NEGATIVE_INFINITY) > context.nowMs;
}
