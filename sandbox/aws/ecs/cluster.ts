import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { arn, records, text } from "../support/known";
import { Problems } from "../support/problems";
import { ecsTokens } from "./names";

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html */
export const clusterType: ResourceType = {
    type: ecsTokens.cluster,
    service: "ecs",
    home: "regional",
    actions: {
        create: "CreateCluster",
        read: "DescribeClusters",
        update: "UpdateCluster",
        delete: "DeleteCluster",
    },
    inputs: ["configuration", "name", "serviceConnectDefaults", "settings", "tags"],
    required: [],
    replaceOn: ["name"],
    unordered: ["settings"],
    autoname: { property: "name", maxLength: 255 },
    computed: ["arn", "settings"],

    check(inputs) {
        const problems = new Problems();
        problems.matches(
            inputs,
            "name",
            /^[\w-]{1,255}$/,
            "must be 1 to 255 letters, digits, hyphens and underscores",
        );
        records(inputs, "settings").forEach((setting, index) => {
            const path = `settings[${index}].`;
            problems.oneOf(setting, "name", ["containerInsights"], path);
            problems.oneOf(setting, "value", ["disabled", "enabled", "enhanced"], path);
        });
        return problems.found;
    },

    compute(inputs, context) {
        const id = arn("ecs", context, `cluster/${text(inputs, "name")}`);
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: id,
                settings: inputs.settings ?? [{ name: "containerInsights", value: "disabled" }],
            },
        };
    },

    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html
    refuseDelete(outputs, context) {
        const cluster = text(outputs, "arn");
        const active = context.store
            .list(ecsTokens.service, context.region)
            .some((service) => text(service.outputs, "cluster") === cluster);
        if (active) {
            throw new AwsError(
                "ClusterContainsServicesException",
                "The Cluster cannot be deleted while Services are active.",
            );
        }
    },
};
