/**
 * Keeps a program that fails from hanging. Pulumi prints an unexpected error with
 * `util.inspect(error, { colors: true })`, and Node 20 never returns from that when a
 * stack frame names a file directly in `node_modules`, as source maps of bundled packages make it
 * look (nodejs/node#64011). A `./` in such a frame is all it takes. Import this first.
 */
const format = Error.prepareStackTrace?.bind(Error);

const wantsPromiseTraces = process.env["PULUMI_DEBUG_PROMISE_LEAKS"] !== undefined;

Error.prepareStackTrace = (error, frames) => {
    // Pulumi takes the stack of every promise, with an error that says nothing, and prints it only
    // when asked for promise leaks. To write them all would take a sixth of an update's program.
    if (error.message === "" && !wantsPromiseTraces) {
        return String(error);
    }
    const trace: unknown =
        format?.(error, frames) ??
        [String(error), ...frames.map((frame) => `    at ${frame as unknown as string}`)].join(
            "\n",
        );
    return typeof trace === "string" ? withFolders(trace) : trace;
};

/** The trace with a folder after every `node_modules/`. */
export function withFolders(trace: string): string {
    return trace.replace(
        /(node_modules[\\/](?:@[^\\/\s]+[\\/])?)(?=[^\\/\s)]+(?:[\s)]|$))/gm,
        "$1./",
    );
}
