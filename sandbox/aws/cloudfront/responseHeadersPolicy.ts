import type { Props } from "../../world/store";
import type { Problem } from "../resourceType";
import { given, items, record, records, text } from "../support/known";
import { Problems } from "../support/problems";
import { namedPolicy } from "./namedPolicy";
import { responseHeadersPolicyToken } from "./tokens";

/** Custom headers in a policy, https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-policies. */
const mostHeaders = 10;

const parts = [
    "corsConfig",
    "customHeadersConfig",
    "removeHeadersConfig",
    "securityHeadersConfig",
    "serverTimingHeadersConfig",
];

function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.matches(
        inputs,
        "name",
        /^[A-Za-z0-9_-]{1,128}$/,
        "must be 1 to 128 letters, digits, hyphens and underscores",
    );
    // "The response headers policy must have at least one header configured."
    if (!parts.some((part) => given(inputs, part))) {
        problems.add("securityHeadersConfig", `at least one of ${parts.join(", ")} must be set`);
    }
    const security = record(inputs, "securityHeadersConfig") ?? {};
    problems.oneOf(
        record(security, "frameOptions") ?? {},
        "frameOption",
        ["DENY", "SAMEORIGIN"],
        "securityHeadersConfig.frameOptions.",
    );
    problems.oneOf(
        record(security, "referrerPolicy") ?? {},
        "referrerPolicy",
        [
            "no-referrer",
            "no-referrer-when-downgrade",
            "origin",
            "origin-when-cross-origin",
            "same-origin",
            "strict-origin",
            "strict-origin-when-cross-origin",
            "unsafe-url",
        ],
        "securityHeadersConfig.referrerPolicy.",
    );
    problems.range(
        record(security, "strictTransportSecurity") ?? {},
        "accessControlMaxAgeSec",
        0,
        2_147_483_647,
        "securityHeadersConfig.strictTransportSecurity.",
    );
    const custom = record(inputs, "customHeadersConfig");
    const count = items(custom, "items").length;
    if (count > mostHeaders) {
        problems.add("customHeadersConfig", `at most ${mostHeaders} are allowed, got ${count}`);
    }
    const names = records(custom, "items").flatMap(
        (item) => text(item, "header")?.toLowerCase() ?? [],
    );
    if (new Set(names).size !== names.length) {
        problems.add("customHeadersConfig", "must name each header once");
    }
    return problems.found;
}

/** @see https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateResponseHeadersPolicy.html */
export const responseHeadersPolicyType = namedPolicy(
    {
        token: responseHeadersPolicyToken,
        noun: "ResponseHeadersPolicy",
        arnPart: "response-headers-policy",
        usedAs: "responseHeadersPolicyId",
    },
    { inputs: ["comment", "name", ...parts], required: [], check },
);
