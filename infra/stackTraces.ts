/**
 * Keeps a program that fails from hanging. Pulumi prints an unexpected error with
 * `util.inspect(error, { colors: true })`, and Node 20 never returns from that when a
 * stack frame names a file directly in `node_modules`, as source maps of bundled packages make it
 * look (nodejs/node#64011). A `./` in such a frame is all it takes. Import this first.
 */
const format = Error.prepareStackTrace?.bind(Error);

Error.prepareStackTrace = (error, frames) => {
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
