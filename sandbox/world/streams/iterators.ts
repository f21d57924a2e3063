import { AwsError } from "../../aws/awsError";

/** Where a shard iterator stands. */
export interface IteratorPosition {
    readonly arn: string;
    readonly shardId: string;
    readonly position: number;
}

/** How long an iterator may be used, world milliseconds: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html */
const lifeMs = 5 * 60_000;

export function encodeIterator(
    { arn, shardId, position }: IteratorPosition,
    nowMs: number,
): string {
    return Buffer.from(JSON.stringify([arn, shardId, position, Math.floor(nowMs)])).toString(
        "base64",
    );
}

/** @throws AwsError when the text is no iterator, or one that was kept too long */
export function decodeIterator(text: string, nowMs: number): IteratorPosition {
    let parsed: unknown;
    try {
        parsed = JSON.parse(Buffer.from(text, "base64").toString("utf8"));
    } catch {
        parsed = undefined;
    }
    if (!Array.isArray(parsed) || parsed.length !== 4) {
        throw new AwsError("InvalidArgumentException", "Invalid ShardIterator.");
    }
    const [arn, shardId, position, madeMs] = parsed as [string, string, number, number];
    if (nowMs - madeMs > lifeMs) {
        throw new AwsError(
            "ExpiredIteratorException",
            `Iterator expired. The iterator was created at time ${new Date(madeMs).toUTCString()} while right now it is ${new Date(nowMs).toUTCString()} which is further in the future than the tolerated delay of ${lifeMs} milliseconds.`,
        );
    }
    return { arn, shardId, position };
}
