import { Worker } from "node:worker_threads";

import type { WorldClock } from "../clock";
import type {
    FunctionError,
    InvokeMessage,
    WorkerMessage,
    WorkerSettings,
    WorldMessage,
} from "./protocol";
import { Standstill } from "./standstill";

export interface InstanceOptions {
    /** Bundled bootstrap. */
    readonly bootstrap: string;
    readonly clock: WorldClock;
    /** World time minus the machine's, milliseconds. */
    readonly offsetMs: () => number;
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
    readonly #standstill: Standstill;
    #waiting: { readonly requestId: string; readonly end: (ending: Ending) => void } | undefined;
    #dead = false;

    constructor(options: InstanceOptions) {
        this.#worker = new Worker(options.bootstrap, {
            workerData: options.settings,
            env: { ...options.environment },
            resourceLimits: { maxOldGenerationSizeMb: Math.max(64, options.settings.memoryMb) },
        });
        this.#standstill = new Standstill(options.clock, () =>
            this.#tell({ kind: "time", offsetMs: options.offsetMs() }),
        );
        this.#worker.on("message", (message: WorkerMessage) => this.#hear(message, options));
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
                this.#tell({ kind: "invoke", ...message });
            }
        });
    }

    /** Something in the world may have ended what the invocation waits for. */
    stir(): void {
        this.#standstill.end();
    }

    /** The world answers the connection from this port of the worker's no more. */
    swallow(port: number): void {
        this.#tell({ kind: "swallowed", port });
    }

    /** Ends the worker, and what it is doing with this error. */
    async kill(error: FunctionError): Promise<void> {
        this.#dead = true;
        this.#end({ ok: false, error });
        await this.#worker.terminate();
    }

    #tell(message: WorldMessage): void {
        this.#worker.postMessage(message);
    }

    #hear(message: WorkerMessage, { onOutput }: InstanceOptions): void {
        switch (message.kind) {
            case "output":
                onOutput(message.text);
                break;
            case "waiting":
                if (this.#waiting !== undefined) {
                    this.#standstill.begin(message.dueMs);
                }
                break;
            case "active":
                this.#standstill.end();
                break;
            case "succeeded":
            case "failed":
                if (message.requestId === this.#waiting?.requestId) {
                    this.#end(
                        message.kind === "succeeded"
                            ? { ok: true, result: message.result }
                            : { ok: false, error: message.error },
                    );
                }
        }
    }

    #lost(errorType: string, errorMessage: string): void {
        this.#dead = true;
        this.#end({ ok: false, error: { errorType, errorMessage } });
    }

    #end(ending: Ending): void {
        const waiting = this.#waiting;
        this.#waiting = undefined;
        this.#standstill.end();
        waiting?.end(ending);
    }
}
