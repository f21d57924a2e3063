import type { ResourceValidationPolicy } from "@pulumi/policy";

import { securityHub } from "../../frameworks";
import { read, resourcesOfType, show, unknown } from "../../support";

export const keyRotation: ResourceValidationPolicy = {
    name: "encryption-key-rotation",
    description: "A symmetric customer-managed KMS key must rotate its key material every year.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: securityHub("KMS.4"),
    tags: ["encryption", "kms"],
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    remediationSteps: "Set enableKeyRotation to true.",
    validateResource: resourcesOfType("aws:kms/key:Key", (props, report) => {
        const spec = read(() => props["customerMasterKeySpec"]);
        const rotation = read(() => props["enableKeyRotation"]);
        const symmetric = spec === undefined || spec === "SYMMETRIC_DEFAULT";
        if (symmetric && rotation !== true && rotation !== unknown) {
            report(`enableKeyRotation is ${show(rotation)}; set it to true`);
        }
    }),
};
