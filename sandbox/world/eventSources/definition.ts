import { flag, number, record, records, text, texts } from "../../aws/support/known";
import type { Props, StoredResource } from "../store";

/** An event source mapping as its poller needs it; times in world milliseconds. */
export interface MappingDefinition {
    readonly id: string;
    readonly region: string;
    readonly functionArn: string;
    readonly streamArn: string;
    readonly enabled: boolean;
    readonly startingPosition: string;
    /** For `AT_TIMESTAMP`. */
    readonly startingMs: number;
    readonly batchSize: number;
    readonly windowMs: number;
    readonly bisect: boolean;
    readonly reportsFailures: boolean;
    /** Without end when infinite. */
    readonly mostRetries: number;
    readonly mostAgeMs: number;
    readonly lanes: number;
    /** Queue or topic for what is given up. */
    readonly onFailureArn: string | undefined;
    /** A record that matches none is passed over; every record does when there are none. */
    readonly patterns: readonly Props[];
}

export function mappingDefinition({ id, region, outputs }: StoredResource): MappingDefinition {
    const endless = (value: number | undefined): number =>
        value === undefined || value < 0 ? Number.POSITIVE_INFINITY : value;
    return {
        id,
        region,
        functionArn: text(outputs, "functionArn") ?? "",
        streamArn: text(outputs, "eventSourceArn") ?? "",
        enabled: flag(outputs, "enabled") !== false,
        startingPosition: text(outputs, "startingPosition") ?? "LATEST",
        startingMs: Date.parse(text(outputs, "startingPositionTimestamp") ?? "") || 0,
        batchSize: number(outputs, "batchSize") ?? 100,
        windowMs: 1000 * (number(outputs, "maximumBatchingWindowInSeconds") ?? 0),
        bisect: flag(outputs, "bisectBatchOnFunctionError") === true,
        reportsFailures: texts(outputs, "functionResponseTypes").includes(
            "ReportBatchItemFailures",
        ),
        mostRetries: endless(number(outputs, "maximumRetryAttempts")),
        mostAgeMs: 1000 * endless(number(outputs, "maximumRecordAgeInSeconds")),
        lanes: number(outputs, "parallelizationFactor") ?? 1,
        onFailureArn: text(
            record(record(outputs, "destinationConfig"), "onFailure"),
            "destinationArn",
        ),
        patterns: records(record(outputs, "filterCriteria"), "filters").map(
            (filter) => JSON.parse(text(filter, "pattern") ?? "{}") as Props,
        ),
    };
}
