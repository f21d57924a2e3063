/** What the shell sees of a command (0 to 3), the same for every one. */
export const exitCodes = {
    /** Done, or every objective met. */
    done: 0,
    failed: 1,
    /** Wrong usage or configuration. */
    usage: 2,
    /** The drill ran to its end and missed an objective. */
    objectiveMissed: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
