import * as backup from "@pulumi/aws/backup";
import * as pulumi from "@pulumi/pulumi";

import { WorkloadRole } from "./workloadRole";

export interface TableBackupArgs {
    readonly region: string;
    readonly accountId: string;
    /** Tables with a copy or all of themselves in this region, whichever stack makes them. */
    readonly tableNames: readonly string[];
    readonly keyArn: pulumi.Input<string>;
    readonly retentionDays: number;
    /** Keeps a vault with backups in it from being deleted. */
    readonly deletionProtection: boolean;
}

/**
 * A daily backup of the region's tables, its copy of the global one among them, in this region's own vault. Replication is no
 * backup: it carries a mistake everywhere within a second. Every region keeps its own, so that the
 * loss of any region takes no other region's backups with it, and a restore needs nobody else.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_HowItWorksAWS.html
 */
export class TableBackup extends pulumi.ComponentResource {
    readonly vaultName: pulumi.Output<string>;

    constructor(name: string, args: TableBackupArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:TableBackup", name, {}, opts);

        const tableArns = args.tableNames.map(
            (table) => `arn:aws:dynamodb:${args.region}:${args.accountId}:table/${table}`,
        );
        const vault = new backup.Vault(
            name,
            {
                name: "meridian-tables",
                kmsKeyArn: args.keyArn,
                forceDestroy: !args.deletionProtection,
            },
            { parent: this, protect: args.deletionProtection },
        );
        const role = this.createRole(`${name}-role`, tableArns, args);
        const plan = new backup.Plan(
            name,
            {
                name: "meridian-tables",
                rules: [
                    {
                        ruleName: "daily",
                        targetVaultName: vault.name,
                        schedule: "cron(0 3 * * ? *)",
                        startWindow: 60,
                        completionWindow: 360,
                        lifecycle: { deleteAfter: args.retentionDays },
                    },
                ],
            },
            { parent: this },
        );
        new backup.Selection(
            name,
            {
                name: "tables",
                planId: plan.id,
                iamRoleArn: role.arn,
                // By their names: the global table is another stack's, and may not be there yet.
                resources: tableArns,
            },
            { parent: this },
        );

        this.vaultName = vault.name;
        this.registerOutputs({ vaultName: this.vaultName });
    }

    /**
     * What AWS's own policy for it allows, of tables and on these.
     *
     * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForBackup.html
     */
    private createRole(
        name: string,
        tableArns: readonly string[],
        args: TableBackupArgs,
    ): WorkloadRole {
        return new WorkloadRole(
            name,
            {
                accountId: args.accountId,
                roleName: `meridian-backup-${args.region}`,
                service: "backup.amazonaws.com",
                statements: [
                    {
                        Sid: "BackUpTheTables",
                        Effect: "Allow",
                        Action: [
                            "dynamodb:CreateBackup",
                            "dynamodb:DescribeTable",
                            "dynamodb:ListTagsOfResource",
                            "dynamodb:StartAwsBackupJob",
                        ],
                        Resource: tableArns,
                    },
                    {
                        Sid: "KeepTheirBackups",
                        Effect: "Allow",
                        Action: ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"],
                        Resource: tableArns.map((arn) => `${arn}/backup/*`),
                    },
                    {
                        Sid: "OpenTablesAndVault",
                        Effect: "Allow",
                        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
                        Resource: args.keyArn,
                        Condition: {
                            StringEquals: {
                                "kms:ViaService": ["backup", "dynamodb"].map(
                                    (service) => `${service}.${args.region}.amazonaws.com`,
                                ),
                            },
                        },
                    },
                    {
                        Sid: "KnowTheKey",
                        Effect: "Allow",
                        Action: "kms:DescribeKey",
                        Resource: args.keyArn,
                    },
                    {
                        Sid: "LendTheKeyToServices",
                        Effect: "Allow",
                        Action: "kms:CreateGrant",
                        Resource: args.keyArn,
                        Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
                    },
                ],
            },
            { parent: this },
        );
    }
}
