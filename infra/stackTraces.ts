/**
 * Keeps a program that fails from hanging. Pulumi prints an unexpected error with
 * `util.inspect(error, { colors: true })`, and Node 20 never returns from that when a
 * stack frame names a file directly in `node_modules`, as source maps of bundled packages make it
 * look (nodejs/node#64011). A `./` in such a frame is all it takes. Import this first.
 */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be a copy
import untypedDebuggable = require("@pulumi/pulumi/runtime/debuggable");

/** What the SDK does not declare: it is for its own modules, which find it here whenever they call it. */
const debuggable = untypedDebuggable as {
    debuggablePromise: <T>(promise: Promise<T>, context?: unknown) => Promise<T>;
};

const format = Error.prepareStackTrace?.bind(Error);

const wantsPromiseTraces = process.env["PULUMI_DEBUG_PROMISE_LEAKS"] !== undefined;

Error.prepareStackTrace = (error, frames) => {
    // Pulumi takes the stack of every promise and of every resource, with an error that says nothing.
    // To write them all, at their places in the TypeScript, would take a sixth of an update's program.
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

// Those of promises are thousands, printed only when asked for promise leaks: not even to take them
// saves another tenth.
if (!wantsPromiseTraces) {
    const { debuggablePromise } = debuggable;
    debuggable.debuggablePromise = (promise, context) =>
        withoutTrace(() => debuggablePromise(promise, context));
}

function withoutTrace<T>(run: () => T): T {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
        return run();
    } finally {
        Error.stackTraceLimit = limit;
    }
}

/** The trace with a folder after every `node_modules/`. */
export function withFolders(trace: string): string {
    return trace.replace(
        /(node_modules[\\/](?:@[^\\/\s]+[\\/])?)(?=[^\\/\s)]+(?:[\s)]|$))/gm,
        "$1./",
    );
}
