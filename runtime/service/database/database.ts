import { Resolver } from "node:dns/promises";

import { Pool, type PoolConfig, type QueryResultRow } from "pg";

import { connectToken, type Signing } from "../connectToken";

export interface DatabaseOptions {
    readonly region: string;
    /** DNS name that leads to the cluster's writer endpoint, by a CNAME. */
    readonly writerName: string;
    /** The same for its reader endpoint. */
    readonly readerName: string;
    readonly database: string;
    readonly user: string;
    readonly signing: Signing;
    readonly resolver?: Pick<Resolver, "resolveCname">;
    /** Settings of the connections to replace: a test has a network of its own. @default none */
    readonly connection?: PoolConfig;
}

/** The region's cluster takes no writes: another one has the writer, or none has. */
export class NotWriterError extends Error {
    override readonly name = "NotWriterError";
}

/** The region's cluster cannot be asked now. What was sent may have been done all the same. */
export class DatabaseUnavailableError extends Error {
    override readonly name = "DatabaseUnavailableError";
}

const port = 5432;
/** Connections of one task to each endpoint: 24 tasks make 192, and the smallest instance takes more. */
const mostConnections = 4;
/** Milliseconds for a connection, for a statement, and for the answer with the way there and back. */
const patience = { connectMs: 3000, statementMs: 1500, answerMs: 2000 };
/** How often the endpoint is asked for; the record's TTL is of the same order. */
const endpointLifeMs = 15_000;
/** SQLSTATE of a write to a reader: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const readOnly = "25006";

/**
 * The region's own cluster of the global database, over TLS, with the task's IAM identity. Like the
 * cache, it comes after the region that uses it, so its endpoints are asked for in DNS; a record only
 * says where they are, and the certificate is checked against the endpoint itself.
 *
 * No other region's cluster is ever asked: their networks are not connected. Which region writes is not
 * known here either. It shows when this one's cluster takes a write, or does not.
 */
export class Database {
    readonly #writer: Endpoint;
    readonly #reader: Endpoint;

    constructor(options: DatabaseOptions) {
        this.#writer = new Endpoint(options.writerName, options);
        this.#reader = new Endpoint(options.readerName, options);
    }

    /**
     * Rows of one statement on the instance that writes.
     *
     * @throws NotWriterError when nothing was written, because this region does not write
     * @throws DatabaseUnavailableError
     */
    async write<R extends QueryResultRow>(
        sql: string,
        values: readonly unknown[],
    ): Promise<readonly R[]> {
        try {
            return await this.#writer.query<R>(sql, values);
        } catch (error) {
            const { code } = error as { code?: unknown };
            // The writer endpoint of a cluster without the writer is not in service: it has no address.
            if (code === readOnly || code === "ENOTFOUND") {
                throw new NotWriterError("the region's database takes no writes", { cause: error });
            }
            throw unavailable(error);
        }
    }

    /** Rows of one statement on the region's copy. @throws DatabaseUnavailableError */
    async read<R extends QueryResultRow>(
        sql: string,
        values: readonly unknown[],
    ): Promise<readonly R[]> {
        try {
            return await this.#reader.query<R>(sql, values);
        } catch (error) {
            throw unavailable(error);
        }
    }

    async close(): Promise<void> {
        await Promise.all([this.#writer.close(), this.#reader.close()]);
    }
}

/** One of a cluster's endpoints, with the connections to it. */
class Endpoint {
    readonly #resolver: Pick<Resolver, "resolveCname">;
    #pool: { readonly endpoint: string; readonly connections: Pool } | undefined;
    #askedMs = Number.NEGATIVE_INFINITY;

    constructor(
        private readonly name: string,
        private readonly options: DatabaseOptions,
    ) {
        this.#resolver = options.resolver ?? new Resolver({ timeout: 1000, tries: 2 });
    }

    async query<R extends QueryResultRow>(
        sql: string,
        values: readonly unknown[],
    ): Promise<readonly R[]> {
        const client = await (await this.#connections()).connect();
        try {
            const { rows } = await client.query<R>(sql, [...values]);
            client.release();
            return rows;
        } catch (error) {
            // A connection to an instance that lost its role would fail the next one as well.
            client.release(true);
            throw error;
        }
    }

    async close(): Promise<void> {
        await this.#pool?.connections.end();
    }

    async #connections(): Promise<Pool> {
        const stale = Date.now() - this.#askedMs > endpointLifeMs;
        if (this.#pool === undefined) {
            await this.#find();
        } else if (stale) {
            // What is known serves until something else is.
            void this.#find().catch(() => undefined);
        }
        if (this.#pool === undefined) {
            throw new Error(`${this.name} leads nowhere: there is no database yet`);
        }
        return this.#pool.connections;
    }

    async #find(): Promise<void> {
        this.#askedMs = Date.now();
        let endpoint: string | undefined;
        try {
            [endpoint] = await this.#resolver.resolveCname(this.name);
        } catch (error) {
            throw new Error(`${this.name} cannot be resolved`, { cause: error });
        }
        if (endpoint !== undefined && endpoint !== this.#pool?.endpoint) {
            const old = this.#pool;
            this.#pool = { endpoint, connections: connect(endpoint, this.options) };
            await old?.connections.end();
        }
    }
}

function connect(endpoint: string, options: DatabaseOptions): Pool {
    const { region, user, database } = options;
    const pool = new Pool({
        host: endpoint,
        port,
        user,
        database,
        // A token lives for minutes, so every connection has one of its own.
        password: () =>
            connectToken(
                {
                    service: "rds-db",
                    region,
                    host: `${endpoint}:${port}`,
                    userParameter: "DBUser",
                    user,
                },
                options.signing,
            ),
        ssl: { rejectUnauthorized: true },
        max: mostConnections,
        connectionTimeoutMillis: patience.connectMs,
        statement_timeout: patience.statementMs,
        query_timeout: patience.answerMs,
        idleTimeoutMillis: 30_000,
        application_name: "storefront",
        allowExitOnIdle: true,
        ...options.connection,
    });
    // An idle connection that breaks is made anew when one is needed.
    pool.on("error", () => undefined);
    return pool;
}

function unavailable(cause: unknown): DatabaseUnavailableError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new DatabaseUnavailableError(`the region's database cannot be used: ${reason}`, {
        cause,
    });
}
