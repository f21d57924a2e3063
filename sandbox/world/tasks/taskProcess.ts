import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { secretAccessKey } from "../credentials";
import type { Inside } from "../inside/inside";
import type { ListeningMessage, TimeMessage } from "../inside/settings";
import type { World } from "../world";
import type { TaskSpec } from "./taskSpec";

/** Memory for one process' objects, MB: several regions share one machine. */
const heapMb = 128;
/** Real milliseconds a killed process may take to be gone. */
const reapMs = 5000;

export interface TaskProcessOptions {
    readonly spec: TaskSpec;
    readonly command: readonly string[];
    /** Address the task listens at. */
    readonly address: string;
    readonly inside: Inside;
    readonly logFile: string;
}

/**
 * What a container of the task sees of its environment: what the task definition declares, and what
 * the platform adds. Fargate gives credentials through an address of its own; here they are given
 * outright, together with the address of the region's API endpoint. Their token names the task's role,
 * for services that judge by it.
 */
export function taskEnvironment(world: World, spec: TaskSpec): Readonly<Record<string, string>> {
    const { network } = world;
    return {
        AWS_REGION: spec.region,
        AWS_DEFAULT_REGION: spec.region,
        AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
        AWS_ACCESS_KEY_ID: "ASIAREHEARSALCLOUD00",
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: spec.roleArn ?? "rehearsal",
        AWS_ENDPOINT_URL: `http://${network.apiAddress(spec.region)}:${network.ports.api}`,
        ...spec.environment,
    };
}

/** The one process that runs for all tasks of a service's revision. */
export class TaskProcess {
    readonly #child: ChildProcess;
    readonly #exited: Promise<string>;
    readonly #listening: Promise<void>;
    readonly #ports = new Map<number, number>();
    #alive = true;

    constructor(
        private readonly world: World,
        private readonly options: TaskProcessOptions,
    ) {
        const { spec, command, address, inside, logFile } = options;
        const [program = "node", ...given] = spec.command ?? command;
        if (program !== "node") {
            throw new Error(
                `image ${spec.image} runs ${program}; the sandbox runs node programs only`,
            );
        }
        fs.mkdirSync(path.dirname(logFile), { recursive: true });
        const log = fs.openSync(logFile, "a");
        this.#child = spawn(
            process.execPath,
            [`--max-old-space-size=${heapMb}`, "-r", inside.preload, ...given],
            {
                env: {
                    ...taskEnvironment(world, spec),
                    ...inside.taskVariables(spec.region, address),
                },
                stdio: ["ignore", log, log, "ipc"],
            },
        );
        fs.closeSync(log);
        this.#exited = new Promise((resolve) => {
            this.#child.once("error", (error) => resolve(error.message));
            this.#child.once("exit", (code, signal) =>
                resolve(signal === null ? `exit status ${code}` : `signal ${signal}`),
            );
        }).then((reason) => {
            this.#alive = false;
            return reason as string;
        });
        this.#listening = new Promise((resolve) =>
            this.#child.on("message", (message: ListeningMessage) => {
                if (message.kind === "listening") {
                    this.#ports.set(message.asked, message.port);
                    resolve();
                }
            }),
        );
    }

    get spec(): TaskSpec {
        return this.options.spec;
    }

    get address(): string {
        return this.options.address;
    }

    get alive(): boolean {
        return this.#alive;
    }

    get pid(): number | undefined {
        return this.#child.pid;
    }

    /** Resolves with how it ended. */
    get exited(): Promise<string> {
        return this.#exited;
    }

    /** Resolves when it accepts connections; never, when it ends before. */
    get listening(): Promise<void> {
        return this.#listening;
    }

    /** Port of the task's address that stands for a port of the container; the same one when nothing listens on that. */
    portFor(containerPort: number): number {
        return this.#ports.get(containerPort) ?? containerPort;
    }

    /** Tells the process what time it is in the world. */
    setTime(offsetMs: number): void {
        if (this.#child.connected) {
            const message: TimeMessage = { kind: "time", offsetMs };
            this.#child.send(message, () => {});
        }
    }

    /** SIGTERM, and SIGKILL when it has not ended after `graceMs` of world time. */
    async stop(graceMs: number): Promise<void> {
        this.#child.kill("SIGTERM");
        const cancel = this.world.clock.after(graceMs, () => this.kill());
        // Its end is waited for, so that it has the time it was given however slow the machine is.
        await this.world.clock.io(() => this.#exited);
        cancel();
    }

    kill(): void {
        this.#child.kill("SIGKILL");
    }

    /** SIGTERM and, soon after, SIGKILL: the world is closing. */
    async end(): Promise<void> {
        if (this.#alive) {
            this.#child.kill("SIGTERM");
            const timer = setTimeout(() => this.kill(), reapMs);
            await this.#exited;
            clearTimeout(timer);
        }
    }
}
