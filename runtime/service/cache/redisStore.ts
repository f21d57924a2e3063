import { Resolver } from "node:dns/promises";

import { createClient } from "@redis/client";

import type { CacheStore } from "./cacheAside";
import { cacheToken, type CacheTokenTarget, type Signing } from "../connectToken";

export interface RedisStoreOptions extends CacheTokenTarget {
    /** DNS name that leads to the cluster's endpoint, by a CNAME. */
    readonly name: string;
    readonly signing: Signing;
    readonly onProblem?: (problem: Error) => void;
    readonly resolver?: Pick<Resolver, "resolveCname" | "cancel">;
    /** Where the cluster is reached, and by whose word, in place of what the endpoint says. @default the endpoint */
    readonly socket?: { readonly host?: string; readonly port?: number; readonly ca?: string };
}

type Client = ReturnType<typeof connect>;

/** How often the endpoint is asked for; the record's TTL is of the same order. */
const pollMs = 15_000;
/** How long a secondary is not written to: it may have become the primary meanwhile. */
const readOnlyMs = 30_000;
/** Before ElastiCache ends the connection of an IAM user, after 12 hours. */
const renewMs = 6 * 3600 * 1000;
const port = 6379;

/**
 * The region's ElastiCache cluster, over TLS, with the task's IAM identity. The cluster comes after the
 * region that uses it and may be made anew, so its endpoint is asked for in DNS again and again; the
 * record only says where it is, and the certificate is checked against the endpoint itself.
 *
 * A secondary of a global datastore only reads: what the primary's region keeps arrives here.
 */
export class RedisStore implements CacheStore {
    readonly #resolver: Pick<Resolver, "resolveCname" | "cancel">;
    #client: Client | undefined;
    #endpoint: string | undefined;
    #connectedMs = 0;
    #readOnlyUntilMs = 0;
    #timer: NodeJS.Timeout | undefined;

    constructor(private readonly options: RedisStoreOptions) {
        this.#resolver = options.resolver ?? new Resolver({ timeout: 2000, tries: 2 });
    }

    /** Whether a cluster is connected now. */
    get connected(): boolean {
        return this.#client?.isReady === true;
    }

    async start(): Promise<void> {
        await this.poll();
        this.#timer = setInterval(() => void this.poll(), pollMs);
        this.#timer.unref();
    }

    stop(): void {
        clearInterval(this.#timer);
        this.#resolver.cancel();
        this.#drop();
    }

    /** Asks DNS once where the cluster is. What cannot be resolved changes nothing. */
    async poll(): Promise<void> {
        let endpoint: string | undefined;
        try {
            [endpoint] = await this.#resolver.resolveCname(this.options.name);
        } catch {
            return;
        }
        const stale = Date.now() - this.#connectedMs > renewMs;
        if (endpoint !== undefined && (endpoint !== this.#endpoint || stale)) {
            this.#drop();
            this.#endpoint = endpoint;
            this.#connectedMs = Date.now();
            this.#client = connect(endpoint, this.options);
        }
    }

    async read(keys: readonly string[]): Promise<readonly (string | undefined)[]> {
        const values = await this.#ready().mGet([...keys]);
        return values.map((value) => value ?? undefined);
    }

    async write(entries: ReadonlyMap<string, string>, lifeSeconds: number): Promise<void> {
        if (Date.now() < this.#readOnlyUntilMs) {
            return;
        }
        const client = this.#ready();
        try {
            await Promise.all(
                [...entries].map(([key, value]) =>
                    client.set(key, value, { expiration: { type: "EX", value: lifeSeconds } }),
                ),
            );
        } catch (error) {
            if (!(error instanceof Error && error.message.startsWith("READONLY"))) {
                throw error;
            }
            this.#readOnlyUntilMs = Date.now() + readOnlyMs;
        }
    }

    #ready(): Client {
        if (this.#client?.isReady !== true) {
            throw new Error("no cache is connected");
        }
        return this.#client;
    }

    #drop(): void {
        this.#client?.destroy();
        this.#client = undefined;
    }
}

function connect(endpoint: string, options: RedisStoreOptions) {
    const { socket = {} } = options;
    const client = createClient({
        socket: {
            tls: true,
            port,
            host: endpoint,
            servername: endpoint,
            connectTimeout: 2000,
            reconnectStrategy: (retries: number) =>
                Math.min(10_000, 250 * 2 ** Math.min(retries, 10)),
            ...socket,
        },
        // A token lives for minutes, so every connection has one of its own.
        credentialsProvider: {
            type: "async-credentials-provider",
            credentials: async () => ({
                username: options.user,
                password: await cacheToken(options, options.signing),
            }),
        },
        // A request that the cluster cannot answer now is answered by the table, and not later.
        disableOfflineQueue: true,
        commandsQueueMaxLength: 1000,
    });
    client.on("error", (error: Error) => options.onProblem?.(error));
    client.connect().catch(() => undefined);
    return client;
}
