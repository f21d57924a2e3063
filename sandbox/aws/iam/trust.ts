import type { TypeContext } from "../resourceType";
import { byArn, text } from "../support/known";
import { policyAllows } from "../support/policyDocument";
import { roleToken } from "./role";

/** Whether the role exists, and whether its trust policy lets the service assume it. */
export function roleTrust(
    roleArn: string,
    service: string,
    context: Pick<TypeContext, "store" | "accountId">,
): "missing" | "refused" | "trusted" {
    const role = byArn(context, roleToken, roleArn);
    if (role === undefined) {
        return "missing";
    }
    const allowed = policyAllows(text(role.outputs, "assumeRolePolicy") ?? "", {
        principal: { service },
        action: "sts:AssumeRole",
        resource: roleArn,
        context: { "aws:SourceAccount": context.accountId },
    });
    return allowed ? "trusted" : "refused";
}
