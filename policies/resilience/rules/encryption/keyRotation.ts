import type { ResourceValidationPolicy } from "@pulumi/policy";

import { securityHub } from "../../frameworks";
import { setting } from "../../remediation";
import { type Props, read, resourcesOfType, show, unknown } from "../../support";

export const keyRotation: ResourceValidationPolicy = {
    name: "encryption-key-rotation",
    description: "A symmetric customer-managed KMS key must rotate its key material every year.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: securityHub("KMS.4"),
    tags: ["encryption", "kms"],
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    remediationSteps: "Set enableKeyRotation to true.",
    remediateResource: setting(["aws:kms/key:Key"], (props): Props =>
        isSymmetric(props) ? { enableKeyRotation: true } : {},
    ),
    validateResource: resourcesOfType("aws:kms/key:Key", (props, report) => {
        const rotation = read(() => props["enableKeyRotation"]);
        if (isSymmetric(props) && rotation !== true && rotation !== unknown) {
            report(`enableKeyRotation is ${show(rotation)}; set it to true`);
        }
    }),
};

function isSymmetric(props: Props): boolean {
    const spec = read(() => props["customerMasterKeySpec"]);
    return spec === undefined || spec === "SYMMETRIC_DEFAULT";
}
