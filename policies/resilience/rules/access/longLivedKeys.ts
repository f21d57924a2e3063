import type { ResourceValidationPolicy } from "@pulumi/policy";

import { type Exemption, exemptions, isExempt } from "../../exemptions";
import { serviceGuide } from "../../frameworks";
import { read, resourcesOfType, show } from "../../support";

interface Config {
    readonly exemptUsers: readonly Exemption[];
}

/** What each of them lets somebody do, for as long as nobody takes it away. */
const credentials: Readonly<Record<string, string>> = {
    "aws:iam/accessKey:AccessKey": "an access key",
    "aws:iam/userLoginProfile:UserLoginProfile": "a password for the console",
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": "a password for a service",
    "aws:iam/sshKey:SshKey": "a key for CodeCommit",
    "aws:iam/signingCertificate:SigningCertificate": "a signing certificate",
};

/** IAM.3 asks that keys be changed every 90 days; those that are not made need no such care. */
export const longLivedKeys: ResourceValidationPolicy = {
    name: "access-long-lived-keys",
    description:
        "A program must not make credentials that do not end; who needs them must be exempt by name, with a reason.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: serviceGuide("IAM", "IAM/latest/UserGuide/best-practices"),
    tags: ["access", "iam"],
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-workloads-use-roles",
    remediationSteps:
        "Give workloads a role, and people federation with temporary credentials; keep a break-glass user out of the program, or name it in exemptUsers.",
    configSchema: { properties: { exemptUsers: exemptions("users", []) } },
    validateResource: resourcesOfType(Object.keys(credentials), (props, report, args) => {
        const user = read(() => props["user"] ?? props["userName"]);
        if (!isExempt(args.getConfig<Config>().exemptUsers, user, report)) {
            report(
                `user ${show(user)} gets ${credentials[args.type]}, which is good until somebody takes it away, and is in the stack's state; use a role`,
            );
        }
    }),
};
