import { Accelerators } from "./world/accelerator";
import { Alarms } from "./world/alarms/alarms";
import { Route53Api } from "./world/api/route53";
import { ApiServer } from "./world/api/server";
import { CloudWatchApi } from "./world/api/cloudwatch";
import { DynamoDbApi } from "./world/api/dynamodb";
import { ElastiCacheApi } from "./world/api/elasticache";
import { KinesisApi } from "./world/api/kinesis";
import { RdsApi } from "./world/api/rds";
import { S3Api } from "./world/api/s3";
import { SecretsManagerApi } from "./world/api/secretsManager";
import { SnsApi } from "./world/api/sns";
import { SqsApi } from "./world/api/sqs";
import { StsApi } from "./world/api/sts";
import { Backups } from "./world/backups/backups";
import { Buckets } from "./world/buckets/buckets";
import { Caches } from "./world/caches/caches";
import { Certificates } from "./world/certificates";
import { ControlPlane } from "./world/controlPlane";
import { Databases } from "./world/databases/databases";
import { DnsServer } from "./world/dns";
import { Edges } from "./world/edge/edges";
import { EventSources } from "./world/eventSources/eventSources";
import { KinesisSource } from "./world/eventSources/kinesisSource";
import { TableSource } from "./world/eventSources/tableSource";
import { HealthCheckers } from "./world/healthChecks";
import { Inside } from "./world/inside/inside";
import { LoadBalancers } from "./world/loadBalancers";
import { Messaging } from "./world/messaging";
import { Metrics } from "./world/metrics";
import { Persistence } from "./world/persistence";
import { ProviderEndpoint } from "./world/server";
import { Secrets } from "./world/secrets/secrets";
import { Streams } from "./world/streams/streams";
import { TableScaling } from "./world/tables/capacity/scaling";
import { Tables } from "./world/tables/tables";
import { Targets } from "./world/targets";
import { Tasks, type ImageSources } from "./world/tasks";
import type { Part, World } from "./world/world";

export interface PartsOptions {
    /** What stands for container images, by repository name or URI. */
    readonly images: ImageSources;
    /** File with the SQL that the operator runs once on a new database, as its master user. @default nothing */
    readonly databaseSetUp?: string | undefined;
    /** Route 53 health checkers in each of a check's regions. @default the checkers' own */
    readonly checkersPerRegion?: number;
}

/** Everything that the world consists of. */
export interface Parts {
    readonly certificates: Certificates;
    readonly metrics: Metrics;
    readonly targets: Targets;
    readonly persistence: Persistence;
    readonly tables: Tables;
    readonly tableScaling: TableScaling;
    readonly backups: Backups;
    readonly databases: Databases;
    readonly buckets: Buckets;
    readonly caches: Caches;
    readonly messaging: Messaging;
    readonly secrets: Secrets;
    readonly streams: Streams;
    readonly eventSources: EventSources;
    readonly alarms: Alarms;
    readonly loadBalancers: LoadBalancers;
    readonly accelerators: Accelerators;
    readonly edges: Edges;
    readonly tasks: Tasks;
    readonly health: HealthCheckers;
    readonly dns: DnsServer;
    readonly api: ApiServer;
    readonly provider: ProviderEndpoint;
}

/** Makes the parts and tells them of each other; starts none. */
export async function makeParts(world: World, options: PartsOptions): Promise<Parts> {
    const certificates = await Certificates.open(world.home);
    const inside = await Inside.prepare(world, certificates.caFile);
    const metrics = new Metrics(world.clock);
    const targets = new Targets();
    const tables = new Tables(world, { metrics });
    const databases = new Databases(world, {
        certificates,
        metrics,
        setUp: options.databaseSetUp,
    });
    const caches = new Caches(world, { certificates, metrics });
    const messaging = new Messaging(world, { metrics, inside });
    const buckets = new Buckets(world, { certificates, metrics, topics: messaging.topics });
    const secrets = new Secrets(world, {
        invoke: (functionArn, payload, principal, sourceArn) =>
            messaging.functions.invokeAs(functionArn, payload, principal, sourceArn),
        failures: messaging.failures,
    });
    const streams = new Streams(world, { metrics });
    const alarms = new Alarms(world, metrics, messaging.buses, messaging.topics);
    const loadBalancers = new LoadBalancers(world, { certificates, targets, metrics });
    const accelerators = new Accelerators(world, loadBalancers);
    const health: HealthCheckers = new HealthCheckers(world, {
        metrics,
        alarmState: (region, name) => alarms.status(region, name)?.state,
        resolve: (name, sourceAddress) => addressesOf(dns, name, sourceAddress),
        ...(options.checkersPerRegion === undefined
            ? {}
            : { checkersPerRegion: options.checkersPerRegion }),
    });
    const dns: DnsServer = new DnsServer(world, {
        health,
        loadBalancers: {
            targetsHealthy: (name) =>
                accelerators.healthy(name) ?? loadBalancers.targetsHealthy(name),
        },
    });
    return {
        certificates,
        metrics,
        targets,
        persistence: new Persistence(world),
        tables,
        backups: new Backups(world, {
            itemCount: (region, table) => tables.itemCount(region, table),
            failures: messaging.failures,
        }),
        tableScaling: new TableScaling(world, { throughput: tables.throughput, metrics }),
        databases,
        buckets,
        caches,
        messaging,
        secrets,
        streams,
        eventSources: new EventSources(world, {
            metrics,
            sources: [new KinesisSource(world, streams), new TableSource(world, tables.streams)],
            failures: messaging.failures,
            invoke: (functionArn, payload) => messaging.functions.invoke(functionArn, payload),
            handOver: (targetArn, body) => messaging.handOver(targetArn, body),
        }),
        alarms,
        loadBalancers,
        accelerators,
        edges: new Edges(world, { certificates, metrics }),
        tasks: new Tasks(world, { targets, inside, images: options.images }),
        health,
        dns,
        api: new ApiServer(world, [
            new CloudWatchApi(metrics),
            new DynamoDbApi(world, tables),
            new ElastiCacheApi(world, caches),
            new RdsApi(world, databases),
            new KinesisApi(world, streams),
            new Route53Api(world, { dns, health }),
            new S3Api(buckets),
            new SecretsManagerApi(world, secrets),
            new SnsApi(world, messaging.topics),
            new SqsApi(world, messaging.queues),
            new StsApi(world),
        ]),
        provider: new ProviderEndpoint(world, new ControlPlane(world)),
    };
}

/** The parts in the order they start, each after those it asks things of; they stop the other way. */
export function startOrder(parts: Parts): readonly Part[] {
    return [
        parts.persistence,
        parts.tables,
        parts.tableScaling,
        parts.backups,
        parts.databases,
        parts.buckets,
        parts.caches,
        parts.api,
        parts.streams,
        parts.messaging,
        parts.secrets,
        parts.eventSources,
        parts.alarms,
        parts.loadBalancers,
        parts.accelerators,
        parts.tasks,
        parts.dns,
        parts.edges,
        parts.health,
        parts.provider,
    ];
}

function addressesOf(dns: DnsServer, name: string, sourceAddress: string): readonly string[] {
    return dns
        .resolve(name, "A", { sourceAddress })
        .answers.flatMap(({ type, value }) => (type === "A" ? [value] : []));
}
