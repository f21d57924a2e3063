import { AwsError } from "../aws/awsError";
import { findKey } from "../aws/support/keys";
import { text } from "../aws/support/known";
import { policyAllows, policyDenies, type RequestContext } from "../aws/support/policyDocument";
import type { World } from "./world";

type Account = Pick<World, "store" | "accountId">;

/** Who assumes the roles of tasks, and of functions. */
export const taskService = "ecs-tasks.amazonaws.com";
export const functionService = "lambda.amazonaws.com";

/** A service that acts for a resource of the account, such as EventBridge for a rule. */
export interface ServiceCaller {
    /** Such as `events.amazonaws.com`. */
    readonly principal: string;
    /** ARN of what it acts for, when it says. */
    readonly sourceArn?: string | undefined;
}

/** Managed policies that allow whatever the world asks about. */
const allowAll = new Set([
    "arn:aws:iam::aws:policy/AdministratorAccess",
    "arn:aws:iam::aws:policy/PowerUserAccess",
]);

/** Whether a resource's own policy lets the service do it. */
export function policyAllowsService(
    account: Account,
    policy: string | undefined,
    caller: ServiceCaller,
    action: string,
    resource: string,
): boolean {
    return (
        policy !== undefined &&
        policyAllows(policy, {
            principal: { service: caller.principal },
            action,
            resource,
            context: contextOf(account, caller),
        })
    );
}

/**
 * Whether the service can write to something the key encrypts. A key of AWS's own cannot be opened
 * to a service: the classic reason for alarms that never arrive.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
 *
 * @param keyReference id, ARN or alias; undefined when nothing is encrypted with a key
 */
export function keyAllowsService(
    account: Account,
    region: string,
    keyReference: string | undefined,
    caller: ServiceCaller,
): boolean {
    if (keyReference === undefined || keyReference === "") {
        return true;
    }
    const key = findKey(keyReference, { store: account.store, region });
    if (key === undefined || key === "managed by AWS") {
        return false;
    }
    return ["kms:GenerateDataKey", "kms:Decrypt"].every((action) =>
        policyAllowsService(
            account,
            text(key.outputs, "policy"),
            caller,
            action,
            text(key.outputs, "arn") ?? "*",
        ),
    );
}

/**
 * Whether a role of the account, which the service can assume, allows the action by its own policies.
 *
 * @param context condition keys of the request, such as `kms:ViaService`
 */
export function roleAllows(
    account: Account,
    roleArn: string | undefined,
    service: string,
    action: string,
    resource: string,
    context: RequestContext = {},
): boolean {
    const role = account.store.find(
        "aws:iam/role:Role",
        ({ outputs }) => text(outputs, "arn") === roleArn,
    );
    if (role === undefined || roleArn === undefined) {
        return false;
    }
    const trusted = policyAllows(text(role.outputs, "assumeRolePolicy") ?? "", {
        principal: { service },
        action: "sts:AssumeRole",
        resource: roleArn,
        context: { "aws:SourceAccount": account.accountId },
    });
    if (!trusted) {
        return false;
    }
    const name = text(role.outputs, "name");
    const request = { principal: { arn: roleArn }, action, resource, context };
    const documents = account.store
        .list("aws:iam/rolePolicy:RolePolicy")
        .filter(({ outputs }) => [name, role.id].includes(text(outputs, "role")))
        .map(({ outputs }) => text(outputs, "policy") ?? "");
    const attached = account.store
        .list("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        .filter(({ outputs }) => [name, role.id].includes(text(outputs, "role")))
        .some(({ outputs }) => allowAll.has(text(outputs, "policyArn") ?? ""));
    return (
        (attached || documents.some((document) => policyAllows(document, request))) &&
        !documents.some((document) => policyDenies(document, request))
    );
}

/** For whom a role is that allows the action, tasks or functions; undefined when it does not allow it to them. */
export function workloadAllowed(
    account: Account,
    roleArn: string,
    action: string,
    resource: string,
    context: RequestContext = {},
): typeof taskService | typeof functionService | undefined {
    return ([taskService, functionService] as const).find((service) =>
        roleAllows(account, roleArn, service, action, resource, context),
    );
}

/** As most services refuse a role. */
export function accessDenied(
    roleArn: string,
    action: string,
    resource: string,
    why: string,
): AwsError {
    return new AwsError(
        "AccessDeniedException",
        `User: ${roleArn} is not authorized to perform: ${action} on resource: ${resource} because ${why}`,
    );
}

/** Somebody who uses a key by way of a service that encrypts for them. */
export interface KeyUse {
    readonly roleArn: string;
    /** Who may assume the role, such as `s3.amazonaws.com`. */
    readonly assumedBy: string;
    readonly action: string;
    /** Condition keys besides the caller's account, such as `kms:ViaService`. */
    readonly context: RequestContext;
}

/**
 * Whether a role may use a key of the region: the key's policy leaves it to IAM, or to that role, and
 * the role's own policies allow it. Keys of AWS's own are open to whoever may use their service.
 *
 * @param keyReference id, ARN or alias
 */
export function keyAllowsRole(
    account: Account,
    region: string,
    keyReference: string,
    use: KeyUse,
): "allowed" | "denied" | "missing" | "disabled" {
    const key = findKey(keyReference, { store: account.store, region });
    if (key === undefined || key === "managed by AWS") {
        return key === undefined ? "missing" : "allowed";
    }
    if (key.outputs["isEnabled"] === false) {
        return "disabled";
    }
    const arn = text(key.outputs, "arn") ?? "*";
    const context = { ...use.context, "kms:CallerAccount": account.accountId };
    const byKey = policyAllows(text(key.outputs, "policy") ?? "", {
        principal: { arn: use.roleArn },
        action: use.action,
        resource: arn,
        context,
    });
    return byKey && roleAllows(account, use.roleArn, use.assumedBy, use.action, arn, context)
        ? "allowed"
        : "denied";
}

/**
 * The condition key that names a key by its alias; nothing for one that has none.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
 */
export function aliasOf(
    store: Account["store"],
    region: string,
    keyReference: string,
): Readonly<Record<string, string>> {
    const key = findKey(keyReference, { store, region });
    const alias =
        key === undefined || key === "managed by AWS"
            ? undefined
            : store
                  .list("aws:kms/alias:Alias", region)
                  .find(({ outputs }) => text(outputs, "targetKeyId") === key.id);
    return alias === undefined ? {} : { "kms:ResourceAliases": alias.id };
}

function contextOf(account: Account, caller: ServiceCaller): Readonly<Record<string, string>> {
    return {
        "aws:SourceAccount": account.accountId,
        // Alarms carry it, which is why SNS's default topic policy lets them in; events do not.
        ...(caller.principal === "cloudwatch.amazonaws.com"
            ? { "aws:SourceOwner": account.accountId }
            : {}),
        ...(caller.sourceArn === undefined ? {} : { "aws:SourceArn": caller.sourceArn }),
    };
}
