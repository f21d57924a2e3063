import type { PolicyComplianceFramework } from "@pulumi/policy";

/**
 * AWS Foundational Security Best Practices, as Security Hub publishes it.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html for what is in it
 */
export function foundationalSecurity(control: string): PolicyComplianceFramework {
    return { ...securityHub(control), name: "AWS Foundational Security Best Practices" };
}

/** A control of Security Hub's that is not in its Foundational Security Best Practices, or was not always. */
export function securityHub(control: string): PolicyComplianceFramework {
    return {
        name: "AWS Security Hub controls",
        version: "1.0.0",
        reference: control,
        specification: `https://docs.aws.amazon.com/securityhub/latest/userguide/${control.split(".")[0]?.toLowerCase()}-controls.html`,
    };
}

/** AWS Config managed rule, where no Security Hub control exists. */
export function configRule(rule: string): PolicyComplianceFramework {
    return {
        name: "AWS Config managed rules",
        version: "1.0",
        reference: rule,
        specification: `https://docs.aws.amazon.com/config/latest/developerguide/${rule}.html`,
    };
}

/** AWS Well-Architected, Reliability pillar. */
export function reliabilityPillar(practice: string): PolicyComplianceFramework {
    return {
        name: "AWS Well-Architected Framework, Reliability Pillar",
        version: "2023-04-10",
        reference: practice,
        specification:
            "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/welcome.html",
    };
}

/** Route 53's own documentation: no public control covers health-check settings or routing records. */
export function route53Guide(page: string): PolicyComplianceFramework {
    return {
        name: "Amazon Route 53 Developer Guide (no public control exists)",
        version: "2013-04-01",
        reference: page,
        specification: `https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/${page}.html`,
    };
}

/** Global Accelerator's own documentation: only a scanner's rule (CKV_AWS_75) covers its flow logs. */
export function acceleratorGuide(page: string): PolicyComplianceFramework {
    return {
        name: "AWS Global Accelerator Developer Guide (no public control exists)",
        version: "2018-08-08",
        reference: page,
        specification: `https://docs.aws.amazon.com/global-accelerator/latest/dg/${page}.html`,
    };
}

/** A service's own documentation, where no public control says it. */
export function serviceGuide(service: string, page: string): PolicyComplianceFramework {
    return {
        name: `AWS documentation of ${service} (no public control exists)`,
        version: "latest",
        reference: page.split("/").pop() as string,
        specification: `https://docs.aws.amazon.com/${page}.html`,
    };
}
