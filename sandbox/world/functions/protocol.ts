/** What a function's worker is started with. */
export interface WorkerSettings {
    /** Folder of the code. */
    readonly folder: string;
    /** Such as `index.handler`. */
    readonly handler: string;
    readonly functionArn: string;
    readonly functionName: string;
    readonly memoryMb: number;
}

/** World to worker: run the handler once. */
export interface InvokeMessage {
    readonly requestId: string;
    readonly payload: unknown;
    readonly timeoutMs: number;
    /** World time minus the machine's, milliseconds. */
    readonly offsetMs: number;
}

/** World to worker. */
export type WorldMessage =
    | ({ readonly kind: "invoke" } & InvokeMessage)
    /** The world's time is another now, and what waited for it goes on. */
    | { readonly kind: "time"; readonly offsetMs: number }
    /** Nobody answers the connection from this port of the worker's. */
    | { readonly kind: "swallowed"; readonly port: number };

export interface FunctionError {
    readonly errorType: string;
    readonly errorMessage: string;
    readonly trace?: readonly string[];
}

/** Worker to world. */
export type WorkerMessage =
    | { readonly kind: "output"; readonly text: string }
    | { readonly kind: "succeeded"; readonly requestId: string; readonly result: unknown }
    | { readonly kind: "failed"; readonly requestId: string; readonly error: FunctionError }
    /** Nothing will happen before the next timer, at this world time; without one, before the world does something. */
    | { readonly kind: "waiting"; readonly dueMs: number | undefined }
    /** Something has happened all the same. */
    | { readonly kind: "active" };
