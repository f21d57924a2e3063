/**
 * A signal that aborts on Ctrl-C or a polite kill. A second Ctrl-C ends the process at once.
 *
 * @returns the signal, and a function that gives the process its own handling back.
 */
export function interrupts(onFirst: () => void): {
    readonly signal: AbortSignal;
    readonly dispose: () => void;
} {
    const controller = new AbortController();
    const listener = (name: NodeJS.Signals): void => {
        if (controller.signal.aborted) {
            process.exit(name === "SIGINT" ? 130 : 143);
        }
        onFirst();
        controller.abort(new Error(`interrupted by ${name}`));
    };
    process.on("SIGINT", listener);
    process.on("SIGTERM", listener);
    return {
        signal: controller.signal,
        dispose: () => {
            process.off("SIGINT", listener);
            process.off("SIGTERM", listener);
        },
    };
}
