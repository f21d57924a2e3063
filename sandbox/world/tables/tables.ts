import { notImplemented } from "../api/errors";
import type { StoreChange } from "../store";
import type { MetricSink, Part, World } from "../world";
import { administer, isAdministration, type AdministrationAction } from "./administration";
import { replicaType, tableOfArn } from "../../aws/dynamodb/replicas";
import { metered, Throughput } from "./capacity/throughput";
import { ConflictLosses, type ConflictLoss } from "./conflictLosses";
import { tableDefinition, tableType } from "./definition";
import { describeTable, describeTimeToLive } from "./describe";
import { expireItems } from "./expiry";
import { ReplicationLatencies } from "./latencies";
import type { ReplicationLink, ReplicatedWrite } from "./link";
import { Links } from "./links";
import { Placement } from "./placement";
import { isWriteAction, RegionTables } from "./regionTables";
import type { Entry, Replica } from "./replica";
import { publishLatency } from "./requestLatency";
import { TableStreams } from "./streams/tableStreams";
import type { TransactItem } from "./transaction";
import { TransactionTokens } from "./transactionApi";
import { tableNameOf } from "./writes";

/** How often expired items are looked for, world milliseconds. DynamoDB promises days. */
const expiryPeriodMs = 60_000;
const metricPeriodMs = 60_000;
/** How often a write that found no room in a replica tries again, world milliseconds. */
const noRoomMs = 250;

type Input = Readonly<Record<string, unknown>>;

/**
 * DynamoDB: every table of the account in every region it has a replica in, with multi-Region
 * eventual consistency. Writes reach the other replicas later, item by item, and the last writer
 * wins; a condition sees the local replica alone.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
 */
export class Tables implements Part {
    /** What every copy may use, lets in and used. */
    readonly throughput: Throughput;
    /** What changed in every copy. */
    readonly streams: TableStreams;
    readonly #regions = new Map<string, RegionTables>();
    readonly #links: Links;
    readonly #tokens: TransactionTokens;
    readonly #latencies = new ReplicationLatencies();
    readonly #conflicts = new ConflictLosses();
    readonly #placement: Placement;
    #settled: Promise<void> = Promise.resolve();
    #failure: Error | undefined;
    #stops: (() => void)[] = [];

