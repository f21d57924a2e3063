import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as realDelay } from "node:timers/promises";

import { Client, type QueryResultRow } from "pg";

import { findBinaries, runAs } from "./binaries";

/** The user that AWS keeps for itself, as on RDS. */
export const superuser = "rdsadmin";

/** Real milliseconds that a server has to come up, follow or go down. */
const patienceMs = 60_000;
/** Real milliseconds that a standby has to apply what it has. */
const applyMs = 10_000;

export interface PostgresPlace {
    /** Folder of the server's sockets and, in a folder named by region, its data. */
    readonly root: string;
    readonly region: string;
    /** Names the server's socket; unique in the folder. */
    readonly port: number;
    /** Names the socket that a standby finds its primary behind. */
    readonly wirePort: number;
}

/**
 * One PostgreSQL server. It listens on a socket file alone: what reaches it from the world comes
 * through the cluster's endpoint or through a replication wire, and both can be cut.
 */
export class PostgresServer {
    #process: ChildProcess | undefined;
    #admin: Promise<Client> | undefined;

    constructor(readonly place: PostgresPlace) {}

    get folder(): string {
        return path.join(this.place.root, this.place.region);
    }

    get socket(): string {
        return path.join(this.place.root, `.s.PGSQL.${this.place.port}`);
    }

    get running(): boolean {
        return this.#process !== undefined;
    }

    /** An empty data folder, with the superuser alone. */
    async initialise(): Promise<void> {
        await run(findBinaries().initdb, [
            ...["-D", this.folder, "-U", superuser, "--auth=trust", "--no-sync"],
            ...["-E", "UTF8", "--locale=C", "--no-instructions", "--wal-segsize=1"],
        ]);
    }

    /**
     * A copy of a running server's data, taken as a base backup, to follow it with.
     * https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
     */
    async copyFrom(primary: PostgresServer): Promise<void> {
        await fs.promises.rm(this.folder, { recursive: true, force: true });
        const session = await primary.connect();
        try {
            await session.query("SELECT pg_backup_start('rehearsal', true)");
            // Files that go away during the copy are no loss: the log replays what matters.
            await run("cp", ["-R", primary.folder, this.folder]).catch(() => undefined);
            const { rows } = await session.query<{ labelfile: string }>(
                "SELECT labelfile FROM pg_backup_stop(false)",
            );
            await run("sh", [
                "-c",
                'cd "$1" && rm -rf pg_wal/* postmaster.pid postmaster.opts standby.signal && mkdir -p pg_wal/archive_status pg_wal/summaries && printf %s "$2" > backup_label && chmod 700 .',
                ...["sh", this.folder, rows[0]?.labelfile ?? ""],
            ]);
        } finally {
            await session.end();
        }
    }

