import path from "node:path";

import type { World } from "../world";
import { PostgresServer } from "./postgres";
import { ReplicationWire } from "./wire";

/** What a failover with data loss left behind. */
export interface FailoverLoss {
    readonly globalClusterId: string;
    readonly from: string;
    readonly to: string;
    /** World time of the failover, milliseconds. */
    readonly atMs: number;
    /** How far the new writer was behind, world milliseconds. */
    readonly lagMs: number;
    /** Log that only the old writer had, bytes. */
    readonly lostBytes: number;
    /** Transactions that were committed in it. */
    readonly lostTransactions: number;
}

/** A stretch without a writer, world milliseconds. */
export interface WriterGap {
    readonly globalClusterId: string;
    readonly from: string;
    readonly to: string;
    readonly fromMs: number;
    readonly toMs: number;
}

interface Member {
    readonly region: string;
    readonly server: PostgresServer;
    readonly wire: ReplicationWire;
    /** Its data is of another history: it is made anew from the writer's once that can be reached. */
    stale: boolean;
}

/**
 * The servers of one global cluster: a primary, and a streaming standby in every other region. A
 * cluster's instances share one volume, so that one server stands for all of them.
 */
export class GlobalDatabase {
    readonly #members = new Map<string, Member>();
    readonly losses: FailoverLoss[] = [];
    readonly gaps: WriterGap[] = [];
    #writer: string | undefined;
    #nextPort = 1;
    /** One change of roles at a time; rebuilding is one. */
    #work: Promise<unknown> = Promise.resolve();

    constructor(
        private readonly world: World,
        readonly id: string,
        private readonly root: string,
    ) {
        world.faults.on("change", this.#onFault);
    }

    get writer(): string | undefined {
        return this.#writer;
    }

    get regions(): readonly string[] {
        return [...this.#members.keys()];
    }

    /** The server of a region, once it runs. */
    server(region: string): PostgresServer | undefined {
        const member = this.#members.get(region);
        return member?.server.running === true ? member.server : undefined;
    }

    /** Whether a region's copy follows the writer's history. */
    connected(region: string): boolean {
        const member = this.#members.get(region);
        return (
            member !== undefined && !member.stale && (this.#writer === region || member.wire.open)
        );
    }

    /** How far a region's copy is behind the writer's, world milliseconds; 0 for the writer's own. */
    lagMs(region: string): number {
        return this.#writer === region ? 0 : (this.#members.get(region)?.wire.lagMs ?? 0);
    }

    /** The furthest that any copy was behind since then, world milliseconds. */
    worstLagMs(sinceMs: number): number {
        const copies = [...this.#members.values()].filter(({ region }) => region !== this.#writer);
        return Math.max(0, ...copies.map(({ wire }) => wire.worstLagMs(sinceMs)));
    }

    /** Adds a region: the first has the writer, every other one a copy of it. */
    join(region: string): Promise<void> {
        return this.#alone(async () => {
            const member = this.#createMember(region);
            this.#members.set(region, member);
            await member.wire.start();
            if (this.#writer === undefined) {
                await member.server.initialise();
                await member.server.start("primary");
                this.#writer = region;
            } else {
                await this.#follow(member);
            }
        });
    }

    /**
     * Makes what a first cluster comes with: its master user and its database. What the operator runs
     * on a new database is run as that user.
     */
    prepare(
        region: string,
        made: { readonly user: string; readonly name: string; readonly setUp?: string | undefined },
    ): Promise<void> {
        return this.#alone(async () => {
            if (this.#writer !== region || made.user === "") {
                return;
            }
            const { server } = this.#member(region);
            const known = await server.query(
                `SELECT 1 FROM pg_roles WHERE rolname = '${made.user}'`,
            );
            if (known.length > 0) {
                return;
            }
            // A role that IAM lets in, and the master user, as RDS makes them; neither is a superuser.
            await server.query("CREATE ROLE rds_iam NOLOGIN");
            await server.query(`CREATE ROLE "${made.user}" LOGIN CREATEDB CREATEROLE`);
            await server.query(
                `GRANT rds_iam TO "${made.user}" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE`,
            );
            if (made.name === "") {
                return;
            }
            await server.query(`CREATE DATABASE "${made.name}" OWNER "${made.user}"`);
            if (made.setUp !== undefined) {
                const session = await server.connect(made.name, made.user);
                await session.query(made.setUp).finally(() => session.end());
            }
        });
    }

