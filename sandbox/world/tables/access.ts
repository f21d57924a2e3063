import { keyOfCopy, tableIn } from "../../aws/dynamodb/replicas";
import type { RequestContext } from "../../aws/support/policyDocument";
import { accessDenied, aliasOf, keyAllowsRole, taskService, workloadAllowed } from "../permissions";
import { endpointAllows } from "../vpcEndpoints";
import type { World } from "../world";
import { needsOf } from "./needs";

type Account = Pick<World, "store" | "accountId">;

/** A request, and where it is made. */
export interface TableCall {
    readonly region: string;
    readonly action: string;
    readonly input: Readonly<Record<string, unknown>>;
    readonly roleArn: string | undefined;
}

/**
 * Refuses a role that may not do it to every table, index and partition that the request is about, or not use
 * the table's key. The account's administrator has no role here and may.
 *
 * @throws AwsError
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
export function refuseRole(account: Account, { region, action, input, roleArn }: TableCall): void {
    if (roleArn === undefined) {
        return;
    }
    const { store, accountId } = account;
    const tableOf = (name: string) => tableIn(name, { store, region });
    for (const need of needsOf(action, input, (name) => tableOf(name)?.outputs)) {
        const table = `arn:aws:dynamodb:${region}:${accountId}:table/${need.table}`;
        const resource = need.index === undefined ? table : `${table}/index/${need.index}`;
        const name = `dynamodb:${need.action}`;
        const context: RequestContext = {
            "aws:PrincipalArn": roleArn,
            "aws:PrincipalAccount": accountId,
            ...(need.partitions === undefined
                ? {}
                : { "dynamodb:LeadingKeys": [...new Set(need.partitions)] }),
        };
        const service = workloadAllowed(account, roleArn, name, resource, context);
        if (service === undefined) {
            throw accessDenied(roleArn, name, resource, "no identity-based policy allows it");
        }
        const request = { principal: { arn: roleArn }, action: name, resource, context };
        if (service === taskService && !endpointAllows(account, region, "dynamodb", request)) {
            throw accessDenied(
                roleArn,
                name,
                resource,
                `no dynamodb endpoint of the VPC in ${region} lets it`,
            );
        }
        const resourceOfTable = tableOf(need.table);
        const keyReference =
            resourceOfTable === undefined ? undefined : keyOfCopy(store, resourceOfTable, region);
        if (keyReference !== undefined) {
            refuseKey(account, { roleArn, service, region, table: need.table, keyReference });
        }
    }
}

/**
 * A role opens the table's key itself, by way of DynamoDB: AWS lists more actions for it, and needs this one.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
 */
function refuseKey(
    account: Account,
    use: {
        readonly roleArn: string;
        readonly service: string;
        readonly region: string;
        readonly table: string;
        readonly keyReference: string;
    },
): void {
    const { roleArn, service, region, table, keyReference } = use;
    const verdict = keyAllowsRole(account, region, keyReference, {
        roleArn,
        assumedBy: service,
        action: "kms:Decrypt",
        context: {
            "kms:ViaService": `dynamodb.${region}.amazonaws.com`,
            "kms:EncryptionContext:aws:dynamodb:tableName": table,
            "kms:EncryptionContext:aws:dynamodb:subscriberId": account.accountId,
            ...aliasOf(account.store, region, keyReference),
        },
    });
    if (verdict === "denied") {
        throw accessDenied(
            roleArn,
            "kms:Decrypt",
            keyReference,
            "no policy of it or the key allows it",
        );
    }
}
