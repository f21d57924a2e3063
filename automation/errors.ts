import { exitCodes, type ExitCode } from "./cli/exitCode";

/** What went wrong, for code; the message is for people. */
export type AutomationErrorCode =
    | "usage"
    | "refused"
    | "busy"
    | "engine"
    | "state-locked"
    | "state-corrupt"
    | "unexpected-change"
    | "policy"
    | "quorum"
    | "aborted"
    | "failed";

/** A failure a person can act on. Printed without a stack. */
export class AutomationError extends Error {
    override readonly name = "AutomationError";
    constructor(
        readonly code: AutomationErrorCode,
        message: string,
        options?: ErrorOptions,
    ) {
        super(message, options);
    }

    get exitCode(): ExitCode {
        return this.code === "usage" || this.code === "refused"
            ? exitCodes.usage
            : exitCodes.failed;
    }
}

export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
