import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { records, text } from "../support/known";
import { Problems } from "../support/problems";
import { tableIn } from "./replicas";

/**
 * Which keys of a table, or of one of its indexes, are asked for and throttled most; per region.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContributorInsights.html
 */
export const contributorInsights: ResourceType = {
    type: "aws:dynamodb/contributorInsights:ContributorInsights",
    service: "dynamodb",
    home: "regional",
    actions: {
        create: "UpdateContributorInsights",
        read: "DescribeContributorInsights",
        update: "UpdateContributorInsights",
        delete: "UpdateContributorInsights",
    },
    inputs: ["indexName", "mode", "tableName"],
    required: ["tableName"],
    replaceOn: ["indexName", "mode", "tableName"],
    computed: ["mode"],

    check(inputs) {
        const problems = new Problems();
        for (const property of ["indexName", "tableName"]) {
            problems.matches(
                inputs,
                property,
                /^[\w.-]{3,255}$/,
                "3 to 255 letters, digits, dots, hyphens or underscores",
            );
        }
        problems.oneOf(inputs, "mode", ["ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"]);
        return problems.found;
    },

    admit(inputs, context) {
        const name = text(inputs, "tableName") ?? "";
        const table = tableIn(name, context);
        if (table === undefined) {
            throw new AwsError(
                "ResourceNotFoundException",
                `Requested resource not found: Table: ${name} not found in ${context.region}`,
            );
        }
        const index = text(inputs, "indexName");
        const indexes = records(table.outputs, "globalSecondaryIndexes");
        if (index !== undefined && !indexes.some((one) => text(one, "name") === index)) {
            throw new AwsError(
                "ResourceNotFoundException",
                `Requested resource not found: Index: ${index} of table ${name} not found`,
            );
        }
    },

    compute(inputs, context) {
        const id = `name:${text(inputs, "tableName")}/index:${text(inputs, "indexName") ?? ""}/${context.accountId}`;
        return {
            id,
            outputs: { ...inputs, mode: text(inputs, "mode") ?? "ACCESSED_AND_THROTTLED_KEYS" },
        };
    },
};
