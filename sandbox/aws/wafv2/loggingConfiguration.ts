import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { byArn, items, record, records, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { loggingToken, webAclToken } from "./tokens";

/** What every destination's name starts with, https://docs.aws.amazon.com/waf/latest/developerguide/logging-destinations.html. */
const namePrefix = "aws-waf-logs-";

const destinations: Readonly<Record<string, { readonly token: string; readonly name: RegExp }>> = {
    logs: {
        token: "aws:cloudwatch/logGroup:LogGroup",
        name: /^arn:aws[\w-]*:logs:[a-z0-9-]+:\d{12}:log-group:([^:]+)$/,
    },
    s3: { token: "aws:s3/bucket:Bucket", name: /^arn:aws[\w-]*:s3:::([^/]+)$/ },
};

/** @see https://docs.aws.amazon.com/waf/latest/APIReference/API_PutLoggingConfiguration.html */
export const loggingConfigurationType: ResourceType = {
    type: loggingToken,
    service: "wafv2",
    home: "regional",
    actions: {
        create: "PutLoggingConfiguration",
        read: "GetLoggingConfiguration",
        update: "PutLoggingConfiguration",
        delete: "DeleteLoggingConfiguration",
    },
    inputs: ["logDestinationConfigs", "loggingFilter", "redactedFields", "resourceArn"],
    required: ["logDestinationConfigs", "resourceArn"],
    replaceOn: ["resourceArn"],
    upsert: true,
    computed: [],

    check(inputs) {
        const problems = new Problems();
        const count = items(inputs, "logDestinationConfigs").length;
        if (Array.isArray(inputs.logDestinationConfigs) && count !== 1) {
            problems.add("logDestinationConfigs", `must be exactly 1 destination, got ${count}`);
        }
        for (const destination of texts(inputs, "logDestinationConfigs")) {
            const name = nameOf(destination);
            if (name !== undefined && !name.startsWith(namePrefix)) {
                problems.add(
                    "logDestinationConfigs",
                    `a destination's name starts with ${namePrefix}, got "${name}"`,
                );
            }
            if (destination.endsWith(":*")) {
                problems.add("logDestinationConfigs", "must be a log group's ARN without :*");
            }
        }
        if (items(inputs, "redactedFields").length > 100) {
            problems.add("redactedFields", "at most 100 are allowed");
        }
        checkFilter(problems, inputs);
        return problems.found;
    },

    admit(inputs, context) {
        const acl = byArn(context, webAclToken, text(inputs, "resourceArn") ?? "");
        if (acl === undefined || acl.region !== context.region) {
            throw new AwsError(
                "WAFNonexistentItemException",
                "AWS WAF couldn't perform the operation because your resource doesn't exist.",
            );
        }
        texts(inputs, "logDestinationConfigs").forEach((each) => refuseDestination(each, context));
    },

    compute: (inputs) => ({ id: text(inputs, "resourceArn") ?? "", outputs: inputs }),
};

function checkFilter(problems: Problems, inputs: Props): void {
    const filter = record(inputs, "loggingFilter");
    if (filter === undefined) {
        return;
    }
    problems.oneOf(filter, "defaultBehavior", ["DROP", "KEEP"], "loggingFilter.");
    records(filter, "filters").forEach((each, index) => {
        const path = `loggingFilter.filters[${index}].`;
        problems.oneOf(each, "behavior", ["DROP", "KEEP"], path);
        problems.oneOf(each, "requirement", ["MEETS_ALL", "MEETS_ANY"], path);
        for (const condition of records(each, "conditions")) {
            problems.oneOf(
                record(condition, "actionCondition") ?? {},
                "action",
                ["ALLOW", "BLOCK", "CAPTCHA", "CHALLENGE", "COUNT", "EXCLUDED_AS_COUNT"],
                `${path}conditions.actionCondition.`,
            );
        }
    });
}

function nameOf(destination: string): string | undefined {
    return Object.values(destinations)
        .map(({ name }) => name.exec(destination)?.[1])
        .find((found) => found !== undefined);
}

/** A log group is in the web ACL's own region; a bucket may be in any. */
function refuseDestination(destination: string, context: TypeContext): void {
    const service = destination.split(":")[2] ?? "";
    const kind = destinations[service];
    const found =
        kind === undefined
            ? undefined
            : context.store.find(kind.token, ({ outputs }) => outputs.arn === destination);
    if (found === undefined || (service === "logs" && found.region !== context.region)) {
        throw new AwsError(
            "WAFLogDestinationPermissionIssueException",
            `The log destination is not there, or not in ${context.region}: ${destination}`,
        );
    }
}
