import fs from "node:fs";
import path from "node:path";
import { setTimeout as realDelay } from "node:timers/promises";

import type { StoredResource } from "./store";
import type { Part, World } from "./world";

const fileName = "account.json";
const schemaVersion = 1;

/** Real milliseconds that changes are gathered before they are written, at least. */
const gatherMs = 50;

/**
 * As many times as long as the account took to put into words: a large one that changes without a
 * pause, as when the stacks are deployed, must not keep the world busy with writing it down.
 */
const gatherRatio = 10;

/**
 * The account as the last run left it; none when there was no run.
 *
 * @throws Error when the file is there but is not an account.
 */
export function loadAccount(home: string): readonly StoredResource[] {
    const file = path.join(home, fileName);
    let text: string;
    try {
        text = fs.readFileSync(file, "utf8");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return [];
        }
        throw error;
    }
    let account: unknown;
    try {
        account = JSON.parse(text);
    } catch (error) {
        throw new Error(`${file} is not JSON; ${startAfresh(file)}`, { cause: error });
    }
    if (!isAccount(account)) {
        throw new Error(
            `${file} is not an account of schema ${schemaVersion}; ${startAfresh(file)}`,
        );
    }
    return account.resources;
}

/** Keeps the account on disk: every change, soon after it, in one atomic write for many. */
export class Persistence implements Part {
    readonly #file: string;
    #dirty = false;
    #writing: Promise<void> | undefined;
    #failure: unknown;
    #hurry = new AbortController();
    #wordingMs = 0;
    readonly #onChange = (): void => {
        this.#dirty = true;
        // Nothing in the world waits for it, so that its time goes on.
        this.#writing ??= this.#writeUntilClean();
    };

    constructor(private readonly world: World) {
        this.#file = path.join(world.home, fileName);
    }

    async start(): Promise<void> {
        this.#hurry = new AbortController();
        await this.world.clock.io(() => fs.promises.mkdir(this.world.home, { recursive: true }));
        this.world.store.on("change", this.#onChange);
    }

    /** Writes what is not yet written. @throws Error when the account could not be written. */
    async stop(): Promise<void> {
        this.world.store.off("change", this.#onChange);
        this.#hurry.abort();
        await this.#writing;
        if (this.#failure !== undefined) {
            throw new Error(`the account could not be written to ${this.#file}`, {
                cause: this.#failure,
            });
        }
    }

    async #writeUntilClean(): Promise<void> {
        try {
            while (this.#dirty) {
                const pauseMs = Math.max(gatherMs, gatherRatio * this.#wordingMs);
                await realDelay(pauseMs, undefined, { signal: this.#hurry.signal }).catch(
                    () => undefined,
                );
                this.#dirty = false;
                await this.#write();
                this.#failure = undefined;
            }
        } catch (error) {
            // Told at `stop`; the next change tries again.
            this.#failure = error;
        } finally {
            this.#writing = undefined;
        }
    }

    async #write(): Promise<void> {
        const started = performance.now();
        const text = JSON.stringify({ schemaVersion, resources: this.world.store.all() });
        this.#wordingMs = performance.now() - started;
        const temporary = `${this.#file}.${process.pid}.tmp`;
        const handle = await fs.promises.open(temporary, "w");
        try {
            await handle.writeFile(text);
            await handle.sync();
        } finally {
            await handle.close();
        }
        await fs.promises.rename(temporary, this.#file);
    }
}

function startAfresh(file: string): string {
    return `move it away to start with an empty account (and remove the stacks' state with it): ${path.dirname(file)}`;
}

function isAccount(value: unknown): value is { resources: StoredResource[] } {
    if (typeof value !== "object" || value === null) {
        return false;
    }
    const { schemaVersion: version, resources } = value as Record<string, unknown>;
    return (
        version === schemaVersion &&
        Array.isArray(resources) &&
        resources.every(
            (resource: unknown) =>
                typeof resource === "object" &&
                resource !== null &&
                ["type", "region", "id"].every(
                    (key) => typeof (resource as Record<string, unknown>)[key] === "string",
                ) &&
                ["inputs", "outputs"].every(
                    (key) => typeof (resource as Record<string, unknown>)[key] === "object",
                ),
        )
    );
}
