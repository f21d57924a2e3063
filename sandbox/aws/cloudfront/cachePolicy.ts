import type { Props } from "../../world/store";
import type { Problem } from "../resourceType";
import { flag, items, number, record, text } from "../support/known";
import { Problems } from "../support/problems";
import { namedPolicy } from "./namedPolicy";
import { checkSelection, type Selection } from "./selections";
import { cachePolicyToken } from "./tokens";

const parameters = "parametersInCacheKeyAndForwardedToOrigin";

/** @see https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ParametersInCacheKeyAndForwardedToOrigin.html */
const selections: readonly Selection[] = [
    {
        property: "cookiesConfig",
        behavior: "cookieBehavior",
        names: "cookies",
        behaviors: ["all", "allExcept", "none", "whitelist"],
    },
    {
        property: "headersConfig",
        behavior: "headerBehavior",
        names: "headers",
        behaviors: ["none", "whitelist"],
    },
    {
        property: "queryStringsConfig",
        behavior: "queryStringBehavior",
        names: "queryStrings",
        behaviors: ["all", "allExcept", "none", "whitelist"],
    },
];

/** Headers that cannot be part of a cache key, https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cache-key-understand-cache-policy.html#cache-policy-headers. */
const neverInKey = new Set(["accept-encoding", "connection", "content-length", "cookie", "te"]);

function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.matches(
        inputs,
        "name",
        /^[A-Za-z0-9_-]{1,128}$/,
        "must be 1 to 128 letters, digits, hyphens and underscores",
    );
    checkTimes(problems, inputs);
    const key = record(inputs, parameters);
    if (key === undefined) {
        return problems.found;
    }
    for (const selection of selections) {
        checkSelection(problems, key, selection, `${parameters}.`);
    }
    const headers = items(record(record(key, "headersConfig"), "headers"), "items");
    for (const name of headers) {
        if (typeof name === "string" && neverInKey.has(name.toLowerCase())) {
            problems.add(
                `${parameters}.headersConfig.headers`,
                `${name} cannot be part of the cache key`,
            );
        }
    }
    if (number(inputs, "maxTtl") === 0) {
        refuseKeyWithoutCache(problems, key);
    }
    return problems.found;
}

/** @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cache-key-understand-cache-policy.html#cache-key-understand-cache-policy-settings */
function checkTimes(problems: Problems, inputs: Props): void {
    const [least, usual, most] = ["minTtl", "defaultTtl", "maxTtl"].map((property) => {
        problems.range(inputs, property, 0, 31_536_000_000);
        return number(inputs, property);
    });
    if (least !== undefined && usual !== undefined && usual < least) {
        problems.add("defaultTtl", `must not be below minTtl, ${least}, got ${usual}`);
    }
    if (usual !== undefined && most !== undefined && most < usual) {
        problems.add("maxTtl", `must not be below defaultTtl, ${usual}, got ${most}`);
    }
}

/** "...is invalid for policy with caching disabled." */
function refuseKeyWithoutCache(problems: Problems, key: Props): void {
    for (const { property, behavior } of selections) {
        const chosen = text(record(key, property), behavior);
        if (chosen !== undefined && chosen !== "none") {
            problems.add(
                `${parameters}.${property}.${behavior}`,
                `must be none in a policy that disables caching (maxTtl 0), got "${chosen}"`,
            );
        }
    }
    for (const property of ["enableAcceptEncodingBrotli", "enableAcceptEncodingGzip"]) {
        if (flag(key, property) === true) {
            problems.add(
                `${parameters}.${property}`,
                "must be false in a policy that disables caching (maxTtl 0)",
            );
        }
    }
}

/** @see https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateCachePolicy.html */
export const cachePolicyType = namedPolicy(
    {
        token: cachePolicyToken,
        noun: "CachePolicy",
        arnPart: "cache-policy",
        usedAs: "cachePolicyId",
    },
    {
        inputs: ["comment", "defaultTtl", "maxTtl", "minTtl", "name", parameters],
        required: [parameters],
        // The provider's own defaults.
        defaults: { defaultTtl: 86_400, maxTtl: 31_536_000, minTtl: 0 },
        check,
    },
);
