import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { AwsError } from "../../aws/awsError";
import {
    arnOf,
    clusterType,
    findGlobalCluster,
    inRole,
    instancesOf,
    instanceType,
    isSecondary,
    membersOf,
} from "../../aws/rds/members";
import { text } from "../../aws/support/known";
import type { Certificates } from "../certificates";
import type { StoredResource } from "../store";
import type { MetricSink, Part, World } from "../world";
import { runAs } from "./binaries";
import { DatabaseEndpoints } from "./endpoints";
import { GlobalDatabase, type FailoverLoss, type WriterGap } from "./globalDatabase";
import { openLogGroups } from "./logGroups";
import type { PostgresServer } from "./postgres";

const metricPeriodMs = 60_000;
/** Of the storage and of the last commit: one log carries both here. */
const lagMetrics = ["AuroraGlobalDBReplicationLag", "AuroraGlobalDBRPOLag"];

/** What a change of roles is doing, as `DescribeGlobalClusters` says. */
export interface RoleChange {
    readonly status: "switching-over" | "failing-over";
    readonly fromArn: string;
    readonly toArn: string;
}

/**
 * Aurora's data plane: PostgreSQL itself, a primary and a streaming standby per region, made once the
 * account has a cluster with an instance. What it holds lives as long as the world runs.
 *
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html
 */
export class Databases implements Part {
    readonly #databases = new Map<string, GlobalDatabase>();
    readonly #changes = new Map<string, RoleChange>();
    readonly #joined = new Set<string>();
    readonly #endpoints: DatabaseEndpoints;
    #root: string | undefined;
    #work: Promise<void> = Promise.resolve();
    #failure: Error | undefined;
    #stops: (() => void)[] = [];

    constructor(
        private readonly world: World,
        private readonly deps: {
            readonly certificates: Certificates;
            readonly metrics: MetricSink;
            /** File with what the operator runs once on a new database, as its master user. @default nothing */
            readonly setUp?: string | undefined;
        },
    ) {
        this.#endpoints = new DatabaseEndpoints(world, deps.certificates);
    }

    async start(): Promise<void> {
        const { store, clock } = this.world;
        const onChange = ({ resource }: { readonly resource: StoredResource }): void => {
            if (resource.type === clusterType || resource.type === instanceType) {
                this.#follow();
            }
        };
        store.on("change", onChange);
        this.#stops = [
            () => store.off("change", onChange),
            clock.every(metricPeriodMs, () => this.#publish()),
        ];
        // What another run of the world left had its writer where the account says.
        this.#follow();
    }

