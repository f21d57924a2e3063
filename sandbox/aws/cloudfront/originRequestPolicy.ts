import { Problems } from "../support/problems";
import { namedPolicy } from "./namedPolicy";
import { checkSelection, type Selection } from "./selections";
import { originRequestPolicyToken } from "./tokens";

/** @see https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginRequestPolicyConfig.html */
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
        behaviors: [
            "allExcept",
            "allViewer",
            "allViewerAndWhitelistCloudFront",
            "none",
            "whitelist",
        ],
    },
    {
        property: "queryStringsConfig",
        behavior: "queryStringBehavior",
        names: "queryStrings",
        behaviors: ["all", "allExcept", "none", "whitelist"],
    },
];

/** @see https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateOriginRequestPolicy.html */
export const originRequestPolicyType = namedPolicy(
    {
        token: originRequestPolicyToken,
        noun: "OriginRequestPolicy",
        arnPart: "origin-request-policy",
        usedAs: "originRequestPolicyId",
    },
    {
        inputs: ["comment", "cookiesConfig", "headersConfig", "name", "queryStringsConfig"],
        required: ["cookiesConfig", "headersConfig", "queryStringsConfig"],
        check(inputs) {
            const problems = new Problems();
            problems.matches(
                inputs,
                "name",
                /^[A-Za-z0-9_-]{1,128}$/,
                "must be 1 to 128 letters, digits, hyphens and underscores",
            );
            for (const selection of selections) {
                checkSelection(problems, inputs, selection);
            }
            return problems.found;
        },
    },
);
