import type { StackValidationPolicy } from "@pulumi/policy";

import { Attachments } from "../../attachments";
import { foundationalSecurity } from "../../frameworks";
import { at, isSet, ofType } from "../../support";

/**
 * Judged on the whole stack: the newer kind of logs is delivered by resources of CloudWatch's, a source
 * for the distribution and a delivery of that source.
 */
export const distributionLogs: StackValidationPolicy = {
    name: "logging-distribution-access-logs",
    description: "A distribution must log who asked it for what.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("CloudFront.5"),
    tags: ["logging", "cloudfront"],
    url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/AccessLogs.html",
    remediationSteps:
        "Add a LogDeliverySource of the distribution and a LogDelivery of it, or set loggingConfig.bucket.",
    validateStack: (args, report) => {
        const sources = new Attachments(
            ofType(args.resources, "aws:cloudwatch/logDeliverySource:LogDeliverySource"),
            "resourceArn",
        );
        const deliveries = new Attachments(
            ofType(args.resources, "aws:cloudwatch/logDelivery:LogDelivery"),
            "deliverySourceName",
        );
        for (const distribution of ofType(
            args.resources,
            "aws:cloudfront/distribution:Distribution",
        )) {
            const delivered = sources
                .of(distribution, "arn")
                .some((source) => deliveries.of(source, "name").length > 0);
            if (!delivered && !isSet(at(distribution.props, "loggingConfig.bucket"))) {
                report(
                    "the distribution's requests are logged nowhere; deliver its access logs",
                    distribution.urn,
                );
            }
        }
    },
};
