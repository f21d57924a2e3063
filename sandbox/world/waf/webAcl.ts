import type http from "node:http";

import { regionOf } from "../deliveries";
import { properties } from "../properties";
import type { Props } from "../store";
import type { MetricSink, World } from "../world";
import { managedFinding, type Finding } from "./managedRules";

/** What a web ACL is told of a request. */
export interface JudgedRequest {
    /** Where it comes from, as AWS sees it. */
    readonly address: string;
    /** Path without the query. */
    readonly path: string;
    readonly method: string;
    /** `User-Agent`; undefined when there is none. */
    readonly userAgent: string | undefined;
    /** As `Content-Length` has it: a body that comes in chunks is not measured. */
    readonly bodyBytes: number;
}

/** What of a request does not depend on where it arrived. */
export function judgedParts(
    request: http.IncomingMessage,
): Pick<JudgedRequest, "bodyBytes" | "method" | "userAgent"> {
    return {
        method: request.method ?? "GET",
        userAgent: request.headers["user-agent"],
        bodyBytes: Number(request.headers["content-length"] ?? 0),
    };
}

export type Verdict = "allow" | "block";

const metricOf = {
    allow: "AllowedRequests",
    block: "BlockedRequests",
    count: "CountedRequests",
} as const;

interface Rule {
    readonly name: string;
    readonly priority: number;
    readonly statement: Props;
    /** Of a rule that runs a group: `count` when it only counts what the group finds. */
    readonly action: Finding | "of its group";
}

/** https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html */
const defaultWindowSeconds = 300;

/**
 * Web ACLs at work: rules by priority, of which the first that allows or blocks decides. Rate-based
 * rules count per address over their window in world time; of AWS's managed groups the rules that are
 * published match (`managedRules.ts`). What it finds is in CloudWatch's `AWS/WAFV2`.
 *
 * https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-rule-actions.html
 */
export class WebAcls {
    /** Times of requests by web ACL and rule, then by address; world milliseconds. */
    readonly #counted = new Map<string, Map<string, number[]>>();

    constructor(
        private readonly world: Pick<World, "clock" | "store">,
        private readonly metrics: MetricSink,
    ) {}

    /** Judges, and counts, a request at what the web ACL of this ARN protects. Without one everything passes. */
    judge(arn: string | undefined, request: JudgedRequest): Verdict {
        const resource =
            arn === undefined
                ? undefined
                : this.world.store.find(
                      "aws:wafv2/webAcl:WebAcl",
                      ({ outputs }) => outputs["arn"] === arn,
                  );
        if (arn === undefined || resource === undefined) {
            return "allow";
        }
        const acl = properties(resource);
        const count = (action: Finding, rule: string): void =>
            this.#count(arn, metricName(acl), action, rule);
        for (const rule of rulesOf(acl)) {
            const finding = this.#findingOf(rule, request, `${arn} ${rule.name}`);
            if (finding !== undefined) {
                count(finding, rule.name);
            }
            if (finding === "allow" || finding === "block") {
                return finding;
            }
        }
        const verdict = asProps(acl["defaultAction"])["block"] === undefined ? "allow" : "block";
        count(verdict, "Default_Action");
        return verdict;
    }

