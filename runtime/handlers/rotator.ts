import { setTimeout as sleep } from "node:timers/promises";

import {
    DescribeSecretCommand,
    type DescribeSecretResponse,
    GetSecretValueCommand,
    PutSecretValueCommand,
    type ReplicationStatusType,
    ResourceNotFoundException,
    SecretsManagerClient,
    UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";

import { awsClient } from "../awsClient";
import { parseKeyRing, rotatedRing, type KeyRing } from "../receipts/keyRing";
import { checkReceipt, signReceipt, type ReceiptedOrder } from "../receipts/receipt";
import { readRotatorEnvironment } from "./environment";

/** What Secrets Manager asks of a rotation function, one step after the other. */
export interface RotationEvent {
    readonly Step: string;
    readonly SecretId: string;
    /** Id of the version that the rotation makes. */
    readonly ClientRequestToken: string;
}

interface Rotation {
    readonly client: SecretsManagerClient;
    readonly secretId: string;
    readonly token: string;
    readonly secret: DescribeSecretResponse;
}

/** A change takes seconds to the copies of regions that are well. */
const looks = 4;
const pauseMs = 2000;

let client: SecretsManagerClient | undefined;

/**
 * Rotates the keys of receipts, in the four steps that Secrets Manager asks for. Every step can be
 * repeated. A step that throws ends the rotation; the current version stays as it is.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export async function handler(event: RotationEvent): Promise<void> {
    const { REGION } = readRotatorEnvironment(process.env);
    client ??= new SecretsManagerClient(
        awsClient(REGION, { connectMs: 1000, answerMs: 3000, attempts: 3 }),
    );
    const { SecretId: secretId, ClientRequestToken: token } = event;
    const secret = await client.send(new DescribeSecretCommand({ SecretId: secretId }));
    if (secret.RotationEnabled !== true) {
        throw new Error(`${secretId} is not set up for rotation; nothing was changed`);
    }
    const stages = secret.VersionIdsToStages?.[token];
    const rotation = { client, secretId, token, secret };
    if (stages?.includes("AWSCURRENT") === true) {
        // The first version of a secret is current as soon as it has a value, and pending beside.
        if (event.Step === "finishSecret" && stages.includes("AWSPENDING")) {
            await endPending(rotation);
        }
        return;
    }
    switch (event.Step) {
        case "createSecret":
            return createPending(rotation);
        case "setSecret":
            // Nobody else has to be told the keys: whoever uses them reads them from the secret.
            return;
        case "testSecret":
            return testPending(rotation);
        case "finishSecret":
            return makeCurrent(rotation);
        default:
            throw new Error(
                `a step of a rotation is createSecret, setSecret, testSecret or finishSecret, got ${JSON.stringify(event.Step)}`,
            );
    }
}

async function createPending(rotation: Rotation): Promise<void> {
    const { client, secretId, token } = rotation;
    const current = await currentRing(rotation);
    if (
        (await findRing(rotation, { VersionId: token, VersionStage: "AWSPENDING" })) !== undefined
    ) {
        return;
    }
    // Of the first ring nobody has a receipt, so that nobody has to be able to check one.
    if (current.keys.length > 0) {
        await refuseStaleReplicas(rotation);
    }
    await client.send(
        new PutSecretValueCommand({
            SecretId: secretId,
            ClientRequestToken: token,
            SecretString: JSON.stringify(rotatedRing(current)),
            VersionStages: ["AWSPENDING"],
        }),
    );
}

/**
 * A copy that is a rotation old can check what the others sign, and they what it signs; two rotations old,
 * it could not. So the keys wait for a region that is lost, until it is back or its copy is given up. Asked
 * before there is a pending version, which would itself be on its way to the copies.
 */
async function refuseStaleReplicas({ client, secretId, secret }: Rotation): Promise<void> {
    let copies = secret.ReplicationStatus ?? [];
    for (let look = 1; look < looks && copies.some(isUnderWay); look++) {
        await sleep(pauseMs);
        const { ReplicationStatus = [] } = await client.send(
            new DescribeSecretCommand({ SecretId: secretId }),
        );
        copies = ReplicationStatus;
    }
    const stale = copies.filter(({ Status }) => Status !== "InSync");
    if (stale.length > 0) {
        const which = stale.map(({ Region, Status, StatusMessage }) =>
            [Region, Status, StatusMessage].filter((part) => part !== undefined).join(" "),
        );
        throw new Error(
            `${secretId} is not rotated while copies of it are not in sync: ${which.join(", ")}; ` +
                "wait for these regions, or remove them from the replication if they are lost for good",
        );
    }
}

function isUnderWay({ Status }: ReplicationStatusType): boolean {
    return Status === "InProgress";
}

/** What either ring signs must be good for the other: regions change from one to the other at different moments. */
async function testPending(rotation: Rotation): Promise<void> {
    const { token, secretId } = rotation;
    const current = await currentRing(rotation);
    const pending = await readRing(rotation, { VersionId: token, VersionStage: "AWSPENDING" });
    const signs = (signer: KeyRing, checker: KeyRing): boolean => {
        const receipt = signReceipt(sample, signer);
        return receipt !== undefined && checkReceipt(receipt, checker).kind === "valid";
    };
    // The first ring ever has no keys, and nobody has a receipt of it.
    const isFirst = current.keys.length === 0;
    if (!signs(pending, isFirst ? pending : current) || !(isFirst || signs(current, pending))) {
        throw new Error(
            `the pending version of ${secretId} does not go with the current one: receipts of one are not good for the other`,
        );
    }
}

async function makeCurrent(rotation: Rotation): Promise<void> {
    const { client, secretId, token, secret } = rotation;
    const current = Object.entries(secret.VersionIdsToStages ?? {}).find(([, stages]) =>
        stages.includes("AWSCURRENT"),
    )?.[0];
    await client.send(
        new UpdateSecretVersionStageCommand({
            SecretId: secretId,
            VersionStage: "AWSCURRENT",
            MoveToVersionId: token,
            ...(current === undefined ? {} : { RemoveFromVersionId: current }),
        }),
    );
    await endPending(rotation);
    console.log(`${secretId} has a new current version, ${token}`);
}

async function endPending({ client, secretId, token }: Rotation): Promise<void> {
    // A label left behind would look like a rotation under way as soon as somebody puts a version by hand.
    await client.send(
        new UpdateSecretVersionStageCommand({
            SecretId: secretId,
            VersionStage: "AWSPENDING",
            RemoveFromVersionId: token,
        }),
    );
}

/**
 * A secret that was never rotated has no version, which is a ring without keys. A current version that was
 * there by the description must be read: to take a fault for an empty ring would lose every key.
 */
async function currentRing(rotation: Rotation): Promise<KeyRing> {
    const isThere = Object.values(rotation.secret.VersionIdsToStages ?? {}).some((stages) =>
        stages.includes("AWSCURRENT"),
    );
    const version = { VersionStage: "AWSCURRENT" };
    return isThere
        ? readRing(rotation, version)
        : ((await findRing(rotation, version)) ?? { keys: [] });
}

/** Undefined when there is no such version, or it has no value yet. */
async function findRing(
    rotation: Rotation,
    version: { readonly VersionId?: string; readonly VersionStage: string },
): Promise<KeyRing | undefined> {
    try {
        return await readRing(rotation, version);
    } catch (error) {
        if (error instanceof ResourceNotFoundException) {
            return undefined;
        }
        throw error;
    }
}

async function readRing(
    { client, secretId }: Rotation,
    version: { readonly VersionId?: string; readonly VersionStage: string },
): Promise<KeyRing> {
    const { SecretString } = await client.send(
        new GetSecretValueCommand({ SecretId: secretId, ...version }),
    );
    return parseKeyRing(SecretString ?? "");
}

const sample: ReceiptedOrder = {
    orderId: "test",
    cartId: "test",
    total: 0,
    currency: "USD",
    region: "test",
    createdAt: "1970-01-01T00:00:00.000Z",
};
