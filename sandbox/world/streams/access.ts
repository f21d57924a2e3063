import { AwsError } from "../../aws/awsError";
import { findKey } from "../../aws/support/keys";
import { aliasOf, keyAllowsRole, taskService, workloadAllowed } from "../permissions";
import { endpointAllows } from "../vpcEndpoints";
import type { World } from "../world";
import type { StreamDefinition } from "./definition";

type Account = Pick<World, "store" | "accountId">;

/**
 * Refuses a role that may not do it to the stream, or not use the stream's key for it. The account's
 * administrator has no role here and may.
 *
 * @param action such as `PutRecord`
 * @param keyAction what it needs of the stream's key, such as `kms:GenerateDataKey`
 * @throws AwsError
 */
export function refuseRole(
    account: Account,
    stream: StreamDefinition,
    roleArn: string | undefined,
    action: string,
    keyAction: string | undefined,
): void {
    refuseMissingKey(account, stream);
    if (roleArn === undefined) {
        return;
    }
    const name = `kinesis:${action}`;
    const service = workloadAllowed(account, roleArn, name, stream.arn);
    if (service === undefined) {
        throw denied(`${roleArn} is not authorized to perform: ${name} on resource: ${stream.arn}`);
    }
    const request = { principal: { arn: roleArn }, action: name, resource: stream.arn };
    if (
        service === taskService &&
        !endpointAllows(account, stream.region, "kinesis-streams", request)
    ) {
        throw denied(
            `no kinesis-streams endpoint of the VPC in ${stream.region} lets ${roleArn} perform ${name} on ${stream.arn}`,
        );
    }
    if (keyAction === undefined || stream.keyReference === undefined) {
        return;
    }
    const use = keyAllowsRole(account, stream.region, stream.keyReference, {
        roleArn,
        assumedBy: service,
        action: keyAction,
        context: streamKeyContext(account, stream),
    });
    if (use !== "allowed") {
        throw new AwsError(
            use === "disabled" ? "KMSDisabledException" : "KMSAccessDeniedException",
            `${roleArn} cannot perform ${keyAction} with the key of stream ${stream.name} (${use})`,
        );
    }
}

/** Condition keys of what Kinesis asks of KMS for a caller: https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html */
export function streamKeyContext(
    { store }: Pick<Account, "store">,
    { arn, region, keyReference = "" }: StreamDefinition,
): Readonly<Record<string, string>> {
    return {
        "kms:ViaService": `kinesis.${region}.amazonaws.com`,
        "kms:EncryptionContext:aws:kinesis:arn": arn,
        ...aliasOf(store, region, keyReference),
    };
}

/** A key that was deleted takes the stream with it, whoever asks. */
function refuseMissingKey(
    account: Account,
    { keyReference, region, name }: StreamDefinition,
): void {
    if (
        keyReference !== undefined &&
        findKey(keyReference, { store: account.store, region }) === undefined
    ) {
        throw new AwsError(
            "KMSNotFoundException",
            `the key ${keyReference} of stream ${name} was not found in ${region}`,
        );
    }
}

function denied(message: string): AwsError {
    return new AwsError("AccessDeniedException", `User: ${message}`);
}
