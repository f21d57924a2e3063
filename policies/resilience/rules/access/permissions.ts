import type { ReportViolation, ResourceValidationPolicy } from "@pulumi/policy";

import { type Exemption, exemptions, isExempt } from "../../exemptions";
import { foundationalSecurity } from "../../frameworks";
import { statementsOf } from "../../policyText";
import { elements, list, type Props, read, resourcesOfType, show } from "../../support";

interface Config {
    readonly anyResource: readonly Exemption[];
    readonly anyAction: readonly Exemption[];
}

const holders = [
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/role:Role",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
];

/** AWS's own policies that give away a service or more. */
const broad = /:iam::aws:policy\/(.*\/)?(AdministratorAccess|PowerUserAccess|\w*FullAccess)$/;

export const permissions: ResourceValidationPolicy = {
    name: "access-permissions-named",
    description:
        "An IAM policy must name its actions and resources; what cannot be named is stated, with a reason.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: foundationalSecurity("IAM.21"),
    tags: ["access", "iam"],
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    remediationSteps:
        "Name the actions and the resources' ARNs, or add the action to anyResource or anyAction in the pack's configuration.",
    configSchema: {
        properties: {
            anyResource: exemptions("actions, on resource *", [
                {
                    name: "ecr:GetAuthorizationToken",
                    reason: "acts on the registry; AWS offers no resource to name",
                },
            ]),
            anyAction: exemptions("wildcard actions", []),
        },
    },
    validateResource: resourcesOfType(holders, (props, report, args) => {
        const config = args.getConfig<Config>();
        for (const policy of policiesIn(props)) {
            judgePolicy(policy, config, report);
        }
        for (const arn of managed(props)) {
            if (typeof arn === "string" && broad.test(arn)) {
                report(`${show(arn)} is attached, which names no resource; name what is needed`);
            }
        }
    }),
};

/** One that is not known yet is judged in the update. */
function policiesIn(props: Props): readonly unknown[] {
    return [
        read(() => props["policy"]),
        ...list(() => props["inlinePolicies"]).map((inline) => read(() => inline["policy"])),
    ].filter((policy) => typeof policy === "string");
}

function managed(props: Props): readonly unknown[] {
    return [read(() => props["policyArn"]), ...elements(() => props["managedPolicyArns"])];
}

function judgePolicy(policy: unknown, config: Config, report: ReportViolation): void {
    for (const statement of statementsOf(policy)) {
        if (!statement.allows) {
            continue;
        }
        for (const name of statement.inverted) {
            report(
                `statement ${statement.name} allows all but what its ${name} names; name what it allows`,
            );
        }
        for (const action of statement.actions) {
            if (/^(\*|[^:]*:\*)$/.test(action) && !isExempt(config.anyAction, action, report)) {
                report(
                    `statement ${statement.name} allows ${show(action)}, and with it what AWS adds next year; name the actions`,
                );
            } else if (
                statement.resources.includes("*") &&
                !isExempt(config.anyResource, action, report)
            ) {
                report(
                    `statement ${statement.name} allows ${show(action)} on every resource; name the resources`,
                );
            }
        }
    }
}