    leave(region: string): Promise<void> {
        return this.#alone(async () => {
            const member = this.#members.get(region);
            this.#members.delete(region);
            await member?.wire.stop();
            await member?.server.stop("immediate");
            if (this.#writer === region) {
                this.#writer = undefined;
            }
        });
    }

    async stop(): Promise<void> {
        this.world.faults.off("change", this.#onFault);
        const members = [...this.#members.values()];
        // Without wires no server waits for another one.
        await Promise.all(members.map(({ wire }) => wire.stop()));
        await this.#work.catch(() => undefined);
        await Promise.all(members.map(({ server }) => server.stop("immediate")));
        this.#members.clear();
    }

    /** Resolves once every change under way is done. */
    async settled(): Promise<void> {
        await this.#work.catch(() => undefined);
    }

    /**
     * Hands the writer over without a loss: the old one takes no more writes, sends all it has, and
     * the new one takes over from there. When it cannot get all, the old one goes on as the writer.
     *
     * @returns whether the writer is another one now
     */
    switchover(to: string): Promise<boolean> {
        return this.#alone(async () => {
            const [old, next] = [this.#member(this.#writer ?? ""), this.#member(to)];
            const fromMs = this.world.clock.now();
            for (const other of this.#members.values()) {
                // A region that is behind must not keep the old writer from going: it catches up from the new one.
                if (other !== next) {
                    other.wire.lead(undefined);
                }
            }
            await old.server.endSessions();
            const last = await old.server.position();
            // A server that stops in peace ends only when its standby has everything.
            await old.server.stop("fast");
            if (!(await next.server.applied(last))) {
                await old.server.start("primary");
                this.#changeWriter(old.region, old.region, fromMs);
                await this.#followAll(old);
                return false;
            }
            next.wire.lead(undefined);
            await next.server.promote();
            this.#changeWriter(old.region, to, fromMs);
            await this.#followAll(next, old);
            return true;
        });
    }

    /** Makes a copy the writer as it is. What only the old writer had is lost, and counted. */
    failover(to: string): Promise<FailoverLoss> {
        return this.#alone(async () => {
            const [old, next] = [this.#member(this.#writer ?? ""), this.#member(to)];
            const fromMs = this.world.clock.now();
            const lagMs = next.wire.lagMs;
            next.wire.lead(undefined);
            const received = await next.server.position();
            await next.server.promote();
            this.#changeWriter(old.region, to, fromMs);
            old.stale = true;
            const loss = await this.#lossOf(old, to, received, lagMs, fromMs);
            for (const other of this.#members.values()) {
                if (other !== next && other !== old) {
                    other.stale = (await other.server.position()) > received;
                }
            }
            await this.#followAll(next);
            return loss;
        });
    }

    async #lossOf(
        old: Member,
        to: string,
        received: bigint,
        lagMs: number,
        atMs: number,
    ): Promise<FailoverLoss> {
        const written = await old.server.position();
        const loss: FailoverLoss = {
            globalClusterId: this.id,
            from: old.region,
            to,
            atMs,
            lagMs,
            lostBytes: Number(written > received ? written - received : 0n),
            lostTransactions: await old.server.commitsBetween(received, written),
        };
        this.losses.push(loss);
        return loss;
    }

    #changeWriter(from: string, to: string, fromMs: number): void {
        this.#writer = to;
        this.gaps.push({
            globalClusterId: this.id,
            from,
            to,
            fromMs,
            toMs: this.world.clock.now(),
        });
    }

    /** Every other member follows the new writer: those that share its history at once, the others anew. */
    async #followAll(next: Member, restarted?: Member): Promise<void> {
        await Promise.all(
            [...this.#members.values()].map(async (member) => {
                if (member === next || member.stale) {
                    return;
                }
                member.wire.lead({ region: next.region, socket: next.server.socket });
                if (member === restarted) {
                    await member.server.start("standby");
                }
            }),
        );
        this.#onFault();
    }

    /** A fresh copy of the writer's data, streaming from there on. */
    async #follow(member: Member): Promise<void> {
        const writer = this.#member(this.#writer ?? "");
        await member.server.stop("immediate");
        await member.server.copyFrom(writer.server);
        member.stale = false;
        member.wire.lead({ region: writer.region, socket: writer.server.socket });
        await member.server.start("standby");
    }

    /** Members of another history are made anew once they and the writer can reach each other. */
    readonly #onFault = (): void => {
        const due = [...this.#members.values()].filter((member) => this.#canFollow(member));
        if (due.length > 0) {
            void this.#alone(async () => {
                for (const member of due.filter((each) => this.#canFollow(each))) {
                    await this.#follow(member);
                }
            }).catch(() => undefined);
        }
    };

    #canFollow(member: Member): boolean {
        return member.stale && this.world.faults.reachable(this.#writer, member.region);
    }

    #createMember(region: string): Member {
        const port = this.#nextPort++;
        const wirePort = this.#nextPort++;
        return {
            region,
            server: new PostgresServer({ root: this.root, region, port, wirePort }),
            wire: new ReplicationWire(
                this.world,
                region,
                path.join(this.root, `.s.PGSQL.${wirePort}`),
            ),
            stale: false,
        };
    }

    #member(region: string): Member {
        const member = this.#members.get(region);
        if (member === undefined) {
            throw new RangeError(
                `${this.id} has no copy in ${region}; it has ${this.regions.join(", ")}`,
            );
        }
        return member;
    }

    #alone<T>(work: () => Promise<T>): Promise<T> {
        const result = this.#work.catch(() => undefined).then(() => this.world.clock.io(work));
        this.#work = result.catch(() => undefined);
        return result;
    }
}
