import type { Props } from "../../world/store";
import type { Problem } from "../resourceType";
import { given, items, number, record, records, text } from "../support/known";
import { Problems } from "../support/problems";

/** The only time that replication time control knows, https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationTimeValue.html. */
export const replicationTimeMinutes = 15;

const toggle = ["Enabled", "Disabled"];

const storageClasses = [
    "DEEP_ARCHIVE",
    "GLACIER",
    "GLACIER_IR",
    "INTELLIGENT_TIERING",
    "ONEZONE_IA",
    "REDUCED_REDUNDANCY",
    "STANDARD",
    "STANDARD_IA",
];

/**
 * What S3 would say of a bucket's replication rules, by themselves.
 *
 * @param inputs of a replication configuration
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html
 */
export function replicationProblems(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    const rules = records(inputs, "rules");
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationConfiguration.html
    if (Array.isArray(inputs.rules) && (rules.length < 1 || items(inputs, "rules").length > 1000)) {
        problems.add("rules", `1 to 1000 rules are allowed, got ${items(inputs, "rules").length}`);
    }
    rules.forEach((rule, index) => {
        const path = `rules[${index}].`;
        problems.oneOf(rule, "status", toggle, path);
        if (!given(rule, "status")) {
            problems.add(`${path}status`, "missing required property");
        }
        checkSchema(problems, rule, path);
        checkDestination(problems, rule, text(inputs, "bucket"), path);
        checkEncryption(problems, rule, path);
        if (given(rule, "existingObjectReplication")) {
            // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ExistingObjectReplication.html
            problems.add(
                `${path}existingObjectReplication`,
                "is no longer supported; S3 Batch Replication copies existing objects",
            );
        }
    });
    checkUnique(problems, rules, "id", "rule ID");
    checkUnique(problems, rules, "priority", "priority");
    checkDestinations(problems, rules);
    return problems.found;
}

/**
 * A rule with a filter is of the latest schema, which wants a priority and a word on delete markers;
 * one without is of the first, which knows neither.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html#replication-backward-compat-considerations
 */
function checkSchema(problems: Problems, rule: Props, path: string): void {
    const latest = given(rule, "filter");
    if (latest && given(rule, "prefix")) {
        problems.add(`${path}prefix`, "is of the first schema and conflicts with filter");
    }
    for (const property of ["priority", "deleteMarkerReplication"]) {
        if (latest && !given(rule, property)) {
            problems.add(
                `${path}${property}`,
                "must be specified for this version of the replication configuration schema (a rule with a filter)",
            );
        } else if (!latest && given(rule, property)) {
            problems.add(
                `${path}${property}`,
                "cannot be used for this version of the replication configuration schema (a rule without a filter)",
            );
        }
    }
    problems.range(rule, "priority", 0, 2147483647, path);
    const markers = record(rule, "deleteMarkerReplication") ?? {};
    problems.oneOf(markers, "status", toggle, `${path}deleteMarkerReplication.`);
    checkFilter(problems, rule, text(markers, "status") === "Enabled", path);
    const id = text(rule, "id");
    if (id !== undefined && id.length > 255) {
        problems.add(`${path}id`, `at most 255 characters, got ${id.length}`);
    }
}

function checkFilter(problems: Problems, rule: Props, markers: boolean, path: string): void {
    const filter = record(rule, "filter") ?? {};
    const set = ["and", "prefix", "tag"].filter((property) => given(filter, property));
    if (set.length > 1) {
        problems.add(
            `${path}filter`,
            `at most one of and, prefix, tag may be set, got ${set.join(" and ")}; and takes several`,
        );
    }
    const tags = Object.keys(record(record(filter, "and"), "tags") ?? {});
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteMarkerReplication.html
    if (markers && (given(filter, "tag") || tags.length > 0)) {
        problems.add(
            `${path}deleteMarkerReplication.status`,
            "delete marker replication is not supported if any tag filter is specified, got Enabled",
        );
    }
}

