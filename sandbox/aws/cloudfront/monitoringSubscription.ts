import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { record, text } from "../support/known";
import { Problems } from "../support/problems";
import { distributionToken, monitoringSubscriptionToken } from "./tokens";

/**
 * Additional metrics of a distribution, such as its cache hit rate.
 *
 * @see https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateMonitoringSubscription.html
 */
export const monitoringSubscriptionType: ResourceType = {
    type: monitoringSubscriptionToken,
    service: "cloudfront",
    home: "us-east-1",
    actions: {
        create: "CreateMonitoringSubscription",
        read: "GetMonitoringSubscription",
        update: "CreateMonitoringSubscription",
        delete: "DeleteMonitoringSubscription",
    },
    inputs: ["distributionId", "monitoringSubscription"],
    required: ["distributionId", "monitoringSubscription"],
    replaceOn: ["distributionId"],
    computed: [],

    check(inputs) {
        const problems = new Problems();
        problems.oneOf(
            record(record(inputs, "monitoringSubscription"), "realtimeMetricsSubscriptionConfig") ??
                {},
            "realtimeMetricsSubscriptionStatus",
            ["Disabled", "Enabled"],
            "monitoringSubscription.realtimeMetricsSubscriptionConfig.",
        );
        return problems.found;
    },

    admit(inputs, context) {
        const id = text(inputs, "distributionId") ?? "";
        if (context.store.get(distributionToken, "global", id) === undefined) {
            throw new AwsError("NoSuchDistribution", "The specified distribution does not exist.");
        }
    },

    compute: (inputs) => ({ id: text(inputs, "distributionId") ?? "", outputs: inputs }),
};
