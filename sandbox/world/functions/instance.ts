import { Worker } from "node:worker_threads";

import type { FunctionError, InvokeMessage, WorkerMessage, WorkerSettings } from "./protocol";

export interface InstanceOptions {
    /** Bundled bootstrap. */
    readonly bootstrap: string;
    /** Module to preload, which puts the worker in the world. */
    readonly preload: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly settings: WorkerSettings;
    readonly onOutput: (text: string) => void;
}

/** How an invocation ended. */
export type Ending =
    | { readonly ok: true; readonly result: unknown }
    | { readonly ok: false; readonly error: FunctionError };

/** One warm execution environment: a worker that runs one invocation at a time. */
export class Instance {
    readonly #worker: Worker;
    #waiting: { readonly requestId: string; readonly end: (ending: Ending) => void } | undefined;
    #dead = false;

    constructor(options: InstanceOptions) {
        this.#worker = new Worker(options.bootstrap, {
            workerData: options.settings,
            env: { ...options.environment },
            execArgv: ["-r", options.preload],
            resourceLimits: { maxOldGenerationSizeMb: Math.max(64, options.settings.memoryMb) },
        });
        this.#worker.on("message", (message: WorkerMessage) => {
            if (message.kind === "output") {
                options.onOutput(message.text);
            } else if (message.requestId === this.#waiting?.requestId) {
                this.#end(
                    message.kind === "succeeded"
                        ? { ok: true, result: message.result }
                        : { ok: false, error: message.error },
                );
            }
        });
        this.#worker.on("error", (error: Error) => this.#lost(error.name, error.message));
        this.#worker.on("exit", (code) =>
            this.#lost("Runtime.ExitError", `the runtime exited with status ${code}`),
        );
    }

    /** Whether it can take another invocation. */
    get usable(): boolean {
        return !this.#dead;
    }

    invoke(message: InvokeMessage): Promise<Ending> {
        return new Promise((resolve) => {
            this.#waiting = { requestId: message.requestId, end: resolve };
            if (this.#dead) {
                this.#lost("Runtime.ExitError", "the runtime is gone");
            } else {
                this.#worker.postMessage(message);
            }
        });
    }

    /** Ends the worker, and what it is doing with this error. */
    async kill(error: FunctionError): Promise<void> {
        this.#dead = true;
        this.#end({ ok: false, error });
        await this.#worker.terminate();
    }

    #lost(errorType: string, errorMessage: string): void {
        this.#dead = true;
        this.#end({ ok: false, error: { errorType, errorMessage } });
    }

    #end(ending: Ending): void {
        const waiting = this.#waiting;
        this.#waiting = undefined;
        waiting?.end(ending);
    }
}
