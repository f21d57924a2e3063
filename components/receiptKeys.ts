import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";

import { policyDocument } from "./policyDocument";
import { receiptKeysName } from "./receiptKeyNames";
import { receiptKeysPolicy } from "./receiptKeyPermissions";

/** What a region's stack has made ready for its copy of the secret. */
export interface ReceiptKeyRegion {
    readonly region: string;
    /** Customer-managed key of that region, which encrypts the copy there. */
    readonly keyArn: pulumi.Input<string>;
    /** Rotates the keys when the region has the primary. */
    readonly rotatorArn: pulumi.Input<string>;
    /** Role of the tasks that read the copy. */
    readonly readerRoleName: pulumi.Input<string>;
}

export interface ReceiptKeysArgs {
    readonly accountId: string;
    /** Region of the primary, which is where rotation runs. */
    readonly home: string;
    readonly regions: readonly ReceiptKeyRegion[];
    /** Keeps the secret from being deleted, by Pulumi at all and by AWS at once. */
    readonly deletionProtection: boolean;
}

/** Security Hub asks for 90 or fewer (SecretsManager.4). */
const rotationDays = 30;

/**
 * The keys that receipts of orders are signed with: one secret, with a replica in every other region under
 * that region's own key. It has to be one secret, and not one for each region: what a lost region signed
 * is checked by the others. Each region reads its own copy, so that none depends on the primary.
 *
 * The keys are made by the rotation and by nobody else, the first ones too: no program, state or person
 * ever has one. Nor does the program make a version without keys for the rotation to start from. Secrets
 * Manager deletes a version that lost its labels, a refresh then forgets it, and the next update would
 * put it in the place of the keys.
 *
 * When the primary's region is lost, the copies stay as they are and nothing rotates until it is back. If
 * it never comes back, a copy is promoted (`StopReplicationToReplica`) and `home` changed.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
 */
export class ReceiptKeys extends pulumi.ComponentResource {
    readonly secretArn: pulumi.Output<string>;

    constructor(name: string, args: ReceiptKeysArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:ReceiptKeys", name, {}, opts);

        const { home } = args;
        const primary = args.regions.find(({ region }) => region === home);
        if (primary === undefined) {
            throw new pulumi.ResourceError(
                `the home of the receipt keys must be one of ${args.regions.map(({ region }) => region).join(", ")}, got ${home}`,
                this,
                true,
            );
        }
        const secret = this.createSecret(name, args, primary);
        const policy = new secretsmanager.SecretPolicy(
            name,
            {
                region: home,
                secretArn: secret.arn,
                policy: policyDocument(
                    receiptKeysPolicy(
                        args.accountId,
                        args.regions.map(
                            ({ readerRoleName }) =>
                                pulumi.interpolate`arn:aws:iam::${args.accountId}:role/${readerRoleName}`,
                        ),
                        args.regions.map(({ region }) => region),
                    ),
                ),
                blockPublicPolicy: true,
            },
            { parent: this },
        );
        new secretsmanager.SecretRotation(
            name,
            {
                region: home,
                secretId: secret.id,
                rotationLambdaArn: primary.rotatorArn,
                rotationRules: { automaticallyAfterDays: rotationDays },
                rotateImmediately: true,
            },
            { parent: this, dependsOn: policy },
        );

        this.secretArn = secret.arn;
        this.registerOutputs({ secretArn: this.secretArn });
    }

    private createSecret(
        name: string,
        { home, regions, deletionProtection }: ReceiptKeysArgs,
        primary: ReceiptKeyRegion,
    ): secretsmanager.Secret {
        return new secretsmanager.Secret(
            name,
            {
                region: home,
                name: receiptKeysName,
                description: "Keys that receipts of orders are signed with",
                kmsKeyId: primary.keyArn,
                replicas: regions
                    .filter(({ region }) => region !== home)
                    .map(({ region, keyArn }) => ({ region, kmsKeyId: keyArn })),
                // A deleted secret keeps its name until then, which a rehearsal would wait for.
                recoveryWindowInDays: deletionProtection ? 30 : 0,
            },
            { parent: this, protect: deletionProtection },
        );
    }
}
