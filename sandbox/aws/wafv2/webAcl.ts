import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import { distributionToken } from "../cloudfront/tokens";
import type { ResourceType, TypeContext } from "../resourceType";
import { given, isOther, items, keepId, number, record, records, text } from "../support/known";
import { Problems } from "../support/problems";
import { uuid } from "../support/uuid";
import { capacityOf, mostCapacity } from "./capacity";
import { checkStatement, groupStatements } from "./statements";
import { associationToken, webAclToken } from "./tokens";

/** @see https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html */
export const webAclType: ResourceType = {
    type: webAclToken,
    service: "wafv2",
    home: "regional",
    actions: {
        create: "CreateWebACL",
        read: "GetWebACL",
        update: "UpdateWebACL",
        delete: "DeleteWebACL",
    },
    inputs: [
        "associationConfig",
        "captchaConfig",
        "challengeConfig",
        "customResponseBodies",
        "dataProtectionConfig",
        "defaultAction",
        "description",
        "name",
        "namePrefix",
        "ruleJson",
        "rules",
        "scope",
        "tags",
        "tokenDomains",
        "visibilityConfig",
    ],
    required: ["defaultAction", "scope", "visibilityConfig"],
    replaceOn: ["name", "namePrefix", "scope"],
    unordered: ["rules"],
    autoname: { property: "name", maxLength: 128 },
    computed: ["applicationIntegrationUrl", "arn", "capacity", "lockToken"],
    changesOnUpdate: ["capacity", "lockToken"],

    check(inputs) {
        const problems = new Problems();
        problems.matches(
            inputs,
            "name",
            /^[\w-]{1,128}$/,
            "must be 1 to 128 letters, digits, hyphens and underscores",
        );
        problems.oneOf(inputs, "scope", ["CLOUDFRONT", "REGIONAL"]);
        const region = text(inputs, "region");
        if (text(inputs, "scope") === "CLOUDFRONT" && region !== undefined) {
            if (region !== "us-east-1") {
                problems.add("region", `must be us-east-1 for scope CLOUDFRONT, got "${region}"`);
            }
        }
        checkOneOf(problems, inputs, "defaultAction", ["allow", "block"]);
        checkVisibility(problems, inputs, "");
        checkRules(problems, inputs);
        return problems.found;
    },

    admit(inputs, context, current) {
        // https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html
        if (text(inputs, "scope") === "CLOUDFRONT" && context.region !== "us-east-1") {
            throw new AwsError(
                "WAFInvalidParameterException",
                `Error reason: The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT (a web ACL for CloudFront is made in us-east-1, the call went to ${context.region})`,
            );
        }
        const same = context.store
            .list(webAclToken, context.region)
            .filter((other) => isOther(other, current))
            .some(
                ({ outputs }) =>
                    text(outputs, "name") === text(inputs, "name") &&
                    text(outputs, "scope") === text(inputs, "scope"),
            );
        if (same) {
            throw new AwsError(
                "WAFDuplicateItemException",
                "AWS WAF couldn't perform the operation because some resource in your request is a duplicate of an existing one.",
            );
        }
        const capacity = capacityOf(inputs);
        if (capacity > mostCapacity) {
            throw new AwsError(
                "WAFLimitsExceededException",
                `the rules need ${capacity} web ACL capacity units; a web ACL has at most ${mostCapacity}`,
            );
        }
    },

    compute(inputs, context, current) {
        const id = keepId(current, () => uuid(context.unique(32)));
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: arnOf(inputs, id, context),
                applicationIntegrationUrl: "",
                capacity: capacityOf(inputs),
                lockToken: uuid(context.unique(32)),
            },
        };
    },

    // https://docs.aws.amazon.com/waf/latest/APIReference/API_DeleteWebACL.html
    refuseDelete(outputs, context) {
        const arn = text(outputs, "arn");
        const used =
            context.store.find(
                distributionToken,
                ({ outputs: distribution }) => text(distribution, "webAclId") === arn,
            ) ??
            context.store.find(
                associationToken,
                ({ outputs: association }) => text(association, "webAclArn") === arn,
            );
        if (used !== undefined) {
            throw new AwsError(
                "WAFAssociatedItemException",
                "AWS WAF couldn't perform the operation because your resource is being used by another resource or it's associated with another resource.",
            );
        }
    },
};

function arnOf(inputs: Props, id: string, context: TypeContext): string {
    const scope = text(inputs, "scope") === "CLOUDFRONT" ? "global" : "regional";
    return `arn:aws:wafv2:${context.region}:${context.accountId}:${scope}/webacl/${text(inputs, "name")}/${id}`;
}

function checkRules(problems: Problems, inputs: Props): void {
    if (given(inputs, "ruleJson") && items(inputs, "rules").length > 0) {
        problems.add("ruleJson", "conflicts with rules: set one of the two");
    }
    const rules = records(inputs, "rules");
    for (const property of ["name", "priority"] as const) {
        const values = rules.flatMap(
            (rule) => text(rule, property) ?? number(rule, property) ?? [],
        );
        const twice = values.filter((value, index) => values.indexOf(value) !== index);
        if (twice.length > 0) {
            problems.add(
                "rules",
                `each rule has a ${property} of its own, got ${[...new Set(twice)].join(", ")} more than once`,
            );
        }
    }
    rules.forEach((rule, index) => {
        const path = `rules[${index}].`;
        problems.range(rule, "priority", 0, 2_147_483_647, path);
        const statement = record(rule, "statement");
        if (statement === undefined) {
            return;
        }
        checkStatement(problems, statement, `${path}statement.`);
        const isGroup = groupStatements.some((kind) => given(statement, kind));
        const [wanted, other] = isGroup
            ? ["overrideAction", "action"]
            : ["action", "overrideAction"];
        if (!given(rule, wanted) || given(rule, other)) {
            problems.add(
                path + wanted,
                isGroup
                    ? "a rule that runs a rule group has an overrideAction, and no action"
                    : "a rule has an action, and no overrideAction",
            );
        }
        checkVisibility(problems, rule, path);
    });
}

/** @see https://docs.aws.amazon.com/waf/latest/APIReference/API_VisibilityConfig.html */
function checkVisibility(problems: Problems, of: Props, path: string): void {
    problems.matches(
        record(of, "visibilityConfig") ?? {},
        "metricName",
        /^[\w#:./-]{1,255}$/,
        "must be 1 to 255 letters, digits and _#:./-",
        `${path}visibilityConfig.`,
    );
}

function checkOneOf(
    problems: Problems,
    inputs: Props,
    property: string,
    kinds: readonly string[],
): void {
    const value = record(inputs, property);
    const found = kinds.filter((kind) => value !== undefined && given(value, kind));
    if (value !== undefined && found.length !== 1) {
        problems.add(
            property,
            `must be exactly one of ${kinds.join(", ")}, got ${found.join(" and ") || "none"}`,
        );
    }
}
