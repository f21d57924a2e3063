import { shardsOnDemand } from "../../aws/kinesis/stream";
import { number, text, texts } from "../../aws/support/known";
import type { StoredResource } from "../store";

/** A stream as its data plane needs it. */
export interface StreamDefinition {
    readonly arn: string;
    readonly name: string;
    readonly region: string;
    readonly shardCount: number;
    readonly onDemand: boolean;
    readonly retentionMs: number;
    readonly mostRecordBytes: number;
    /** Id, ARN or alias; undefined without encryption. */
    readonly keyReference: string | undefined;
    /** Metrics it has for each shard. */
    readonly shardMetrics: readonly string[];
}

export function streamDefinition({ outputs, region }: StoredResource): StreamDefinition {
    const mode = outputs["streamModeDetails"] as { readonly streamMode?: string } | undefined;
    const onDemand = mode?.streamMode === "ON_DEMAND";
    return {
        arn: text(outputs, "arn") ?? "",
        name: text(outputs, "name") ?? "",
        region,
        onDemand,
        shardCount: onDemand ? shardsOnDemand : (number(outputs, "shardCount") ?? 1),
        retentionMs: 3_600_000 * (number(outputs, "retentionPeriod") ?? 24),
        mostRecordBytes: 1024 * (number(outputs, "maxRecordSizeInKib") ?? 1024),
        keyReference:
            text(outputs, "encryptionType") === "KMS" ? text(outputs, "kmsKeyId") : undefined,
        shardMetrics: texts(outputs, "shardLevelMetrics"),
    };
}