    constructor(
        private readonly world: World,
        private readonly deps: { readonly metrics: MetricSink },
    ) {
        this.throughput = new Throughput(world.clock);
        this.streams = new TableStreams(world);
        this.#links = new Links(world, (link, write) => this.#receive(link, write));
        this.#tokens = new TransactionTokens(world.clock);
        this.#placement = new Placement({
            regions: () => [...this.#regions.values()],
            region: (name) => this.#region(name),
            link: (from, to) => this.#links.between(from, to),
        });
    }

    async start(): Promise<void> {
        const { store, clock } = this.world;
        const onChange = (change: StoreChange): void => this.#follow(change);
        store.on("change", onChange);
        this.#stops = [
            () => store.off("change", onChange),
            clock.every(metricPeriodMs, () => {
                this.#latencies.publish(this.deps.metrics);
                this.throughput.publish(this.deps.metrics);
                this.streams.trim();
            }),
            clock.every(
                expiryPeriodMs,
                () => void clock.io(() => expireItems(this.world, [...this.#regions.values()])),
            ),
        ];
        for (const resource of store.list(tableType)) {
            this.#follow({ kind: "put", resource });
        }
        await this.settled();
    }

    async stop(): Promise<void> {
        for (const stop of this.#stops) {
            stop();
        }
        this.#links.stop();
        await this.#settled;
    }

    /** Resolves when the tables are as the account says; rejects when one could not be made so. */
    async settled(): Promise<void> {
        await this.world.clock.io(() => this.#settled);
        if (this.#failure !== undefined) {
            const failure = this.#failure;
            this.#failure = undefined;
            throw failure;
        }
    }

    /**
     * Runs a DynamoDB API action in a region.
     *
     * @throws AwsError as DynamoDB would answer
     */
    async execute(region: string, action: string, request: Input): Promise<unknown> {
        await this.#settled;
        const startedMs = this.world.clock.now();
        const answer = await this.#run(region, action, request);
        const tookMs = this.world.clock.now() - startedMs;
        publishLatency(this.deps.metrics, region, action, request, tookMs);
        return answer;
    }

    async #run(region: string, action: string, request: Input): Promise<unknown> {
        const tables = this.#region(region);
        const input =
            request["TableName"] === undefined
                ? request
                : { ...request, TableName: tableNameOf(request["TableName"]) };
        if (isWriteAction(action)) {
            return tables.write(action, input);
        }
        switch (action) {
            case "TransactWriteItems":
                return this.#tokens.once(region, input, () =>
                    tables.transactWrite((input["TransactItems"] ?? []) as TransactItem[]),
                );
            case "TransactGetItems":
                return tables.transactGet(input);
            case "DescribeTable":
                return describeTable(
                    await tables.read("DescribeTable", input),
                    tables.replicas.get(String(input["TableName"])),
                    this.world.accountId,
                    this.throughput,
                    this.streams.current(region, String(input["TableName"])),
                );
            case "DescribeTimeToLive":
                return describeTimeToLive(
                    tables.replicas.get(String(input["TableName"])),
                    String(input["TableName"]),
                );
            case "GetItem":
            case "BatchGetItem":
            case "Query":
            case "Scan":
            case "ListTables":
                return tables.read(action, input);
            default:
                if (isAdministration(action)) {
                    return this.#administer(region, action, input);
                }
                throw notImplemented("dynamodb", action);
        }
    }

    /** Writes on their way from or to a region. */
    pending(region: string): number {
        return this.#links.pending(region);
    }

    /** Age, in world seconds, of the oldest write on its way from or to a region; 0 when there is none. */
    lagSeconds(region: string): number {
        return this.#links.ageSeconds(region);
    }

    /**
     * The longest, in world seconds, that a write took to reach a replica, of those that arrived
     * since then, or has been on its way until now.
     *
     * @param sinceMs world time, milliseconds. @default the start of the world
     */
    worstLagSeconds(sinceMs = Number.NEGATIVE_INFINITY): number {
        return Math.max(this.#latencies.worstMs(sinceMs) / 1000, this.#links.ageSeconds());
    }

    /** Acknowledged writes that concurrent ones of other regions overwrote, each once. */
    conflicts(): readonly ConflictLoss[] {
        return this.#conflicts.list();
    }

    /** Loses for good what is on its way from a region: what DynamoDB promises not to do. */
    forget(region: string): void {
        this.#links.forget(region);
    }

    itemCount(region: string, table: string): number {
        const entries = this.#regions.get(region)?.replicas.get(table)?.entries() ?? [];
        return entries.filter((entry) => entry.image !== undefined).length;
    }

    /** Answers with the table as it then is, as far as the action says anything about it. */
    async #administer(
        region: string,
        action: AdministrationAction,
        input: Input,
    ): Promise<unknown> {
        const describe = async (): Promise<unknown> => {
            const { Table } = (await this.execute(region, "DescribeTable", input)) as {
                Table: unknown;
            };
            return { TableDescription: Table };
        };
        const before = action === "DeleteTable" ? await describe() : undefined;
        const answer = administer(this.world, region, action, input);
        await this.settled();
        return before ?? (["CreateTable", "UpdateTable"].includes(action) ? describe() : answer);
    }

    #follow({ kind, resource }: StoreChange): void {
        if (resource.type === replicaType) {
            const arn = String(resource.outputs["globalTableArn"]);
            const table = this.world.store.get(tableType, arn.split(":")[3] ?? "", tableOfArn(arn));
            if (table !== undefined) {
                this.#follow({ kind: "put", resource: table });
            }
        }
        if (resource.type === tableType) {
            const definition = tableDefinition(resource, this.world.store);
            const regions = kind === "put" ? definition.regions : [];
            this.throughput.follow(definition, regions);
            this.streams.follow(definition, regions);
            this.#settled = this.world.clock.io(() =>
                this.#settled
                    .then(() => this.#placement.place(definition, regions))
                    // One table that cannot be made must not keep the others from being made.
                    .catch((error: unknown) => {
                        this.#failure = error as Error;
                    }),
            );
        }
    }

    #replicate(replica: Replica, entry: Entry): void {
        const { name } = replica.definition;
        for (const [region, { replicas }] of this.#regions) {
            if (
                region !== replica.region &&
                replicas.get(name)?.generation === replica.generation
            ) {
                this.#links.between(replica.region, region).send({
                    table: name,
                    generation: replica.generation,
                    entry,
                });
            }
        }
    }

    async #receive(link: ReplicationLink, write: ReplicatedWrite): Promise<void> {
        const tables = this.#region(link.to);
        const replica = tables.replicas.get(write.table);
        if (replica?.generation !== write.generation) {
            return;
        }
        const fillsReplica = write.seed === true;
        const into = metered(link.to, write.table);
        // A replica without write capacity holds up what comes in: it falls behind.
        while (!fillsReplica && !this.throughput.hasRoom(into)) {
            await this.world.clock.delay(noRoomMs);
        }
        this.#conflicts.add(write, await tables.receive(replica, write.entry, !fillsReplica));
        const nowMs = this.world.clock.now();
        const madeMs = write.entry.version.atMs;
        this.#latencies.add(write.table, link.from, link.to, nowMs - madeMs, nowMs);
    }

    #region(region: string): RegionTables {
        let tables = this.#regions.get(region);
        if (tables === undefined) {
            const { accountId, clock } = this.world;
            tables = new RegionTables(
                region,
                accountId,
                clock,
                this.throughput,
                (replica, entry) => this.#replicate(replica, entry),
                (table, change) => this.streams.note(region, table, change),
            );
            this.#regions.set(region, tables);
        }
        return tables;
    }
}
