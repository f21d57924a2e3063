import { PutItemCommand } from "@aws-sdk/client-dynamodb";

import type { ReplicaClient } from "../../../../runtime/store/calls/replica";
import type { Cluster } from "../support/cluster";

/** Where a write is held up: before it is in the table, or its answer after that. */
export type Hold = "request" | "answer";

/** Holds up writes until it is opened. What was sent arrives then, whether its sender still waits for it or not. */
export class Gate {
    readonly #open: Promise<void>;
    #openUp: () => void = () => undefined;
    #arrive: () => void = () => undefined;
    /** Resolves once something is held up. */
    readonly reached: Promise<void>;

    readonly #sent: Promise<unknown>[] = [];

    constructor(readonly where: Hold) {
        this.#open = new Promise((resolve) => (this.#openUp = resolve));
        this.reached = new Promise((resolve) => (this.#arrive = resolve));
    }

    async pass(where: Hold): Promise<void> {
        if (where === this.where) {
            this.#arrive();
            await this.#open;
        }
    }

    /** Something that passes it on its way. */
    sent(whole: Promise<unknown>): void {
        this.#sent.push(whole);
    }

    /** Lets everything through, and resolves once it has come to its end. */
    async open(): Promise<void> {
        this.#openUp();
        await Promise.allSettled(this.#sent);
    }
}

type Command = Parameters<ReplicaClient["send"]>[0];
interface Options {
    readonly abortSignal: AbortSignal;
}

/** What lies between the regions' processes and the regions' tables. */
export class Network {
    /** Whose processes reach their own table alone, and are reached by no others. */
    readonly isolated = new Set<string>();
    /** Whose table nobody reaches. */
    readonly lost = new Set<string>();
    /** Whose table takes writes and does not say so. */
    readonly mute = new Set<string>();

    constructor(private readonly cluster: Cluster) {}

    reaches(from: string, to: string): boolean {
        const isApart = (region: string): boolean => this.isolated.has(region);
        return (
            !this.lost.has(from) &&
            !this.lost.has(to) &&
            (from === to || (!isApart(from) && !isApart(to)))
        );
    }

    /** @param gate of the writes at the time that they are sent */
    client(from: string, to: string, gate: () => Gate | undefined = () => undefined) {
        const table = this.cluster.client(to);
        const send = (command: Command, options: Options): Promise<unknown> => {
            const held = command instanceof PutItemCommand ? gate() : undefined;
            const whole = travel(command, options, held);
            held?.sent(whole);
            return whole;
        };
        const travel = async (
            command: Command,
            options: Options,
            held: Gate | undefined,
        ): Promise<unknown> => {
            await held?.pass("request");
            if (!this.reaches(from, to)) {
                return silence(options.abortSignal);
            }
            const answer: unknown = await table.send(command, options);
            await held?.pass("answer");
            if (
                !this.reaches(from, to) ||
                (command instanceof PutItemCommand && this.mute.has(to))
            ) {
                return silence(options.abortSignal);
            }
            return answer;
        };
        return { send } as unknown as ReplicaClient;
    }
}

function silence(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
        const end = (): void =>
            reject(Object.assign(new Error("nobody answers"), { name: "AbortError" }));
        signal.addEventListener("abort", end);
        if (signal.aborted) {
            end();
        }
    });
}