    /** Starts as the primary, or as a standby of whatever is behind its wire. */
    async start(role: "primary" | "standby"): Promise<void> {
        const signal = path.join(this.folder, "standby.signal");
        await (role === "standby" ? run("touch", [signal]) : run("rm", ["-f", signal]));
        const log = fs.openSync(path.join(this.place.root, `${this.place.region}.log`), "a");
        // The shell outlives nobody: when this process goes, its input ends, and it ends the server.
        const script =
            '"$@" </dev/null & pid=$!; read -r signal; kill -"${signal:-QUIT}" "$pid" 2>/dev/null; wait "$pid"';
        const settings = Object.entries(this.#settings()).flatMap(([name, value]) => [
            "-c",
            `${name}=${value}`,
        ]);
        this.#process = spawn(
            "sh",
            ["-c", script, "sh", findBinaries().postgres, "-D", this.folder, ...settings],
            { ...runAs(), cwd: "/", stdio: ["pipe", log, log] },
        );
        this.#process.stdin?.on("error", () => undefined);
        fs.closeSync(log);
        await this.#until(async () => {
            await this.query("SELECT 1");
            return true;
        }, "did not start");
    }

    /** Stops: `fast` sends everything to the standbys first, `immediate` is a crash. */
    async stop(mode: "fast" | "immediate"): Promise<void> {
        const stopping = this.#process;
        this.#process = undefined;
        await this.#forget();
        if (stopping === undefined) {
            return;
        }
        const gone = new Promise<void>((resolve) => {
            if (stopping.exitCode !== null || stopping.signalCode !== null) {
                resolve();
            }
            stopping.once("exit", () => resolve());
        });
        stopping.stdin?.write(mode === "fast" ? "INT\n" : "QUIT\n");
        await gone;
    }

    /** Makes a standby the primary; resolves once it takes writes. */
    async promote(): Promise<void> {
        await this.query("SELECT pg_promote(true, 60)");
        await this.#until(
            async () => !(await this.value<boolean>("SELECT pg_is_in_recovery()")),
            "was not promoted",
        );
    }

    /** Ends everybody else's sessions, standbys' excepted. */
    async endSessions(): Promise<void> {
        await this.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        );
    }

    /** Whether a user signs in by IAM: it was granted `rds_iam`, and not only the right to grant it. */
    async isIamUser(user: string): Promise<boolean> {
        const { rows } = await (
            await this.#session()
        ).query(
            "SELECT 1 FROM pg_roles WHERE rolname = $1 AND NOT rolsuper AND pg_has_role(rolname, 'rds_iam', 'USAGE')",
            [user],
        );
        return rows.length > 0;
    }

    /** How far the log has been written, in bytes; of a standby, how far it has been received. */
    async position(): Promise<bigint> {
        return BigInt(
            await this.value<string>(
                `SELECT (CASE WHEN pg_is_in_recovery()
                    THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
                    ELSE pg_current_wal_insert_lsn() END - '0/0')::text`,
            ),
        );
    }

    /** Transactions that were committed between two positions of the log. */
    async commitsBetween(from: bigint, to: bigint): Promise<number> {
        if (to <= from) {
            return 0;
        }
        await this.query("CREATE EXTENSION IF NOT EXISTS pg_walinspect");
        return this.value<number>(
            `SELECT count(*)::int FROM pg_get_wal_records_info('${lsn(from)}', '${lsn(to)}')
             WHERE resource_manager = 'Transaction' AND record_type = 'COMMIT'
               AND start_lsn >= '${lsn(from)}' AND start_lsn < '${lsn(to)}'`,
        );
    }

    /** Whether the log is applied up to a position, soon after all that will ever come has come. */
    async applied(position: bigint): Promise<boolean> {
        const end = performance.now() + applyMs;
        for (;;) {
            const applied = await this.value<string>(
                "SELECT (pg_last_wal_replay_lsn() - '0/0')::text",
            );
            if (BigInt(applied) >= position) {
                return true;
            }
            if (performance.now() >= end) {
                return false;
            }
            await realDelay(25);
        }
    }

    async query<R extends QueryResultRow>(sql: string): Promise<readonly R[]> {
        try {
            return (await (await this.#session()).query<R>(sql)).rows;
        } catch (error) {
            if (
                !("severity" in (error as object)) ||
                /57P/.test(String((error as { code?: unknown }).code))
            ) {
                await this.#forget();
            }
            throw error;
        }
    }

    #session(): Promise<Client> {
        this.#admin ??= this.connect();
        return this.#admin;
    }

    /** The one value of the one row. */
    async value<T>(sql: string): Promise<T> {
        const [row] = await this.query<Record<string, T>>(sql);
        return Object.values(row ?? {})[0] as T;
    }

    /** A session of a user's whom nobody asks for a password. */
    async connect(database = "postgres", user = superuser): Promise<Client> {
        const client = new Client({
            host: this.place.root,
            port: this.place.port,
            user,
            database,
        });
        client.on("error", () => undefined);
        await client.connect();
        return client;
    }

    async #forget(): Promise<void> {
        const admin = this.#admin;
        this.#admin = undefined;
        await admin?.then((client) => client.end()).catch(() => undefined);
    }

    async #until(done: () => Promise<boolean>, failure: string): Promise<void> {
        const end = performance.now() + patienceMs;
        let last: unknown;
        while (performance.now() < end) {
            try {
                if (await done()) {
                    return;
                }
            } catch (error) {
                last = error;
            }
            await realDelay(25);
        }
        throw new Error(
            `PostgreSQL of ${this.place.region} ${failure} in ${patienceMs / 1000} s: ${String(last)}\n${this.#log()}`,
        );
    }

    #log(): string {
        const file = path.join(this.place.root, `${this.place.region}.log`);
        return fs.existsSync(file) ? fs.readFileSync(file, "utf8").slice(-2000) : "";
    }

    /** As small as it goes: there is one server a region on one machine. */
    #settings(): Readonly<Record<string, string>> {
        const { root, port, wirePort, region } = this.place;
        return {
            listen_addresses: "",
            unix_socket_directories: root,
            unix_socket_permissions: "0777",
            port: String(port),
            shared_buffers: "8MB",
            max_connections: "30",
            // A machine that crashes ends the rehearsal: there is nothing to recover to.
            fsync: "off",
            wal_level: "replica",
            max_wal_senders: "10",
            // A region that was cut off for a drill catches up from the log.
            wal_keep_size: "256MB",
            hot_standby: "on",
            primary_conninfo: `host=${root} port=${wirePort} user=${superuser} application_name=${region}`,
            recovery_target_timeline: "latest",
            wal_receiver_status_interval: "1s",
            wal_retrieve_retry_interval: "200ms",
            // A wire that is cut says so; silence is a lag that the rehearsal wants.
            wal_receiver_timeout: "0",
            wal_sender_timeout: "0",
            io_method: "sync",
            autovacuum: "off",
            max_logical_replication_workers: "0",
            max_parallel_workers: "0",
            jit: "off",
            checkpoint_timeout: "1h",
            log_min_messages: "warning",
        };
    }
}

function lsn(position: bigint): string {
    return `${(position >> 32n).toString(16)}/${(position & 0xffffffffn).toString(16)}`.toUpperCase();
}

/** Runs a program as the server's user. @throws Error with what it printed */
export function run(command: string, args: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, {
            ...runAs(),
            cwd: "/",
            stdio: ["ignore", "ignore", "pipe"],
        });
        const errors: Buffer[] = [];
        child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
        child.once("error", (error: NodeJS.ErrnoException) =>
            reject(error.code === "EACCES" ? closed(command, error) : error),
        );
        child.once("close", (code) =>
            code === 0
                ? resolve()
                : reject(
                      new Error(
                          `${path.basename(command)} ended with ${code}: ${Buffer.concat(errors).toString("utf8").slice(-1000)}`,
                      ),
                  ),
        );
    });
}

function closed(command: string, cause: Error): Error {
    const user = runAs();
    return user === undefined
        ? cause
        : new Error(
              `PostgreSQL does not run as root and is run as user ${user.uid}, who cannot start ${command}; keep the clone in a folder that is open to others, or run as another user`,
              { cause },
          );
}
