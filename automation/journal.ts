import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { AutomationError, messageOf } from "./errors";
import { writeAtomically } from "./stackConfig";

const stepSchema = z.object({
    status: z.enum(["started", "done", "failed"]),
    startedAt: z.string(),
    endedAt: z.string().optional(),
    error: z.string().optional(),
});

const runSchema = z.object({
    schema: z.literal(1),
    id: z.string(),
    kind: z.enum(["failover", "settle", "failback"]),
    region: z.string(),
    startedAt: z.string(),
    /** How often it was started: 1, and 1 more for each rerun after a kill. */
    attempts: z.number().int(),
    steps: z.record(z.string(), stepSchema),
});

/** A failover, what settles it or a failback, as far as it got. */
export type RunRecord = z.infer<typeof runSchema>;
export type RunKind = RunRecord["kind"];

/** Told of every step as it starts and ends, after the record of it is on disk. */
export type StepObserver = (step: string, status: "started" | "done" | "failed") => void;

/**
 * The written record of the run that is under way. Each step is on disk before it starts and after
 * it ended; a run that was killed is there for the next one to finish. The steps themselves are
 * safe to repeat, so the record says what is left, and never has to be right about a half-done one.
 */
export class Journal {
    #record: RunRecord;
    #writing: Promise<void> = Promise.resolve();

    private constructor(
        readonly folder: string,
        record: RunRecord,
        readonly observer: StepObserver | undefined,
    ) {
        this.#record = record;
    }

    /** The run that did not reach its end; undefined when there is none. */
    static async unfinished(folder: string): Promise<RunRecord | undefined> {
        const file = currentFile(folder);
        let text: string;
        try {
            text = await fs.readFile(file, "utf8");
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code === "ENOENT") {
                return undefined;
            }
            throw error;
        }
        try {
            return runSchema.parse(JSON.parse(text));
        } catch (error) {
            throw new AutomationError(
                "failed",
                `${file} is not the record of a run (${messageOf(error)}); what the stacks hold is not affected: move it away and run again`,
                { cause: error },
            );
        }
    }

    /** Starts a run, or takes up the unfinished one of the same kind and region. */
    static async open(
        folder: string,
        kind: RunKind,
        region: string,
        observer?: StepObserver,
    ): Promise<Journal> {
        await fs.mkdir(folder, { recursive: true });
        const unfinished = await Journal.unfinished(folder);
        const same = unfinished?.kind === kind && unfinished.region === region;
        if (unfinished !== undefined && !same) {
            await archive(folder, unfinished);
        }
        const record: RunRecord = same
            ? { ...unfinished, attempts: unfinished.attempts + 1 }
            : {
                  schema: 1,
                  id: `${new Date().toISOString().replace(/[:.]/g, "-")}-${randomUUID().slice(0, 8)}`,
                  kind,
                  region,
                  startedAt: new Date().toISOString(),
                  attempts: 1,
                  steps: {},
              };
        const journal = new Journal(folder, record, observer);
        await journal.#write();
        return journal;
    }

    get record(): RunRecord {
        return this.#record;
    }

    /** Runs one step between its two entries. */
    async step<T>(id: string, action: () => Promise<T>): Promise<T> {
        const startedAt = new Date().toISOString();
        await this.#note(id, { status: "started", startedAt });
        try {
            const result = await action();
            await this.#note(id, { status: "done", startedAt, endedAt: new Date().toISOString() });
            return result;
        } catch (error) {
            await this.#note(id, {
                status: "failed",
                startedAt,
                endedAt: new Date().toISOString(),
                error: messageOf(error),
            });
            throw error;
        }
    }

    /** Ends the run: its record moves to the finished ones. */
    async finish(): Promise<void> {
        await this.#writing;
        await archive(this.folder, this.#record);
    }

    async #note(id: string, step: RunRecord["steps"][string]): Promise<void> {
        this.#record = { ...this.#record, steps: { ...this.#record.steps, [id]: step } };
        await this.#write();
        this.observer?.(id, step.status);
    }

    /** Steps run in parallel; their entries are written one after the other. */
    #write(): Promise<void> {
        this.#writing = this.#writing.then(() =>
            writeAtomically(
                currentFile(this.folder),
                `${JSON.stringify(this.#record, undefined, 4)}\n`,
            ),
        );
        return this.#writing;
    }
}

function currentFile(folder: string): string {
    return path.join(folder, "run.json");
}

async function archive(folder: string, record: RunRecord): Promise<void> {
    const finished = path.join(folder, "runs");
    await fs.mkdir(finished, { recursive: true });
    await fs.rename(currentFile(folder), path.join(finished, `${record.id}.json`));
}
