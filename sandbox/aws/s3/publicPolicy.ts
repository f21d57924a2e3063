import { parseCidr } from "../support/cidr";

/** Condition keys that narrow a grant when they hold fixed values. */
const narrowingKeys = new Set([
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceowner",
    "aws:sourceaccount",
    "aws:principalorgid",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:userid",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount",
]);

/** Operators that match fixed values only. */
const fixedOperators = /^(string(equals|like)(ignorecase)?|arn(equals|like)|ipaddress)$/i;

/**
 * Whether S3 counts a bucket policy as public: some statement allows anybody, and no condition
 * limits it to fixed values. A set of CIDRs in `aws:SourceIp` limits it, unless one is broader than
 * /8 (IPv4) or /32 (IPv6).
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
export function isPublicPolicy(document: string): boolean {
    const policy = parse(document);
    const statements = listOf(isObject(policy) ? policy["Statement"] : undefined);
    return statements.some((statement) => isObject(statement) && isPublicStatement(statement));
}

function isPublicStatement(statement: Record<string, unknown>): boolean {
    if (statement["Effect"] !== "Allow" || !allowsAnybody(statement)) {
        return false;
    }
    const condition = statement["Condition"];
    if (!isObject(condition)) {
        return true;
    }
    return !Object.entries(condition).some(
        ([operator, keys]) =>
            fixedOperators.test(operator) &&
            isObject(keys) &&
            Object.entries(keys).some(([key, values]) => narrows(key, listOf(values))),
    );
}

function allowsAnybody(statement: Record<string, unknown>): boolean {
    if (statement["NotPrincipal"] !== undefined) {
        return true;
    }
    const principal = statement["Principal"];
    if (principal === "*") {
        return true;
    }
    return isObject(principal) && listOf(principal["AWS"]).includes("*");
}

function narrows(key: string, values: readonly unknown[]): boolean {
    if (values.length === 0) {
        return false;
    }
    if (key.toLowerCase() === "aws:sourceip") {
        return values.every(isNarrowRange);
    }
    return (
        narrowingKeys.has(key.toLowerCase()) &&
        values.every((value) => typeof value === "string" && !/[*?]|\$\{/.test(value))
    );
}

function isNarrowRange(value: unknown): boolean {
    if (typeof value !== "string") {
        return false;
    }
    if (value.includes(":")) {
        return Number(value.split("/")[1] ?? 128) >= 32;
    }
    const cidr = parseCidr(value.includes("/") ? value : `${value}/32`);
    return cidr !== undefined && cidr.prefix >= 8;
}

function parse(document: string): unknown {
    try {
        return JSON.parse(document);
    } catch {
        return undefined;
    }
}

function listOf(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
