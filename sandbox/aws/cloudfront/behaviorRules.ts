import type { Props } from "../../world/store";
import { given, items, record, records, text, texts } from "../support/known";
import type { Problems } from "../support/problems";

/** Path patterns of a distribution, https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-web-distributions. */
const mostBehaviors = 75;

const readMethods = ["GET", "HEAD", "OPTIONS"];
/** https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_AllowedMethods.html */
const allowedMethods = [
    ["GET", "HEAD"],
    readMethods,
    ["DELETE", ...readMethods, "PATCH", "POST", "PUT"],
];
const cachedMethods = allowedMethods.slice(0, 2);

/** What a cache policy decides, and a behaviour with one therefore may not. */
const legacy = ["forwardedValues", "minTtl", "defaultTtl", "maxTtl"];

/**
 * Cache behaviours: where requests go, by which methods, and under which policies.
 *
 * @see https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CacheBehavior.html
 */
export function checkBehaviors(problems: Problems, inputs: Props): void {
    const ordered = records(inputs, "orderedCacheBehaviors");
    if (ordered.length >= mostBehaviors) {
        problems.add(
            "orderedCacheBehaviors",
            `a distribution has at most ${mostBehaviors} behaviors, got ${ordered.length + 1}`,
        );
    }
    const patterns = ordered.flatMap((behavior) => text(behavior, "pathPattern") ?? []);
    for (const pattern of new Set(patterns.filter((p, index) => patterns.indexOf(p) !== index))) {
        problems.add("orderedCacheBehaviors", `the path pattern "${pattern}" is there twice`);
    }
    ordered.forEach((behavior, index) =>
        checkBehavior(problems, behavior, inputs, `orderedCacheBehaviors[${index}].`),
    );
    const last = record(inputs, "defaultCacheBehavior");
    if (last !== undefined) {
        checkBehavior(problems, last, inputs, "defaultCacheBehavior.");
    }
}

function checkBehavior(problems: Problems, behavior: Props, inputs: Props, path: string): void {
    problems.oneOf(
        behavior,
        "viewerProtocolPolicy",
        ["allow-all", "https-only", "redirect-to-https"],
        path,
    );
    checkMethods(problems, behavior, "allowedMethods", allowedMethods, path);
    checkMethods(problems, behavior, "cachedMethods", cachedMethods, path);
    const allowed = texts(behavior, "allowedMethods");
    const uncachable = texts(behavior, "cachedMethods").filter((each) => !allowed.includes(each));
    if (allowed.length > 0 && uncachable.length > 0) {
        problems.add(
            `${path}cachedMethods`,
            `must be among the allowed methods, got ${uncachable.join(", ")}`,
        );
    }
    checkTarget(problems, behavior, inputs, path);
    const conflicts = legacy.filter((property) => given(behavior, property));
    if (given(behavior, "cachePolicyId") && conflicts.length > 0) {
        problems.add(
            path + (conflicts[0] ?? ""),
            `cannot be used when a cache policy is associated to the cache behavior: remove ${conflicts.join(", ")}`,
        );
    }
    if (!given(behavior, "cachePolicyId") && !given(behavior, "forwardedValues")) {
        problems.add(`${path}cachePolicyId`, "a cache policy or forwardedValues must be set");
    }
    if (given(behavior, "originRequestPolicyId") && !given(behavior, "cachePolicyId")) {
        problems.add(`${path}originRequestPolicyId`, "needs a cache policy beside it");
    }
}

function checkMethods(
    problems: Problems,
    behavior: Props,
    property: string,
    sets: readonly (readonly string[])[],
    path: string,
): void {
    const value = behavior[property];
    if (!Array.isArray(value) || items(behavior, property).some((m) => typeof m !== "string")) {
        return;
    }
    const methods = [...texts(behavior, property)].sort().join(", ");
    if (!sets.some((set) => [...set].sort().join(", ") === methods)) {
        problems.add(
            path + property,
            `must be one of ${sets.map((set) => `[${set.join(", ")}]`).join(", ")}, got [${methods}]`,
        );
    }
}

/**
 * An origin group serves what can be repeated: CloudFront fails over for GET, HEAD and OPTIONS alone
 * and takes no other method for it.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
 */
function checkTarget(problems: Problems, behavior: Props, inputs: Props, path: string): void {
    const target = text(behavior, "targetOriginId");
    const groups = records(inputs, "originGroups").flatMap((g) => text(g, "originId") ?? []);
    const origins = records(inputs, "origins").flatMap((o) => text(o, "originId") ?? []);
    if (target === undefined) {
        return;
    }
    if (![...groups, ...origins].includes(target)) {
        problems.add(
            `${path}targetOriginId`,
            `must be an origin or an origin group of the distribution (${[...groups, ...origins].join(", ")}), got "${target}"`,
        );
    }
    const writes = texts(behavior, "allowedMethods").filter((m) => !readMethods.includes(m));
    if (groups.includes(target) && writes.length > 0) {
        problems.add(
            `${path}allowedMethods`,
            `cannot include POST, PUT, PATCH, or DELETE for a cached behavior associated with an origin group, got ${writes.join(", ")}`,
        );
    }
}
