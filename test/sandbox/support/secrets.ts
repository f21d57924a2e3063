import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

import { handlerBundle } from "../../../components/handlerBundle";
import { administration, dataUses } from "../../../components/keyPolicies";
import {
    readReceiptKeys,
    receiptKeysPolicy,
    rotateReceiptKeys,
} from "../../../components/receiptKeyPermissions";
import { receiptKeysName } from "../../../components/receiptKeyNames";
import type { Props } from "../../../sandbox/world/store";
import { accountId, declareFunction, permit, roleArn } from "../../support/smallMessaging";
import { declareRoleWith } from "../../support/roles";
import type { SmallWorld } from "../../support/smallWorld";

export const home = "us-east-1";
export const others = ["eu-west-1", "ap-south-1"] as const;
export const secretArn = `arn:aws:secretsmanager:${home}:${accountId}:secret:${receiptKeysName}-a1b2c3`;

const keyArn = (region: string): string => `arn:aws:kms:${region}:${accountId}:key/data`;

function document(statements: readonly object[]): string {
    return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** What the program's region stacks make ready: keys, roles and rotators, by the program's own policies. */
export async function declareGround(world: SmallWorld): Promise<void> {
    const assets = (await handlerBundle("rotator").assets) as Record<
        string,
        { readonly text: Promise<string> }
    >;
    const source = (await assets["index.js"]?.text) ?? "";
    for (const region of [home, ...others]) {
        const access = { region, accountId, dataKeyArn: keyArn(region) };
        world.declare(
            "aws:kms/key:Key",
            region,
            "data",
            {
                policy: document([administration(accountId), ...dataUses(region, accountId)]),
                isEnabled: true,
            },
            { arn: keyArn(region) },
        );
        declareRoleWith(
            world,
            `meridian-rotator-${region}`,
            "lambda.amazonaws.com",
            rotateReceiptKeys(access),
        );
        declareRoleWith(
            world,
            `meridian-storefront-task-${region}`,
            "ecs-tasks.amazonaws.com",
            readReceiptKeys(access),
        );
        const rotator = declareFunction(world, region, "meridian-rotator", source, {
            role: roleArn(`meridian-rotator-${region}`),
            environment: { variables: { REGION: region } },
            timeout: 30,
        });
        permit(world, rotator, "secretsmanager.amazonaws.com");
    }
}

export function declareSecret(world: SmallWorld, changes: Props = {}): void {
    world.declare(
        "aws:secretsmanager/secret:Secret",
        home,
        secretArn,
        {
            name: receiptKeysName,
            kmsKeyId: keyArn(home),
            replicas: others.map((region) => ({ region, kmsKeyId: keyArn(region) })),
            ...changes,
        },
        { arn: secretArn },
    );
    world.declare("aws:secretsmanager/secretPolicy:SecretPolicy", home, secretArn, {
        secretArn,
        policy: document(
            receiptKeysPolicy(
                accountId,
                [home, ...others].map((region) => roleArn(`meridian-storefront-task-${region}`)),
                [home, ...others],
            ),
        ),
    });
}

export function declareVersion(world: SmallWorld, secretString = '{"keys":[]}'): void {
    const versionId = "00000000-0000-0000-0000-000000000001";
    world.declare(
        "aws:secretsmanager/secretVersion:SecretVersion",
        home,
        `${secretArn}|${versionId}`,
        { secretId: secretArn, secretString },
        { secretArn, versionId, versionStages: ["AWSCURRENT"] },
    );
}

export function declareRotation(world: SmallWorld, changes: Props = {}): void {
    world.declare("aws:secretsmanager/secretRotation:SecretRotation", home, secretArn, {
        secretId: secretArn,
        rotationLambdaArn: `arn:aws:lambda:${home}:${accountId}:function:meridian-rotator`,
        rotationRules: { automaticallyAfterDays: 30 },
        rotateImmediately: true,
        ...changes,
    });
}

/** A client of a region's endpoint; as the account's administrator, or as a role. */
export function secretsClient(
    world: SmallWorld,
    region: string,
    role?: string,
): SecretsManagerClient {
    return new SecretsManagerClient({
        region,
        endpoint: `http://${world.network.apiAddress(region)}:${world.network.ports.api}`,
        credentials: {
            accessKeyId: "AKIATEST",
            secretAccessKey: "test",
            ...(role === undefined ? {} : { sessionToken: roleArn(role) }),
        },
        maxAttempts: 1,
        requestHandler: { requestTimeout: 1000, throwOnRequestTimeout: true },
    });
}
