import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";

import { administration, dataUses, operationsUses } from "./keyPolicies";
import { policyDocument, type Statement } from "./policyDocument";

/** Alias of every region's key for data. */
export const dataKeyAlias = "alias/meridian-data";

export interface RegionKeysArgs {
    readonly region: string;
    readonly accountId: string;
    /** Keeps the keys from being deleted: data encrypted with a deleted key is lost. */
    readonly deletionProtection: boolean;
}

/**
 * The region's two customer-managed keys, rotated yearly. `data` is for what keeps data (tables, buckets,
 * streams, caches, the database, secrets), which only their own services open; `operations` is for logs, notices and function settings, which AWS services use on their
 * own account. They are apart so that no service principal can ever be led to the data.
 *
 * Single-region keys: DynamoDB and S3 re-encrypt in each replica's region, and a multi-region key would
 * only tie the regions to one another.
 */
export class RegionKeys extends pulumi.ComponentResource {
    readonly dataKeyArn: pulumi.Output<string>;
    readonly operationsKeyArn: pulumi.Output<string>;

    constructor(name: string, args: RegionKeysArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:RegionKeys", name, {}, opts);

        const admin = administration(args.accountId);
        this.dataKeyArn = this.createKey(`${name}-data`, "data", args, [
            admin,
            ...dataUses(args.region, args.accountId),
        ]);
        this.operationsKeyArn = this.createKey(`${name}-operations`, "operations", args, [
            admin,
            ...operationsUses(args.region, args.accountId),
        ]);

        this.registerOutputs({
            dataKeyArn: this.dataKeyArn,
            operationsKeyArn: this.operationsKeyArn,
        });
    }

    private createKey(
        name: string,
        purpose: string,
        args: RegionKeysArgs,
        statements: readonly Statement[],
    ): pulumi.Output<string> {
        const key = new kms.Key(
            name,
            {
                description: `meridian ${purpose} in ${args.region}`,
                enableKeyRotation: true,
                rotationPeriodInDays: 365,
                deletionWindowInDays: 30,
                policy: policyDocument(statements),
            },
            { parent: this, protect: args.deletionProtection },
        );
        new kms.Alias(
            name,
            { name: `alias/meridian-${purpose}`, targetKeyId: key.keyId },
            { parent: this },
        );
        return key.arn;
    }
}
