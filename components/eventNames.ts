/** Name of every region's table of what its events have led to. */
export const activityTableName = "meridian-activity";

/** Name of every region's stream of events: whoever writes to another region's knows its ARN by it. */
export const eventStreamName = "meridian-events";

export function eventStreamArn(region: string, accountId: string): string {
    return `arn:aws:kinesis:${region}:${accountId}:stream/${eventStreamName}`;
}
