import type { Wiring } from "../wiring";
import type { ExitCode } from "./exitCode";
import { interrupts } from "./interrupts";
import type { Output } from "./output";

/** What a command is given to work with. */
export interface CommandTools {
    readonly wiring: Wiring;
    readonly output: Output;
    /** Aborted by Ctrl-C. */
    readonly signal: AbortSignal;
}

/** Runs commands and keeps the exit code of the one that ran. */
export class CommandScope {
    exitCode: ExitCode = 0;

    constructor(
        private readonly wiring: Wiring,
        private readonly output: Output,
    ) {}

    async run(command: (tools: CommandTools) => Promise<ExitCode>): Promise<void> {
        const { signal, dispose } = interrupts(() =>
            this.output.progress("stopping; once more to stop at once"),
        );
        this.output.busy();
        try {
            this.exitCode = await command({
                wiring: interruptible(this.wiring, signal),
                output: this.output,
                signal,
            });
        } finally {
            this.output.idle();
            dispose();
        }
    }
}

/** Ctrl-C while an engine is made stops that too, whichever command asked for it. */
function interruptible(wiring: Wiring, signal: AbortSignal): Wiring {
    return {
        prepareEngine: (request) => wiring.prepareEngine({ signal, ...request }),
        startRehearsal: (request) => wiring.startRehearsal(request),
    };
}
