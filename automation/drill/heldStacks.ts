import type { Rehearsal } from "../rehearsal";
import type { Analysis, StackExport } from "../pulumi/stateAnalysis";
import type {
    DeployedResource,
    PolicyPackUse,
    StackOutputs,
    StackRunner,
    Update,
    UpdateOptions,
} from "../stacks";
import type { EngineUpdate } from "./report";

/**
 * The stacks, with world time held at real time while an engine works, and with a record of every
 * update that ran.
 */
export class HeldStacks implements StackRunner {
    readonly updates: EngineUpdate[] = [];
    /** Named in the record: the drill's step under way. */
    step = "";

    constructor(
        private readonly stacks: StackRunner,
        private readonly rehearsal: Pick<Rehearsal, "hold">,
    ) {}

    ensure(stack: string): Promise<void> {
        return this.#held(() => this.stacks.ensure(stack));
    }

    preview(stack: string, options?: UpdateOptions): Promise<Update> {
        return this.#held(() => this.stacks.preview(stack, options));
    }

    up(stack: string, options?: UpdateOptions): Promise<Update> {
        return this.#recorded(() => this.stacks.up(stack, options));
    }

    destroy(stack: string, options?: UpdateOptions): Promise<Update> {
        return this.#recorded(() => this.stacks.destroy(stack, options));
    }

    outputs(stack: string): Promise<StackOutputs | undefined> {
        return this.#held(() => this.stacks.outputs(stack));
    }

    resources(stack: string): Promise<readonly DeployedResource[]> {
        return this.#held(() => this.stacks.resources(stack));
    }

    exported(stack: string, signal?: AbortSignal): Promise<StackExport> {
        return this.#held(() => this.stacks.exported(stack, signal));
    }

    analyse(state: StackExport, pack: PolicyPackUse, signal?: AbortSignal): Promise<Analysis> {
        return this.#held(() => this.stacks.analyse(state, pack, signal));
    }

    async #recorded(run: () => Promise<Update>): Promise<Update> {
        const { step } = this;
        const update = await this.#held(run);
        this.updates.push({
            stack: update.stack,
            step,
            seconds: update.seconds,
            changes: update.changes.length,
        });
        return update;
    }

    async #held<T>(run: () => Promise<T>): Promise<T> {
        const release = this.rehearsal.hold();
        try {
            return await run();
        } finally {
            release();
        }
    }
}
