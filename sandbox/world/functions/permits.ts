import { text } from "../../aws/support/known";
import { policyAllowsService, type ServiceCaller } from "../permissions";
import type { Props, StoredResource } from "../store";
import type { World } from "../world";

const permissionType = "aws:lambda/permission:Permission";

/**
 * Whether a function lets a service invoke it: each of its permissions is a statement of its policy.
 * https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
export function permits(
    world: Pick<World, "store" | "accountId">,
    resource: StoredResource,
    caller: ServiceCaller,
): boolean {
    const arn = text(resource.outputs, "arn") ?? "";
    const names = [arn, text(resource.outputs, "name")];
    const statements = world.store
        .list(permissionType, resource.region)
        .filter(({ outputs }) => names.includes(text(outputs, "function")))
        .map(({ outputs }) => statement(outputs, arn));
    return policyAllowsService(
        world,
        JSON.stringify({ Version: "2012-10-17", Statement: statements }),
        caller,
        "lambda:InvokeFunction",
        arn,
    );
}

function statement(permission: Props, functionArn: string): Props {
    const account = text(permission, "sourceAccount");
    const source = text(permission, "sourceArn");
    const principal = text(permission, "principal");
    return {
        Effect: "Allow",
        Principal: principal === "*" ? "*" : { Service: principal },
        Action: text(permission, "action"),
        Resource: functionArn,
        Condition: {
            ...(account === undefined ? {} : { StringEquals: { "aws:SourceAccount": account } }),
            ...(source === undefined ? {} : { ArnLike: { "aws:SourceArn": source } }),
        },
    };
}
