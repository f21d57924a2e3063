import { keyAllowsRole, roleAllows } from "../permissions";
import type { World } from "../world";

/** Who assumes the role. */
const principal = "backup.amazonaws.com";

/** What a backup does with a table, and with what it makes of it. */
const actions: Readonly<Record<string, (tableArn: string) => string>> = {
    "dynamodb:DescribeTable": (tableArn) => tableArn,
    "dynamodb:ListTagsOfResource": (tableArn) => tableArn,
    "dynamodb:CreateBackup": (tableArn) => tableArn,
    "dynamodb:StartAwsBackupJob": (tableArn) => tableArn,
    "dynamodb:DescribeBackup": (tableArn) => `${tableArn}/backup/01`,
    "dynamodb:DeleteBackup": (tableArn) => `${tableArn}/backup/01`,
};

/**
 * The first thing that a backup of a table takes and its role may not do; undefined when it may do all of
 * it. Which these are is said of roles that customers make for DynamoDB: the statements
 * `DynamoDBPermissions`, `DynamoDBBackupResourcePermissions`, `DynamodbBackupPermissions` and
 * `KMSDynamoDBPermissions` of AWSBackupServiceRolePolicyForBackup.
 *
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html#customer-managed-policies
 *
 * @param keyArn of the table's copy in the region; undefined when it has none of the account's own
 */
export function lackingFor(
    world: Pick<World, "accountId" | "store">,
    roleArn: string,
    { tableArn, keyArn }: { readonly tableArn: string; readonly keyArn: string | undefined },
): string | undefined {
    const action = Object.entries(actions).find(
        ([each, on]) => !roleAllows(world, roleArn, principal, each, on(tableArn)),
    )?.[0];
    if (action !== undefined || keyArn === undefined) {
        return action;
    }
    const region = tableArn.split(":")[3] ?? "";
    return ["kms:Decrypt", "kms:GenerateDataKey"].find(
        (each) =>
            keyAllowsRole(world, region, keyArn, {
                roleArn,
                assumedBy: principal,
                action: each,
                context: { "kms:ViaService": `dynamodb.${region}.amazonaws.com` },
            }) !== "allowed",
    );
}
