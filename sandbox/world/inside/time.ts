// Loaded before the timers are replaced, so that Node's own HTTP keeps the machine's time.
import "node:http";
import "node:https";

import { install } from "@sinonjs/fake-timers";

import { machineNow } from "./settings";

/**
 * How often the program's time is brought up to date, in machine milliseconds. Short: whatever a client
 * puts off by a timer of 0 waits for it, with a request under way that keeps the world's time.
 */
const stepMs = 2;

/**
 * Gives the program the world's time: `Date` and the timers it sets. Sockets and HTTP keep the
 * machine's time, as their other end does, and so do the high-resolution clocks.
 *
 * @returns a function that takes a new difference between the world's time and the machine's
 */
export function patchTime(offsetMs: number): (offsetMs: number) => void {
    const { setInterval: every } = globalThis;
    let offset = offsetMs;
    const clock = install({
        now: Math.floor(machineNow() + offset),
        toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
    });
    const advance = (): void => {
        const aheadMs = Math.floor(machineNow() + offset) - clock.now;
        if (aheadMs > 0) {
            clock.tick(aheadMs);
        }
    };
    // Not a reason to stay alive: a program whose work is done ends.
    every(advance, stepMs).unref();
    return (next) => {
        offset = next;
        advance();
    };
}
