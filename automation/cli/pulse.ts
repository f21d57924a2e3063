/** Silence after which a terminal shows the seconds. */
const quietSeconds = 3;
/** Silence after which a log gets a line. */
const logSeconds = 30;
const tickMs = 1000;

/**
 * A sign of life while a command has nothing to say: on a terminal the seconds, on a line that goes
 * away with the next word; elsewhere a plain line every half minute.
 */
export class Pulse {
    #timer: NodeJS.Timeout | undefined;
    #startedMs = 0;
    #lastWordMs = 0;
    #shown = false;

    constructor(
        private readonly stream: NodeJS.WritableStream,
        private readonly onTerminal: boolean,
    ) {}

    start(): void {
        this.stop();
        this.#startedMs = this.#lastWordMs = performance.now();
        this.#timer = setInterval(() => this.#tick(), tickMs);
        // It must not keep alive what it watches.
        this.#timer.unref?.();
    }

    stop(): void {
        clearInterval(this.#timer);
        this.#timer = undefined;
        this.#clear();
    }

    /** To be called before every word: makes room for it. */
    word(): void {
        this.#clear();
        this.#lastWordMs = performance.now();
    }

    #tick(): void {
        const now = performance.now();
        const silent = Math.round((now - this.#lastWordMs) / 1000);
        if (this.onTerminal && silent >= quietSeconds) {
            this.stream.write(`\r\u001b[K... ${silent} s`);
            this.#shown = true;
        } else if (!this.onTerminal && silent >= logSeconds) {
            const since = Math.round((now - this.#startedMs) / 1000);
            this.stream.write(`still at it after ${since} s\n`);
            this.#lastWordMs = now;
        }
    }

    #clear(): void {
        if (this.#shown) {
            this.stream.write("\r\u001b[K");
            this.#shown = false;
        }
    }
}
