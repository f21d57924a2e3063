import type { WorldClock } from "../clock";
import type { Registration, Targets } from "../targets";

/** Longest time from registration to healthy, world milliseconds. */
const healthyWithinMs = 300_000;

/** Waits for the load balancers' verdict on a new task: nothing when it is healthy everywhere, else why not. */
export function untilHealthy(
    clock: WorldClock,
    targets: Targets,
    registrations: readonly Registration[],
): Promise<string | undefined> {
    return new Promise((resolve) => {
        const finish = (result: string | undefined): void => {
            cancel();
            targets.off("change", onChange);
            resolve(result);
        };
        const onChange = (): void => {
            if (registrations.every(({ state }) => state === "healthy")) {
                finish(undefined);
            }
        };
        const cancel = clock.after(healthyWithinMs, () =>
            finish(`not healthy within ${healthyWithinMs / 1000} s`),
        );
        targets.on("change", onChange);
        onChange();
    });
}
