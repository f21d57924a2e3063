import type { Props } from "../../world/store";
import { flag, given, items, record, records, text, texts } from "../support/known";
import type { Problems } from "../support/problems";

/** Alternate names of a distribution, https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-web-distributions. */
const mostAliases = 100;

const label = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?";
const aliasName = new RegExp(`^(\\*\\.)?(${label}\\.)+${label}$`, "i");

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html */
const securityPolicies = [
    "SSLv3",
    "TLSv1",
    "TLSv1_2016",
    "TLSv1.1_2016",
    "TLSv1.2_2018",
    "TLSv1.2_2019",
    "TLSv1.2_2021",
    "TLSv1.2_2025",
    "TLSv1.3_2025",
];

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/creating-custom-error-pages.html#custom-error-pages-supported-codes */
const errorCodes = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/** Everything between the distribution and who asks: names, certificate, places, error pages, web ACL. */
export function checkViewers(problems: Problems, inputs: Props): void {
    problems.oneOf(inputs, "httpVersion", ["http1.1", "http2", "http2and3", "http3"]);
    problems.oneOf(inputs, "priceClass", ["PriceClass_100", "PriceClass_200", "PriceClass_All"]);
    problems.matches(
        inputs,
        "webAclId",
        /^(arn:aws[\w-]*:wafv2:us-east-1:\d{12}:global\/webacl\/.+|[0-9a-f-]{36})$/,
        "must be the ARN of a web ACL of scope CLOUDFRONT, in us-east-1",
    );
    checkAliases(problems, inputs);
    checkCertificate(problems, inputs);
    checkPlaces(problems, inputs);
    checkErrors(problems, inputs);
}

function checkAliases(problems: Problems, inputs: Props): void {
    const aliases = texts(inputs, "aliases").map((alias) => alias.toLowerCase());
    if (items(inputs, "aliases").length > mostAliases) {
        problems.add("aliases", `at most ${mostAliases} are allowed, got ${aliases.length}`);
    }
    if (new Set(aliases).size !== aliases.length) {
        problems.add("aliases", "must name each domain once");
    }
    for (const alias of aliases.filter((each) => !aliasName.test(each))) {
        problems.add("aliases", `"${alias}" is not a domain name`);
    }
}

/** @see https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html */
function checkCertificate(problems: Problems, inputs: Props): void {
    const certificate = record(inputs, "viewerCertificate");
    if (certificate === undefined) {
        return;
    }
    const path = "viewerCertificate.";
    const isDefault = flag(certificate, "cloudfrontDefaultCertificate") === true;
    const sources = [
        ...(given(certificate, "acmCertificateArn") ? ["acmCertificateArn"] : []),
        ...(given(certificate, "iamCertificateId") ? ["iamCertificateId"] : []),
        ...(isDefault ? ["cloudfrontDefaultCertificate"] : []),
    ];
    if (sources.length !== 1) {
        problems.add(
            "viewerCertificate",
            `exactly one of acmCertificateArn, iamCertificateId, cloudfrontDefaultCertificate must be set, got ${sources.join(" and ") || "none"}`,
        );
    }
    problems.oneOf(certificate, "minimumProtocolVersion", securityPolicies, path);
    problems.oneOf(certificate, "sslSupportMethod", ["sni-only", "static-ip", "vip"], path);
    // "...the certificate must be in the US East (N. Virginia) Region":
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
    problems.matches(
        certificate,
        "acmCertificateArn",
        /^arn:aws[\w-]*:acm:us-east-1:\d{12}:certificate\/.+$/,
        "must be a certificate in us-east-1, the only region that CloudFront takes one from",
        path,
    );
    if (isDefault) {
        const version = text(certificate, "minimumProtocolVersion");
        if (version !== undefined && version !== "TLSv1") {
            problems.add(
                `${path}minimumProtocolVersion`,
                `is TLSv1 with CloudFront's own certificate, got "${version}"; bring a certificate`,
            );
        }
        if (items(inputs, "aliases").length > 0) {
            problems.add(
                "aliases",
                "need a certificate that covers them; CloudFront's own does not",
            );
        }
    } else if (sources.length > 0 && !given(certificate, "sslSupportMethod")) {
        problems.add(`${path}sslSupportMethod`, "must be set beside a certificate of one's own");
    }
}

/** @see https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_GeoRestriction.html */
function checkPlaces(problems: Problems, inputs: Props): void {
    const restrictions = record(inputs, "restrictions");
    const places = record(restrictions, "geoRestriction");
    const path = "restrictions.geoRestriction.";
    if (restrictions !== undefined && !given(restrictions, "geoRestriction")) {
        problems.add("restrictions.geoRestriction", "missing required property");
    }
    problems.oneOf(places ?? {}, "restrictionType", ["blacklist", "none", "whitelist"], path);
    const kind = text(places, "restrictionType");
    const count = items(places, "locations").length;
    if (kind === "none" && count > 0) {
        problems.add(`${path}locations`, `must be empty for none, got ${count}`);
    }
    if (kind !== undefined && kind !== "none" && count === 0) {
        problems.add(`${path}locations`, `must name a country for ${kind}`);
    }
}

function checkErrors(problems: Problems, inputs: Props): void {
    for (const [index, response] of records(inputs, "customErrorResponses").entries()) {
        const path = `customErrorResponses[${index}].`;
        const code = response.errorCode;
        if (typeof code === "number" && !errorCodes.includes(code)) {
            problems.add(`${path}errorCode`, `must be of ${errorCodes.join(", ")}, got ${code}`);
        }
        if (given(response, "responseCode") !== given(response, "responsePagePath")) {
            problems.add(`${path}responsePagePath`, "goes with responseCode: set both or neither");
        }
        problems.range(response, "errorCachingMinTtl", 0, 31_536_000, path);
    }
}
