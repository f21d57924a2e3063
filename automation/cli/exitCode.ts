/** What the shell sees of a command (0 to 3), the same for every one. */
export const exitCodes = {
    /** Done, or every objective met. */
    done: 0,
    failed: 1,
    /** Wrong usage or configuration. */
    usage: 2,
    /** It ran to its end, and what it looked at is not as it should be: a drill's objective, copies of a table. */
    objectiveMissed: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
