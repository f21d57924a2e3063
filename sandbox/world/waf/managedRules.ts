import type { Props } from "../store";
import type { JudgedRequest } from "./webAcl";

export type Finding = "allow" | "block" | "count";

/** Largest body that `SizeRestrictions_BODY` lets pass, bytes. */
export const mostBodyBytes = 8192;

interface ManagedRule {
    readonly name: string;
    readonly matches: (request: JudgedRequest) => boolean;
}

/**
 * Rules of AWS's groups that say all that they look at; each blocks. What the others look for is not
 * published, so here they match nothing.
 *
 * https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html#aws-managed-rule-groups-baseline-crs
 */
const published: Readonly<Record<string, readonly ManagedRule[]>> = {
    AWSManagedRulesCommonRuleSet: [
        {
            name: "NoUserAgent_HEADER",
            matches: ({ userAgent }) => userAgent === undefined,
        },
        {
            name: "SizeRestrictions_BODY",
            matches: ({ bodyBytes }) => bodyBytes > mostBodyBytes,
        },
    ],
};

/**
 * What a group of AWS's finds of a request: the first rule that allows or blocks decides, else one that
 * counts; undefined when none matches. A challenge counts as a block: a client that solves none gets no
 * further.
 *
 * https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-rule-group-override-options.html
 *
 * @param group a `managedRuleGroupStatement`
 */
export function managedFinding(group: Props, request: JudgedRequest): Finding | undefined {
    const isOurs = group["vendorName"] === "AWS";
    const rules = isOurs ? (published[String(group["name"])] ?? []) : [];
    const found = rules
        .filter(({ matches }) => matches(request))
        .map(({ name }) => actionOf(group, name));
    return found.find((action) => action !== "count") ?? found[0];
}

function actionOf(group: Props, name: string): Finding {
    const overrides = group["ruleActionOverrides"];
    const action = (Array.isArray(overrides) ? (overrides as Props[]) : []).find(
        (override) => override["name"] === name,
    )?.["actionToUse"] as Props | undefined;
    return action?.["allow"] !== undefined
        ? "allow"
        : action?.["count"] !== undefined
          ? "count"
          : "block";
}
