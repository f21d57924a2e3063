import type { WorldClock } from "../clock";

/** A stretch of an invocation in which it only waits for time to pass, so that the world's may jump. */
export class Standstill {
    #end: (() => void) | undefined;

    constructor(
        private readonly clock: WorldClock,
        /** Called when it is over: the worker has to be told the time. */
        private readonly onOver: () => void,
    ) {}

    /** Begins, inside the `io` of the invocation. @param dueMs world time when it is over by itself */
    begin(dueMs: number | undefined): void {
        if (this.#end !== undefined) {
            return;
        }
        void this.clock.handOver(
            () =>
                new Promise<void>((resolve) => {
                    const cancel =
                        dueMs === undefined
                            ? () => {}
                            : this.clock.after(dueMs - this.clock.now(), () => this.end());
                    this.#end = () => {
                        cancel();
                        resolve();
                    };
                }),
        );
    }

    /** Something happens again, or may: the world's time is the machine's once more. */
    end(): void {
        const end = this.#end;
        if (end !== undefined) {
            this.#end = undefined;
            end();
            this.onOver();
        }
    }
}
