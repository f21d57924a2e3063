/** How long a client waits for AWS, and how often it asks. */
export interface Patience {
    /** How long a connection may take to stand, milliseconds. */
    readonly connectMs: number;
    /** How long an answer may take from then on, milliseconds. */
    readonly answerMs: number;
    /** Tries in all, the first one among them. */
    readonly attempts: number;
}

/**
 * Settings of an SDK client that gives up on time. Between tries it waits with exponential backoff and
 * full jitter, within a retry budget: that is what the SDK's standard mode does.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export function awsClient(region: string, patience: Patience) {
    return {
        region,
        retryMode: "standard",
        maxAttempts: patience.attempts,
        requestHandler: {
            connectionTimeout: patience.connectMs,
            requestTimeout: patience.answerMs,
            // Without it the SDK warns about an answer that is late, and goes on waiting for it.
            throwOnRequestTimeout: true,
        },
    };
}
