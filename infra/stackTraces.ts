/**
 * Keeps a program that fails from hanging. Pulumi prints an unexpected error with
 * `util.inspect(error, { colors: true })`, and Node 20 never returns from that when a
 * stack frame names a file directly in `node_modules`, as source maps of bundled packages make it
 * look (nodejs/node#64011). A `./` in such a frame is all it takes. Import this first.
 */
const format = Error.prepareStackTrace?.bind(Error);

Error.prepareStackTrace = (error, frames) => {
    // Pulumi takes the stack of every promise, with an error that says nothing and that nobody reads
    // unless a promise leaks. To look each of them up in source maps would take a third of an update.
    const mapped: unknown = error.message === "" ? undefined : format?.(error, frames);
    const trace: unknown =
        mapped ??
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
