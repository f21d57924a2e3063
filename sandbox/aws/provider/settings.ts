import { isUnknown } from "../resourceType";
import type { CheckFailure, JsonObject, ProviderSettings } from "./protocol";

/** What a provider instance is configured with, read as the AWS provider reads it. */
export interface ProviderConfiguration {
    readonly settings: ProviderSettings;
    readonly allowedAccountIds: readonly string[];
    readonly forbiddenAccountIds: readonly string[];
    readonly skipRequestingAccountId: boolean;
}

/** The arguments of `aws.Provider`, 7.48.0. */
const known = new Set([
    "accessKey",
    "allowedAccountIds",
    "assumeRoleWithWebIdentity",
    "assumeRoles",
    "customCaBundle",
    "defaultTags",
    "ec2MetadataServiceEndpoint",
    "ec2MetadataServiceEndpointMode",
    "endpoints",
    "forbiddenAccountIds",
    "httpProxy",
    "httpsProxy",
    "ignoreTags",
    "insecure",
    "maxRetries",
    "noProxy",
    "profile",
    "region",
    "retryMode",
    "s3UsEast1RegionalEndpoint",
    "s3UsePathStyle",
    "secretKey",
    "sharedConfigFiles",
    "sharedCredentialsFiles",
    "skipCredentialsValidation",
    "skipMetadataApiCheck",
    "skipRegionValidation",
    "skipRequestingAccountId",
    "stsRegion",
    "tagPolicyCompliance",
    "token",
    "tokenBucketRateLimiterCapacity",
    "useDualstackEndpoint",
    "useFipsEndpoint",
    "userAgents",
    // The engine's own.
    "version",
    "pluginDownloadURL",
    "__internal",
]);

/** Region from the arguments, then from the environment, as the AWS SDK looks for it. */
export function regionOf(args: JsonObject, environment: NodeJS.ProcessEnv): string | undefined {
    for (const candidate of [
        args["region"],
        environment["AWS_REGION"],
        environment["AWS_DEFAULT_REGION"],
    ]) {
        if (typeof candidate === "string" && candidate !== "") {
            return candidate;
        }
    }
    return undefined;
}

/** What is wrong with a provider's arguments, everything at once. What a preview does not know yet passes. */
export function configurationFailures(
    args: JsonObject,
    environment: NodeJS.ProcessEnv,
): readonly CheckFailure[] {
    const failures: CheckFailure[] = [];
    for (const property of Object.keys(args)) {
        if (!known.has(property)) {
            failures.push({
                property,
                reason:
                    "could not validate provider configuration: unknown or misspelled argument; check `pulumi config get aws:" +
                    `${property}\``,
            });
        }
    }
    const region = regionOf(args, environment);
    if (region === undefined) {
        failures.push({
            property: "region",
            reason: "missing region: set it with `pulumi config set aws:region eu-west-1` or in AWS_REGION",
        });
    } else if (!isUnknown(region) && !/^[a-z]{2,4}(-[a-z]+)+-\d$/.test(region)) {
        failures.push({
            property: "region",
            reason: `invalid AWS Region: ${region}; set one such as eu-west-1 with \`pulumi config set aws:region\``,
        });
    }
    const allowed = decode(args["allowedAccountIds"]);
    const forbidden = decode(args["forbiddenAccountIds"]);
    for (const [property, value] of [
        ["allowedAccountIds", allowed],
        ["forbiddenAccountIds", forbidden],
    ] as const) {
        const ids = Array.isArray(value) ? (value as unknown[]) : [];
        if (value !== undefined && !isUnknown(value) && !Array.isArray(value)) {
            failures.push({ property, reason: "must be a list of account ids" });
        }
        for (const id of ids) {
            if (!isUnknown(id) && (typeof id !== "string" || !/^\d{12}$/.test(id))) {
                failures.push({
                    property,
                    reason: `an account id has 12 digits (quoted in YAML), got ${JSON.stringify(id)}`,
                });
            }
        }
    }
    if (allowed !== undefined && forbidden !== undefined) {
        failures.push({
            property: "forbiddenAccountIds",
            reason: "conflicts with allowedAccountIds: set one of the two",
        });
    }
    return failures;
}

/** Reads arguments that `configurationFailures` found nothing wrong with. */
export function readConfiguration(
    args: JsonObject,
    environment: NodeJS.ProcessEnv,
): ProviderConfiguration {
    const defaultTags = decode(args["defaultTags"]);
    return {
        settings: {
            region: regionOf(args, environment) ?? "",
            defaultTags: textMap(isObject(defaultTags) ? decode(defaultTags["tags"]) : undefined),
        },
        allowedAccountIds: textList(decode(args["allowedAccountIds"])),
        forbiddenAccountIds: textList(decode(args["forbiddenAccountIds"])),
        skipRequestingAccountId: decode(args["skipRequestingAccountId"]) === true,
    };
}

/** Anything but text arrives as JSON inside text. */
function decode(value: unknown): unknown {
    if (typeof value !== "string") {
        return value;
    }
    try {
        return JSON.parse(value);
    } catch {
        return value;
    }
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textMap(value: unknown): Readonly<Record<string, string>> {
    return isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, String(entry)]))
        : {};
}

function textList(value: unknown): readonly string[] {
    return Array.isArray(value) ? value.map(String) : [];
}