function checkDestination(
    problems: Problems,
    rule: Props,
    source: string | undefined,
    path: string,
): void {
    const destination = record(rule, "destination");
    const at = `${path}destination.`;
    if (destination === undefined) {
        if (!given(rule, "destination")) {
            problems.add(`${path}destination`, "missing required property");
        }
        return;
    }
    problems.matches(
        destination,
        "bucket",
        /^arn:aws:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        "must be the ARN of a bucket (arn:aws:s3:::<name>)",
        at,
    );
    if (source !== undefined && text(destination, "bucket") === `arn:aws:s3:::${source}`) {
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
        problems.add(`${at}bucket`, `a bucket cannot be replicated to itself, got "${source}"`);
    }
    problems.oneOf(destination, "storageClass", storageClasses, at);
    if (given(destination, "accessControlTranslation") && !given(destination, "account")) {
        // https://docs.aws.amazon.com/AmazonS3/latest/API/API_Destination.html
        problems.add(`${at}account`, "must be specified when accessControlTranslation is");
    }
    checkTimeControl(problems, destination, at);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html */
function checkTimeControl(problems: Problems, destination: Props, path: string): void {
    const time = record(destination, "replicationTime");
    const metrics = record(destination, "metrics");
    problems.oneOf(time ?? {}, "status", toggle, `${path}replicationTime.`);
    problems.oneOf(metrics ?? {}, "status", toggle, `${path}metrics.`);
    for (const [name, minutes] of [
        ["replicationTime.time.minutes", number(record(time, "time"), "minutes")],
        ["metrics.eventThreshold.minutes", number(record(metrics, "eventThreshold"), "minutes")],
    ] as const) {
        if (minutes !== undefined && minutes !== replicationTimeMinutes) {
            problems.add(
                `${path}${name}`,
                `must be ${replicationTimeMinutes}, the only valid value, got ${minutes}`,
            );
        }
    }
    if (text(time, "status") !== "Enabled") {
        return;
    }
    if (!given(time ?? {}, "time")) {
        problems.add(`${path}replicationTime.time`, "must be specified with replication time");
    }
    if (!given(destination, "metrics") || text(metrics, "status") === "Disabled") {
        problems.add(`${path}metrics`, "must be enabled when replicationTime is");
    } else if (metrics !== undefined && !given(metrics, "eventThreshold")) {
        problems.add(
            `${path}metrics.eventThreshold`,
            "must be specified when replicationTime is enabled",
        );
    }
}

/**
 * Objects under KMS keys are selected and given a key, or neither.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_SourceSelectionCriteria.html
 */
function checkEncryption(problems: Problems, rule: Props, path: string): void {
    const criteria = record(rule, "sourceSelectionCriteria") ?? {};
    for (const criterion of ["sseKmsEncryptedObjects", "replicaModifications"]) {
        problems.oneOf(
            record(criteria, criterion) ?? {},
            "status",
            toggle,
            `${path}sourceSelectionCriteria.${criterion}.`,
        );
    }
    const selected = text(record(criteria, "sseKmsEncryptedObjects"), "status") === "Enabled";
    const encryption = record(record(rule, "destination"), "encryptionConfiguration");
    const keyed = encryption !== undefined && given(encryption, "replicaKmsKeyId");
    if (selected && !keyed) {
        problems.add(
            `${path}destination.encryptionConfiguration.replicaKmsKeyId`,
            "must be specified if sseKmsEncryptedObjects is enabled",
        );
    }
    if (keyed && !selected) {
        problems.add(
            `${path}sourceSelectionCriteria.sseKmsEncryptedObjects`,
            "must be enabled if encryptionConfiguration is present",
        );
    }
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_EncryptionConfiguration.html
    problems.matches(
        encryption ?? {},
        "replicaKmsKeyId",
        /^arn:aws:kms:[a-z0-9-]+:\d{12}:(key|alias)\/.+$/,
        "must be the ARN of a key or of an alias",
        `${path}destination.encryptionConfiguration.`,
    );
}

function checkUnique(
    problems: Problems,
    rules: readonly Props[],
    property: "id" | "priority",
    what: string,
): void {
    const seen = new Set<string | number>();
    rules.forEach((rule, index) => {
        const value = text(rule, property) ?? number(rule, property);
        if (value !== undefined && seen.has(value)) {
            problems.add(
                `rules[${index}].${property}`,
                `${what} must be unique, got ${value} twice`,
            );
        }
        if (value !== undefined) {
            seen.add(value);
        }
    });
}

/** The first schema replicates to one bucket only. */
function checkDestinations(problems: Problems, rules: readonly Props[]): void {
    const first = rules.filter((rule) => !given(rule, "filter"));
    const buckets = new Set(
        rules.map((rule) => text(record(rule, "destination"), "bucket")).filter(Boolean),
    );
    if (first.length > 0 && buckets.size > 1) {
        problems.add(
            "rules",
            `number of distinct destination bucket ARNs cannot exceed 1 unless every rule has a filter, got ${buckets.size}`,
        );
    }
}
