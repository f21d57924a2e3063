import type { Props, StoredResource } from "../../world/store";
import { certificateToken, isIssued } from "../acm/status";
import { AwsError } from "../awsError";
import type { TypeContext } from "../resourceType";
import { ownershipType } from "../s3/buckets";
import { byArn, isOther, record, text, texts } from "../support/known";
import { behaviorsOf } from "./namedPolicy";
import {
    cachePolicyToken,
    distributionToken,
    originRequestPolicyToken,
    policyExists,
    responseHeadersPolicyToken,
} from "./tokens";

/**
 * Everything a distribution names must be there and fit.
 *
 * @throws AwsError as https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistribution.html#API_CreateDistribution_Errors
 */
export function refuseReferences(
    inputs: Props,
    context: TypeContext,
    current: Props | undefined,
): void {
    refuseAliases(inputs, context, current);
    refuseCertificate(inputs, context);
    for (const behavior of behaviorsOf(inputs)) {
        refusePolicies(behavior, context);
    }
    refuseWebAcl(inputs, context);
    refuseLegacyLogs(inputs, context);
}

/** A name leads to one distribution in the whole of CloudFront. */
function refuseAliases(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const taken = context.store
        .list(distributionToken)
        .filter((other) => isOther(other, current))
        .flatMap(({ outputs }) => texts(outputs, "aliases").map(lower));
    const alias = texts(inputs, "aliases").find((name) => taken.includes(lower(name)));
    if (alias !== undefined) {
        throw new AwsError(
            "CNAMEAlreadyExists",
            `One or more of the CNAMEs you provided are already associated with a different resource: ${alias}`,
            409,
        );
    }
}

/** @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html */
function refuseCertificate(inputs: Props, context: TypeContext): void {
    const arn = text(record(inputs, "viewerCertificate"), "acmCertificateArn");
    if (arn === undefined) {
        return;
    }
    const certificate = byArn(context, certificateToken, arn);
    if (certificate === undefined || !isIssued(certificate, context)) {
        throw new AwsError(
            "InvalidViewerCertificate",
            `The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain: ${arn}`,
        );
    }
    const names = namesOf(certificate);
    const uncovered = texts(inputs, "aliases").filter(
        (alias) => !names.some((name) => covers(name, lower(alias))),
    );
    if (uncovered.length > 0) {
        throw new AwsError(
            "InvalidViewerCertificate",
            `The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) that you're trying to add: ${uncovered.join(", ")} (it covers ${names.join(", ")})`,
        );
    }
}

function namesOf({ outputs }: StoredResource): readonly string[] {
    return [
        ...new Set(
            [text(outputs, "domainName") ?? "", ...texts(outputs, "subjectAlternativeNames")].map(
                lower,
            ),
        ),
    ];
}

/** A wildcard stands for one label. */
function covers(certified: string, name: string): boolean {
    return (
        certified === name ||
        (certified.startsWith("*.") && name.replace(/^[^.]+/, "*") === certified)
    );
}

function refusePolicies(behavior: Props, context: TypeContext): void {
    for (const [property, token, code] of [
        ["cachePolicyId", cachePolicyToken, "NoSuchCachePolicy"],
        ["originRequestPolicyId", originRequestPolicyToken, "NoSuchOriginRequestPolicy"],
        ["responseHeadersPolicyId", responseHeadersPolicyToken, "NoSuchResponseHeadersPolicy"],
    ] as const) {
        const id = text(behavior, property);
        if (id !== undefined && id !== "" && !policyExists(context.store, token, id)) {
            throw new AwsError(code, `The policy does not exist: ${id}`, 404);
        }
    }
}

/** @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-web-awswaf.html */
function refuseWebAcl(inputs: Props, context: TypeContext): void {
    const arn = text(inputs, "webAclId") ?? "";
    if (arn === "") {
        return;
    }
    const acl = byArn(context, "aws:wafv2/webAcl:WebAcl", arn);
    if (acl === undefined || text(acl.outputs, "scope") !== "CLOUDFRONT") {
        throw new AwsError(
            "InvalidWebACLId",
            `Web ACL is not accessible by the requester, or is not of scope CLOUDFRONT: ${arn}`,
        );
    }
}

/** The older standard logs are written by ACL: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html */
function refuseLegacyLogs(inputs: Props, context: TypeContext): void {
    const domain = text(record(inputs, "loggingConfig"), "bucket");
    const bucket = /^(.+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com$/.exec(domain ?? "")?.[1];
    if (domain === undefined) {
        return;
    }
    if (
        bucket === undefined ||
        context.store.find("aws:s3/bucket:Bucket", ({ id }) => id === bucket) === undefined
    ) {
        throw new AwsError(
            "InvalidArgument",
            `The parameter Logging Bucket refers to a bucket that doesn't exist: ${domain}`,
        );
    }
    const ownership = context.store.find(
        ownershipType,
        ({ outputs }) => text(outputs, "bucket") === bucket,
    );
    const rule = text(record(ownership?.outputs, "rule"), "objectOwnership");
    if ((rule ?? "BucketOwnerEnforced") === "BucketOwnerEnforced") {
        throw new AwsError(
            "InvalidArgument",
            `The S3 bucket that you specified for CloudFront logs does not enable ACL access: ${domain}`,
        );
    }
}

function lower(name: string): string {
    return name.toLowerCase();
}
