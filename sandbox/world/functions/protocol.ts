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
    /** World time minus the machine's, milliseconds; it stays so as long as the invocation lasts. */
    readonly offsetMs: number;
}

export interface FunctionError {
    readonly errorType: string;
    readonly errorMessage: string;
    readonly trace?: readonly string[];
}

/** Worker to world. */
export type WorkerMessage =
    | { readonly kind: "output"; readonly text: string }
    | { readonly kind: "succeeded"; readonly requestId: string; readonly result: unknown }
    | { readonly kind: "failed"; readonly requestId: string; readonly error: FunctionError };