    async stop(): Promise<void> {
        for (const stop of this.#stops) {
            stop();
        }
        await this.#work.catch(() => undefined);
        await this.#endpoints.keepOnly([]);
        await Promise.all([...this.#databases.values()].map((database) => database.stop()));
        this.#databases.clear();
        if (this.#root !== undefined) {
            await fs.promises.rm(this.#root, { recursive: true, force: true });
        }
    }

    /** Resolves when every cluster with an instance runs; rejects when one could not. */
    async joined(): Promise<void> {
        await this.world.clock.io(() => this.#work);
        this.#throwFailure();
    }

    /** Resolves when every change of roles and every copy that is made anew is done, too. */
    async settled(): Promise<void> {
        await this.joined();
        for (const database of this.#databases.values()) {
            await this.world.clock.io(() => database.settled());
        }
        this.#throwFailure();
    }

    #throwFailure(): void {
        if (this.#failure !== undefined) {
            const failure = this.#failure;
            this.#failure = undefined;
            throw failure;
        }
    }

    /** The server of a cluster, once it runs. */
    server(cluster: StoredResource): PostgresServer | undefined {
        return this.#databases.get(groupOf(cluster))?.server(cluster.region);
    }

    /** Whether a cluster takes writes now. */
    writes(cluster: StoredResource): boolean {
        const group = groupOf(cluster);
        return this.#databases.get(group)?.writer === cluster.region && !this.#changes.has(group);
    }

    connected(cluster: StoredResource): boolean {
        return this.#databases.get(groupOf(cluster))?.connected(cluster.region) ?? false;
    }

    /** World seconds that a region's copy of a global cluster is behind its writer. */
    lagSeconds(globalClusterId: string, region: string): number {
        return (this.#databases.get(globalClusterId)?.lagMs(region) ?? 0) / 1000;
    }

    /** The furthest that any copy of any database was behind since then, world seconds. */
    worstLagSeconds(sinceMs: number): number {
        return Math.max(
            0,
            ...[...this.#databases.values()].map((database) => database.worstLagMs(sinceMs) / 1000),
        );
    }

    /** Region that writes, undefined before there is one. */
    writer(globalClusterId: string): string | undefined {
        return this.#databases.get(globalClusterId)?.writer;
    }

    /** What failovers lost, in their order. */
    losses(): readonly FailoverLoss[] {
        return [...this.#databases.values()].flatMap(({ losses }) => losses);
    }

    /** Stretches without a writer, in their order. */
    gaps(): readonly WriterGap[] {
        return [...this.#databases.values()].flatMap(({ gaps }) => gaps);
    }

    roleChange(globalClusterId: string): RoleChange | undefined {
        return this.#changes.get(globalClusterId);
    }

    /**
     * Begins a planned change of the writer; it goes on by itself.
     *
     * @throws AwsError as RDS would answer
     * @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_SwitchoverGlobalCluster.html
     */
    switchover(globalClusterId: string, targetArn: string): void {
        const { from, to } = this.#target(globalClusterId, targetArn);
        if (!this.world.faults.reachable(from.region, to.region)) {
            throw new AwsError(
                "InvalidDBClusterStateFault",
                `Cannot switch over global cluster ${globalClusterId}: its clusters ${from.id} and ${to.id} must be available and in sync`,
            );
        }
        if (!this.connected(to)) {
            throw new AwsError(
                "InvalidDBClusterStateFault",
                `Cannot switch over to ${to.id}: it is being resynchronised`,
            );
        }
        this.#begin(globalClusterId, "switching-over", from, to, (database) =>
            database.switchover(to.region),
        );
    }

    /**
     * Begins an unplanned change of the writer, with the loss of what the target does not have.
     *
     * @throws AwsError as RDS would answer
     * @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverGlobalCluster.html
     */
    failover(globalClusterId: string, targetArn: string): void {
        const { from, to } = this.#target(globalClusterId, targetArn);
        this.#begin(globalClusterId, "failing-over", from, to, (database) =>
            database.failover(to.region),
        );
    }

    #target(
        globalClusterId: string,
        targetArn: string,
    ): { readonly from: StoredResource; readonly to: StoredResource } {
        const { store } = this.world;
        if (findGlobalCluster(store, globalClusterId) === undefined) {
            throw new AwsError(
                "GlobalClusterNotFoundFault",
                `Global cluster ${globalClusterId} not found`,
                404,
            );
        }
        const members = membersOf(store, globalClusterId);
        const to = members.find((member) => arnOf(member) === targetArn);
        const from = members.find(({ outputs }) => !isSecondary(outputs));
        if (to === undefined || from === undefined) {
            throw new AwsError(
                "DBClusterNotFoundFault",
                `DBCluster ${targetArn} is no member of the global cluster ${globalClusterId}`,
                404,
            );
        }
        if (this.#changes.has(globalClusterId)) {
            throw new AwsError(
                "InvalidGlobalClusterStateFault",
                `Global cluster ${globalClusterId} is in state ${this.#changes.get(globalClusterId)?.status}, which is not valid for this operation`,
            );
        }
        if (to === from) {
            throw new AwsError(
                "InvalidParameterValue",
                `The target ${targetArn} is already the primary cluster of ${globalClusterId}`,
            );
        }
        const idle = [from, to].find((cluster) => this.server(cluster) === undefined);
        if (idle !== undefined) {
            throw new AwsError(
                "InvalidDBClusterStateFault",
                `DB cluster ${idle.id} has no available instance`,
            );
        }
        return { from, to };
    }

    #begin(
        globalClusterId: string,
        status: RoleChange["status"],
        from: StoredResource,
        to: StoredResource,
        change: (database: GlobalDatabase) => Promise<unknown>,
    ): void {
        const database = this.#databases.get(globalClusterId);
        if (database === undefined) {
            throw new AwsError(
                "InvalidGlobalClusterStateFault",
                `${globalClusterId} is not available`,
            );
        }
        this.#changes.set(globalClusterId, { status, fromArn: arnOf(from), toArn: arnOf(to) });
        void this.world.clock
            .io(() => change(database))
            .then(() => this.#recordRoles(globalClusterId, database.writer ?? from.region))
            .catch((error: unknown) => {
                this.#failure = error as Error;
            })
            .finally(() => {
                this.#changes.delete(globalClusterId);
                this.#announce();
            });
    }

    /** The account says who writes, as AWS's own answers do from then on. */
    #recordRoles(globalClusterId: string, writer: string): void {
        const { store } = this.world;
        const members = membersOf(store, globalClusterId);
        const source = members.find(({ region }) => region === writer);
        for (const member of members) {
            const role = member === source ? "" : arnOf(source ?? member);
            for (const [at, instance] of instancesOf(store, member).entries()) {
                const writes = member === source && at === 0;
                store.put({ ...instance, outputs: { ...instance.outputs, writer: writes } });
            }
            store.put({
                ...member,
                outputs: inRole(member.outputs, role),
            });
        }
        this.#publish();
    }

    #announce(): void {
        this.#endpoints.announce((cluster) => this.writes(cluster));
    }

    /** Brings the servers to what the account has: the writers before what copies them. */
    #follow(): void {
        this.#work = this.world.clock.io(() =>
            this.#work
                .then(async () => {
                    const { store } = this.world;
                    const wanted = [...store.list(clusterType)]
                        .filter((cluster) => instancesOf(store, cluster).length > 0)
                        .sort(
                            (a, b) =>
                                Number(isSecondary(a.outputs)) - Number(isSecondary(b.outputs)),
                        );
                    await this.#endpoints.keepOnly(wanted);
                    const keys = new Set(wanted.map(keyOf));
                    for (const key of [...this.#joined].filter((each) => !keys.has(each))) {
                        this.#joined.delete(key);
                        const [group = "", region = ""] = key.split(" ");
                        await this.#databases.get(group)?.leave(region);
                    }
                    for (const cluster of wanted.filter((each) => !this.#joined.has(keyOf(each)))) {
                        this.#joined.add(keyOf(cluster));
                        await this.#join(cluster);
                    }
                    this.#announce();
                    this.#publish();
                })
                .catch((error: unknown) => {
                    this.#failure = error as Error;
                }),
        );
    }

    async #join(cluster: StoredResource): Promise<void> {
        const group = groupOf(cluster);
        let database = this.#databases.get(group);
        if (database === undefined) {
            const folder = path.join(this.#rootFolder(), String(this.#databases.size));
            fs.mkdirSync(folder, { mode: 0o700 });
            own(folder);
            database = new GlobalDatabase(this.world, group, folder);
            this.#databases.set(group, database);
        }
        await database.join(cluster.region);
        await database.prepare(cluster.region, {
            user: text(cluster.outputs, "masterUsername") ?? "",
            name: text(cluster.outputs, "databaseName") ?? "",
            setUp:
                this.deps.setUp === undefined
                    ? undefined
                    : fs.readFileSync(this.deps.setUp, "utf8"),
        });
        openLogGroups(this.world.store, cluster);
        await this.#endpoints.open(cluster, () => this.server(cluster));
    }

    /** Under the system's own folder: a home of root's is closed to the user that PostgreSQL runs as. */
    #rootFolder(): string {
        if (this.#root === undefined) {
            this.#root = fs.mkdtempSync(path.join(os.tmpdir(), "aurora-"));
            own(this.#root);
        }
        return this.#root;
    }

    /** @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html */
    #publish(): void {
        const { store } = this.world;
        for (const [group, database] of this.#databases) {
            for (const member of membersOf(store, group)) {
                const writer = database.writer;
                // A lost region reports nothing.
                if (
                    writer === undefined ||
                    member.region === writer ||
                    this.world.faults.blackedOut(member.region)
                ) {
                    continue;
                }
                for (const metric of lagMetrics) {
                    this.deps.metrics.put({
                        region: member.region,
                        namespace: "AWS/RDS",
                        metric,
                        dimensions: { DBClusterIdentifier: member.id, SourceRegion: writer },
                        value: database.lagMs(member.region),
                    });
                }
            }
        }
    }
}

/** The global cluster a cluster is of, or itself. */
function groupOf(cluster: StoredResource): string {
    const globalId = text(cluster.outputs, "globalClusterIdentifier") ?? "";
    return globalId === "" ? arnOf(cluster) : globalId;
}

function keyOf(cluster: StoredResource): string {
    return `${groupOf(cluster)} ${cluster.region}`;
}

function own(folder: string): void {
    const user = runAs();
    if (user !== undefined) {
        fs.chownSync(folder, user.uid, user.gid);
    }
}
