import { replicationType } from "../../../aws/s3/buckets";
import { given, number, record, records, text } from "../../../aws/support/known";
import type { Props, Store } from "../../store";
import type { ObjectVersion } from "../objects";

/** A rule that is switched on, as the data plane needs it. */
export interface ReplicationRule {
    readonly id: string;
    readonly region: string;
    readonly bucket: string;
    readonly priority: number;
    readonly prefix: string;
    /** Name of the destination bucket. */
    readonly destination: string;
    readonly roleArn: string;
    /** Key of replicas of what a KMS key encrypts. */
    readonly replicaKey: string | undefined;
    /** Whether objects under a KMS key are replicated at all. */
    readonly selectsKms: boolean;
    readonly deleteMarkers: boolean;
    readonly metrics: boolean;
    /** World milliseconds after which an operation has missed its time; undefined without time control. */
    readonly thresholdMs: number | undefined;
}

/** The rules of a bucket that are switched on; none for an object without tags where a rule asks for one. */
export function replicationRules(
    store: Pick<Store, "get">,
    region: string,
    bucket: string,
): readonly ReplicationRule[] {
    const configuration = store.get(replicationType, region, bucket)?.outputs;
    const roleArn = text(configuration, "role") ?? "";
    return records(configuration, "rules").flatMap((rule, index) =>
        text(rule, "status") === "Enabled" && !asksForTags(rule)
            ? [ruleOf(rule, index, { region, bucket, roleArn })]
            : [],
    );
}

/** For each destination the rule of the highest priority that replicates the version. */
export function applyingRules(
    rules: readonly ReplicationRule[],
    key: string,
    version: Pick<ObjectVersion, "body" | "encryption">,
): readonly ReplicationRule[] {
    const applying = new Map<string, ReplicationRule>();
    for (const rule of rules.filter(({ prefix }) => key.startsWith(prefix))) {
        const rival = applying.get(rule.destination);
        if (rival === undefined || rule.priority > rival.priority) {
            applying.set(rule.destination, rule);
        }
    }
    return [...applying.values()].filter((rule) =>
        version.body === undefined
            ? rule.deleteMarkers
            : rule.selectsKms || !version.encryption.startsWith("aws:kms"),
    );
}

function ruleOf(
    rule: Props,
    index: number,
    source: Pick<ReplicationRule, "region" | "bucket" | "roleArn">,
): ReplicationRule {
    const filter = record(rule, "filter");
    const destination = record(rule, "destination");
    const time = record(destination, "replicationTime");
    const minutes = number(record(time, "time"), "minutes");
    return {
        ...source,
        id: text(rule, "id") ?? `rule-${index}`,
        priority: number(rule, "priority") ?? 0,
        prefix:
            text(filter, "prefix") ??
            text(record(filter, "and"), "prefix") ??
            text(rule, "prefix") ??
            "",
        destination: (text(destination, "bucket") ?? "").replace("arn:aws:s3:::", ""),
        replicaKey: text(record(destination, "encryptionConfiguration"), "replicaKmsKeyId"),
        selectsKms: isOn(record(record(rule, "sourceSelectionCriteria"), "sseKmsEncryptedObjects")),
        // The first schema, without a filter, replicates markers that users make:
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html#replication-backward-compat-considerations
        deleteMarkers: filter === undefined || isOn(record(rule, "deleteMarkerReplication")),
        metrics: isOn(record(destination, "metrics")),
        thresholdMs: isOn(time) && minutes !== undefined ? minutes * 60_000 : undefined,
    };
}

function asksForTags(rule: Props): boolean {
    const filter = record(rule, "filter") ?? {};
    return given(filter, "tag") || given(record(filter, "and") ?? {}, "tags");
}

function isOn(toggle: Props | undefined): boolean {
    return text(toggle, "status") === "Enabled";
}