    /**
     * Once for the rule and once for all of them. The metrics of what protects distributions are in
     * us-east-1, and have no region among their dimensions.
     *
     * https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
     */
    #count(arn: string, webAcl: string, action: Finding, rule: string): void {
        const region = regionOf(arn);
        const isRegional = arn.includes(":regional/");
        for (const name of [rule, "ALL"]) {
            this.metrics.put({
                region,
                namespace: "AWS/WAFV2",
                metric: metricOf[action],
                dimensions: {
                    WebACL: webAcl,
                    Rule: name,
                    ...(isRegional ? { Region: region } : {}),
                },
                value: 1,
            });
        }
    }

    /** What a rule does with a request; undefined when it does not match. */
    #findingOf(
        { statement, action }: Rule,
        request: JudgedRequest,
        key: string,
    ): Finding | undefined {
        const group = statement["managedRuleGroupStatement"];
        if (group === undefined) {
            const matches = this.#matches(statement, request, key);
            return matches && action !== "of its group" ? action : undefined;
        }
        const scope = asProps(group)["scopeDownStatement"];
        if (scope !== undefined && !this.#matches(asProps(scope), request, key)) {
            return undefined;
        }
        const found = managedFinding(asProps(group), request);
        return found === undefined || action === "of its group" ? found : action;
    }

    #matches(statement: Props, request: JudgedRequest, key: string): boolean {
        const body = (kind: string): Props | undefined =>
            statement[kind] === undefined ? undefined : asProps(statement[kind]);
        const [rate, match, not] = [
            body("rateBasedStatement"),
            body("byteMatchStatement"),
            body("notStatement"),
        ];
        if (rate !== undefined) {
            const scope = rate["scopeDownStatement"];
            return (
                (scope === undefined || this.#matches(asProps(scope), request, key)) &&
                this.#overRate(rate, request, key)
            );
        }
        if (match !== undefined) {
            return bytesMatch(match, request);
        }
        if (not !== undefined) {
            return !this.#matches(asProps(not["statement"]), request, key);
        }
        const nested = (kind: string): readonly Props[] =>
            list(body(kind)?.["statements"]).map(asProps);
        return (
            (nested("andStatement").length > 0 &&
                nested("andStatement").every((each) => this.#matches(each, request, key))) ||
            nested("orStatement").some((each) => this.#matches(each, request, key))
        );
    }

    /** Counts the request, and says whether its address has sent more than the limit. */
    #overRate(rate: Props, { address }: JudgedRequest, key: string): boolean {
        const nowMs = this.world.clock.now();
        const fromMs = nowMs - 1000 * Number(rate["evaluationWindowSec"] ?? defaultWindowSeconds);
        const byAddress = this.#counted.get(key) ?? new Map<string, number[]>();
        this.#counted.set(key, byAddress);
        const who = rate["aggregateKeyType"] === "CONSTANT" ? "everybody" : address;
        const times = (byAddress.get(who) ?? []).filter((atMs) => atMs > fromMs);
        times.push(nowMs);
        byAddress.set(who, times);
        return times.length > Number(rate["limit"]);
    }
}

function rulesOf(acl: Props): readonly Rule[] {
    return list(acl["rules"])
        .map(asProps)
        .map((rule) => ({
            name: metricName(rule),
            priority: Number(rule["priority"]),
            statement: asProps(rule["statement"]),
            action:
                rule["action"] === undefined
                    ? overrideOf(asProps(rule["overrideAction"]))
                    : actionOf(asProps(rule["action"])),
        }))
        .sort((a, b) => a.priority - b.priority);
}

/** https://docs.aws.amazon.com/waf/latest/APIReference/API_OverrideAction.html */
function overrideOf(override: Props): Rule["action"] {
    return override["count"] === undefined ? "of its group" : "count";
}

function actionOf(action: Props): Finding {
    return action["block"] !== undefined
        ? "block"
        : action["allow"] !== undefined
          ? "allow"
          : "count";
}

function metricName(of: Props): string {
    return String(asProps(of["visibilityConfig"])["metricName"] ?? of["name"]);
}

/** Looks at the path or the method; a match on another field finds nothing here. */
function bytesMatch(match: Props, request: JudgedRequest): boolean {
    const field = asProps(match["fieldToMatch"]);
    const text =
        field["uriPath"] !== undefined
            ? request.path
            : field["method"] !== undefined
              ? request.method
              : undefined;
    const searched = String(match["searchString"]);
    switch (match["positionalConstraint"]) {
        case "STARTS_WITH":
            return text?.startsWith(searched) === true;
        case "ENDS_WITH":
            return text?.endsWith(searched) === true;
        case "EXACTLY":
            return text === searched;
        default:
            return text?.includes(searched) === true;
    }
}

function asProps(value: unknown): Props {
    return typeof value === "object" && value !== null ? (value as Props) : {};
}

function list(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? (value as unknown[]) : [];
}
