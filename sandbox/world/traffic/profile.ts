import type { NetworkResponse } from "../network";
import type { World } from "../world";
import { attempt, headerOf, isServed, type Attempted } from "./attempt";
import type { Connection, Exchange } from "./connection";
import type { Ledger } from "./ledger";
import type { Session } from "./session";

/** Reads of a profile that is still arriving, until a person takes what there is. */
const mostReads = 3;
/** Answers that a change is sent on after: to its home, after a look at what is there, after a pause. */
const mostTurns = 5;

export interface ProfileOptions {
    /** Path of the profile's own. */
    readonly id: string;
    readonly session: Session;
    /** To the application's own name. */
    readonly application: Connection;
    /** To a host that the application names. */
    readonly connect: (host: string) => Connection;
    readonly ledger: Pick<Ledger, "add">;
}

/**
 * A person's profile, as its owner's browser goes about it: it is read where the application is, and written
 * on condition of what was read, where the application says that its home is. Nobody else writes it, so that
 * its changes have numbers, and a later one has a greater one.
 */
export class Profile {
    /** What a writer has to say that it has read; undefined until it is known. */
    #condition: Readonly<Record<string, string>> | undefined;
    /** The last change that was sent. */
    #change = 0;
    #home: { readonly host: string; readonly connection: Connection } | undefined;

    constructor(
        private readonly world: Pick<World, "clock" | "random">,
        private readonly options: ProfileOptions,
    ) {}

    /** Opens it; looks again, as often as it is worth, at one that is still arriving. */
    async read(): Promise<Attempted & { readonly arriving: boolean }> {
        return this.#read(this.options.application);
    }

    /** Changes it; done when that is acknowledged. */
    async save(): Promise<Attempted> {
        const { id, application, ledger } = this.options;
        const change = ++this.#change;
        let attempts = 0;
        let hasPaused = false;
        for (let turn = 1; ; turn++) {
            const connection = this.#home?.connection ?? application;
            if (this.#condition === undefined) {
                const read = await this.#read(connection);
                attempts += read.attempts;
                if (this.#condition === undefined) {
                    return { ...read, attempts, problem: read.problem ?? "it could not be read" };
                }
            }
            const answer = await this.#ask(
                {
                    method: "PUT",
                    path: pathOf(id),
                    headers: { ...this.#condition, "idempotency-key": `${id}-${change}` },
                    body: { name: nameOf(change), language: "en" },
                },
                connection,
                // Where it is said when to come back, coming back at once is of no use.
                (response) => isServed(response) || pauseMsOf(response) !== undefined,
            );
            attempts += answer.attempts;
            const { response } = answer;
            const problem = answer.problem ?? `status ${response?.status}`;
            switch (response?.status) {
                case 200:
                    this.#saw(response);
                    ledger.add({
                        kind: "profile",
                        profile: id,
                        change,
                        by: {
                            atMs: this.world.clock.now(),
                            region: headerOf(response, "x-served-by"),
                        },
                    });
                    return { response, attempts, problem: undefined };
                case 412:
                    this.#condition = undefined;
                    break;
                case 421:
                    this.#moveTo(headerOf(response, "location"));
                    break;
                default: {
                    // Whoever kept it does not any more, or cannot be reached.
                    this.#moveTo(undefined);
                    const pauseMs = pauseMsOf(response);
                    if (pauseMs === undefined || hasPaused) {
                        return { response, attempts, problem };
                    }
                    hasPaused = true;
                    await this.world.clock.sleep(pauseMs);
                }
            }
            if (turn === mostTurns) {
                return { response, attempts, problem };
            }
        }
    }

    close(): void {
        this.#moveTo(undefined);
    }

    async #read(connection: Connection): Promise<Attempted & { readonly arriving: boolean }> {
        let attempts = 0;
        for (let reads = 1; ; reads++) {
            const path = pathOf(this.options.id);
            const answer = await this.#ask({ method: "GET", path }, connection);
            attempts += answer.attempts;
            this.#saw(answer.response);
            const isArriving = answer.response?.status === 202;
            if (!isArriving || reads === mostReads) {
                return { ...answer, attempts, arriving: isArriving || reads > 1 };
            }
            await this.world.clock.sleep(pauseMsOf(answer.response) ?? 0);
        }
    }

    #saw(response: NetworkResponse | undefined): void {
        const etag = headerOf(response, "etag");
        if (response?.status === 404) {
            this.#condition = { "if-none-match": "*" };
        } else if (etag !== undefined) {
            this.#condition = { "if-match": etag };
        }
    }

    async #ask(
        exchange: Exchange,
        connection: Connection,
        isDone: (response: NetworkResponse) => boolean = isServed,
    ): Promise<Attempted> {
        const { session } = this.options;
        const headers = { ...exchange.headers, ...session.headers };
        const answer = await attempt(this.world, { ...exchange, headers }, connection, isDone);
        session.heard(answer.response);
        return answer;
    }

    #moveTo(location: string | undefined): void {
        const host = location === undefined ? undefined : new URL(location).hostname;
        if (host === this.#home?.host) {
            return;
        }
        this.#home?.connection.close();
        this.#home =
            host === undefined ? undefined : { host, connection: this.options.connect(host) };
    }
}

/** Number of the change that a profile shows; undefined when it shows none. */
export function changeOf(name: unknown): number | undefined {
    const [, number] = (typeof name === "string" && /^change (\d+)$/.exec(name)) || [];
    return number === undefined ? undefined : Number(number);
}

export function pathOf(id: string): string {
    return `/profiles/${id}`;
}

function nameOf(change: number): string {
    return `change ${change}`;
}

/** World milliseconds after which the application wants to be asked again; undefined when it does not say. */
function pauseMsOf(response: NetworkResponse | undefined): number | undefined {
    const seconds = headerOf(response, "retry-after");
    return seconds === undefined ? undefined : 1000 * Number(seconds);
}
