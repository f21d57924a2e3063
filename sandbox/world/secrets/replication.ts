import { findKey } from "../../aws/support/keys";
import type { World } from "../world";
import { arnIn, type Copies, type ReplicaStatus, type SecretCopy } from "./copy";

/** World milliseconds that a version takes to a replica; AWS promises no time. */
const delayMs = { least: 500, spread: 1500 };
const retryMs = 5000;

/** What became of the copies so far. */
export interface SecretReading {
    /** Replicas, over all secrets. */
    readonly replicas: number;
    /** Of these, those that are not as their primary is. */
    readonly behind: number;
    /** World seconds that a change took to a replica at most, or has been on its way. */
    readonly worstLagSeconds: number;
}

/** Carries secrets from their primary to its replicas: all of a secret at once, as often as it changes. */
export class SecretReplication {
    /** When the oldest change that is on its way was made, by primary and replica; world milliseconds. */
    readonly #waiting = new Map<string, number>();
    #cancels = new Set<() => void>();
    #worstMs = 0;

    constructor(
        private readonly world: World,
        private readonly copies: Copies,
    ) {}

    /** Sends a primary to all its replicas, or to one. */
    send(primary: SecretCopy, only?: string): void {
        for (const { region } of primary.replicas) {
            if (only === undefined || region === only) {
                this.#begin(primary, region);
            }
        }
    }

    stop(): void {
        this.#cancels.forEach((cancel) => cancel());
        this.#cancels.clear();
    }

    reading(): SecretReading {
        const replicas = this.copies.list().flatMap((copy) => copy.replicas);
        const nowMs = this.world.clock.now();
        const lags = [...this.#waiting.values()].map((sinceMs) => nowMs - sinceMs);
        return {
            replicas: replicas.length,
            behind: replicas.filter(({ status }) => status !== "InSync").length,
            worstLagSeconds: Math.max(this.#worstMs, ...lags) / 1000,
        };
    }

    #begin(primary: SecretCopy, region: string): void {
        const key = `${primary.arn} ${region}`;
        this.#mark(primary, region, { status: "InProgress", message: undefined });
        if (!this.#waiting.has(key)) {
            this.#waiting.set(key, this.world.clock.now());
            this.#after(this.#delayMs(primary.region, region), () => this.#arrive(primary, region));
        }
    }

    #arrive(sent: SecretCopy, region: string): void {
        const key = `${sent.arn} ${region}`;
        const primary = this.copies.find(sent.region, sent.arn);
        const replica = primary?.replicas.find((one) => one.region === region);
        if (primary === undefined || replica === undefined) {
            this.#waiting.delete(key);
            return;
        }
        if (!this.world.faults.reachable(primary.region, region)) {
            this.#after(retryMs, () => this.#arrive(sent, region));
            return;
        }
        this.#worstMs = Math.max(
            this.#worstMs,
            this.world.clock.now() - (this.#waiting.get(key) ?? 0),
        );
        this.#waiting.delete(key);
        const problem = this.#refusal(primary, replica);
        if (problem === undefined) {
            this.copies.put({
                ...primary,
                region,
                arn: arnIn(region, primary.arn),
                primaryRegion: primary.region,
                keyReference: replica.keyReference,
                replicas: [],
            });
        }
        this.#mark(
            primary,
            region,
            problem === undefined
                ? { status: "InSync", message: "Replication succeeded" }
                : { status: "Failed", message: problem },
        );
    }

    /** Why the replica's region does not take the secret. */
    #refusal(primary: SecretCopy, { region, keyReference }: ReplicaStatus): string | undefined {
        const there = this.copies.find(region, primary.name);
        if (there !== undefined && there.primaryRegion !== primary.region) {
            return "Secret with this name already exists in this region";
        }
        if (keyReference === undefined) {
            return undefined;
        }
        const key = findKey(keyReference, { store: this.world.store, region });
        return key === undefined || (key !== "managed by AWS" && key.outputs.isEnabled === false)
            ? `Replication failed: the KMS key ${keyReference} is not there or not enabled`
            : undefined;
    }

    #mark(
        { region, arn }: SecretCopy,
        replica: string,
        said: Pick<ReplicaStatus, "status" | "message">,
    ): void {
        const primary = this.copies.find(region, arn);
        if (primary !== undefined) {
            this.copies.put({
                ...primary,
                replicas: primary.replicas.map((one) =>
                    one.region === replica ? { ...one, ...said } : one,
                ),
            });
        }
    }

    #delayMs(from: string, to: string): number {
        const { faults, random } = this.world;
        const lagSeconds = Math.max(faults.lagSeconds(from), faults.lagSeconds(to));
        return delayMs.least + random() * delayMs.spread + 1000 * lagSeconds;
    }

    #after(ms: number, act: () => void): void {
        const cancel = this.world.clock.after(ms, () => {
            this.#cancels.delete(cancel);
            act();
        });
        this.#cancels.add(cancel);
    }
}
