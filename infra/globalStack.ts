import * as pulumi from "@pulumi/pulumi";

import { GlobalCache } from "../components/globalCache";
import { Accelerator } from "../components/accelerator";
import { bucketPurposes, type BucketPurpose } from "../components/bucketNames";
import { BucketReplication } from "../components/bucketReplication";
import { ConflictDetection } from "../components/conflictDetection";
import { DatabaseAccess } from "../components/databaseAccess";
import { databaseName, globalClusterIdentifier } from "../components/databaseSettings";
import { DynamicResources } from "../components/dynamicResources";
import { Edge } from "../components/edge";
import { GlobalDatabase } from "../components/globalDatabase";
import { GlobalTable } from "../components/globalTable";
import { LeverAlarms } from "../components/leverAlarms";
import { ProductMedia } from "../components/productMedia";
import { ReceiptKeys } from "../components/receiptKeys";
import { RoutingPolicy } from "../components/routingPolicy";
import { GlobalWriter } from "../components/writer/globalWriter";
import { dialOf, type GlobalConfig } from "./config";
import { productMedia } from "./productMedia";
import {
    parseRegionOutputs,
    StackOutputsError,
    type GlobalOutputs,
    type RegionOutputs,
} from "./stackOutputs";
import { storefrontTable } from "./storefrontTable";
import { regionNames, type Topology } from "./topology";

/** The shallow check of every region. */
const healthPath = "/health";

type Pending<T> = {
    readonly [K in keyof T]: T[K] extends object ? pulumi.Input<Pending<T[K]>> : pulumi.Input<T[K]>;
};

/** Registers what spans the regions; returns the stack's outputs. Reads every region's outputs. */
export function deployGlobal(config: GlobalConfig, topology: Topology): Pending<GlobalOutputs> {
    const outputs = readRegions(regionNames(topology));
    const table = createTable(config, outputs);
    detectConflicts(table, outputs);
    const dynamic = new DynamicResources("dynamic");
    const database = createDatabase(config, topology, outputs, dynamic);
    const routing = createRouting(config, topology, outputs, database);
    replicateBuckets(config, outputs);
    createCaches(config, outputs, dynamic);
    createReceiptKeys(config, outputs);
    const accelerator = createAccelerator(config, outputs);
    new LeverAlarms("levers", {
        healthCheckIds: routing.healthChecks.lever,
        topicArns: topicsIn(LeverAlarms.region, outputs),
    });
    const edge = createEdge(config, topology, outputs);
    const { endpoint, vote, inService, lever } = routing.healthChecks;
    return {
        schemaVersion: 1,
        zoneId: config.zoneId,
        applicationName: routing.applicationName,
        writeName: routing.writeName,
        browseName: edge.browseName,
        distributionId: edge.distributionId,
        directName: accelerator.directName,
        tableName: table.tableName,
        writer: config.writer,
        standby: config.standby,
        writerHome: config.writerHome ?? config.writer,
        cachePlan: config.cache,
        globalClusterId: database.id,
        writerChange: database.lastChange,
        standingTasks: pulumi.all(
            Object.fromEntries([...outputs].map(([region, of]) => [region, of.minimumTasks])),
        ),
        shares: routing.shares,
        dials: accelerator.dials,
        healthChecks: { endpoint, vote, inService, lever },
    } satisfies Pending<GlobalOutputs>;
}

type OutputsByRegion = ReadonlyMap<string, pulumi.Output<RegionOutputs>>;

function readRegions(regions: readonly string[]): OutputsByRegion {
    return new Map(
        regions.map((region) => {
            const reference = new pulumi.StackReference(
                `${pulumi.getOrganization()}/${pulumi.getProject()}/${region}`,
            );
            return [region, reference.outputs.apply((outputs) => regionOutputsOf(region, outputs))];
        }),
    );
}

/**
 * What a region's stack exported.
 *
 * @throws RunError that names the stack to deploy first; printed as it is, without a stack trace
 */
export function regionOutputsOf(region: string, outputs: unknown): RegionOutputs {
    try {
        return parseRegionOutputs(region, outputs);
    } catch (error) {
        throw error instanceof StackOutputsError ? new pulumi.RunError(error.message) : error;
    }
}

function createTable(config: GlobalConfig, outputs: OutputsByRegion): GlobalTable {
    const copies = [...outputs].map(([region, of]) => ({
        region,
        kmsKeyArn: of.tableKeyArn,
    }));
    const [home, ...replicas] = [
        ...copies.filter(({ region }) => region === config.tableHome),
        ...copies.filter(({ region }) => region !== config.tableHome),
    ];
    if (home?.region !== config.tableHome) {
        throw new pulumi.RunError(
            `meridian:tableHome must be one of ${[...outputs.keys()].join(", ")}, got ${config.tableHome}`,
        );
    }
    return new GlobalTable("storefront", {
        ...storefrontTable,
        home,
        replicas,
        capacity: config.capacity,
        deletionProtection: config.deletionProtection,
    });
}

function detectConflicts(table: GlobalTable, outputs: OutputsByRegion): void {
    new ConflictDetection("conflict-detection", {
        regions: [...outputs].map(([region, of]) => ({
            region,
            streamArn: table.streamArnIn(region),
            functionName: of.conflictDetector,
            deadLetterArn: of.conflictDeadLetterArn,
        })),
    });
}

const bucketOutput = { media: "mediaBucket", orders: "ordersBucket" } as const;

function replicateBuckets(config: GlobalConfig, outputs: OutputsByRegion): void {
    const bucketOf = (purpose: BucketPurpose, of: pulumi.Output<RegionOutputs>) =>
        of.apply((region) => region[bucketOutput[purpose]]);
    const [media] = bucketPurposes.map(
        (purpose) =>
            new BucketReplication(`${purpose}-replication`, {
                purpose,
                accountId: config.accountId,
                members: [...outputs].map(([region, of]) => ({
                    region,
                    bucketName: bucketOf(purpose, of),
                    keyArn: of.bucketKeyArn,
                })),
            }),
    );
    const home = outputs.get(config.tableHome);
    if (home !== undefined) {
        new ProductMedia("product-media", {
            region: config.tableHome,
            bucketName: bucketOf("media", home),
            after: Object.values(media?.configurations ?? {}),
            files: productMedia(),
        });
    }
}

/** The global database, and the one owner of who writes in it. */
function createDatabase(
    config: GlobalConfig,
    topology: Topology,
    outputs: OutputsByRegion,
    dynamic: DynamicResources,
): GlobalWriter {
    const { home, rpoSeconds, ...settings } = config.database;
    const database = new GlobalDatabase("database", {
        ...settings,
        globalClusterIdentifier,
        databaseName,
        home: home ?? config.tableHome,
        members: [...outputs].map(([region, of]) => ({
            region,
            subnetGroupName: of.databaseSubnetGroup,
            securityGroupId: of.databaseSecurityGroupId,
            parameterGroupName: of.databaseParameterGroup,
            keyArn: of.databaseKeyArn,
        })),
        deletionProtection: config.deletionProtection,
    });
    new DatabaseAccess("database-access", { ...config, clusters: database.clusters });
    return new GlobalWriter(
        "writer",
        {
            globalClusterIdentifier: database.globalClusterIdentifier,
            writer: config.writer,
            members: database.clusters.map(({ region, arn, identifier }) => ({
                region,
                clusterArn: arn,
                clusterIdentifier: identifier,
            })),
            outOfService: pulumi
                .all([...outputs.values()])
                .apply((regions) => evacuated(regions, topology)),
            rpoSeconds,
            ...(config.acceptDataLoss === undefined
                ? {}
                : { acceptDataLoss: config.acceptDataLoss }),
        },
        { provider: dynamic, dependsOn: [...database.instances] },
    );
}

/** The regions that a quorum of the others votes out, as deployed. */
export function evacuated(
    regions: readonly Pick<RegionOutputs, "region" | "votes">[],
    { quorum }: Topology,
): readonly string[] {
    return regions
        .map(({ region }) => region)
        .filter(
            (region) =>
                regions.filter(({ votes }) => votes[region] === "evacuate").length >= quorum,
        )
        .sort();
}

function createCaches(
    config: GlobalConfig,
    outputs: OutputsByRegion,
    dynamic: DynamicResources,
): GlobalCache {
    return new GlobalCache(
        "cache",
        {
            ...config,
            ...config.cache,
            regions: [...outputs].map(([region, of]) => ({
                region,
                subnetGroupName: of.cacheSubnetGroup,
                securityGroupId: of.cacheSecurityGroupId,
                userGroupId: of.cacheUserGroup,
                logGroupName: of.cacheLogGroup,
                keyArn: of.cacheKeyArn,
            })),
        },
        { providers: [dynamic] },
    );
}

function createReceiptKeys(config: GlobalConfig, outputs: OutputsByRegion): ReceiptKeys {
    return new ReceiptKeys("receipt-keys", {
        accountId: config.accountId,
        home: config.receiptKeysHome ?? config.tableHome,
        regions: [...outputs].map(([region, of]) => ({
            region,
            keyArn: of.receiptKeysKeyArn,
            rotatorArn: of.receiptKeyRotatorArn,
            readerRoleName: of.serviceRoleName,
        })),
        deletionProtection: config.deletionProtection,
    });
}

function createRouting(
    config: GlobalConfig,
    topology: Topology,
    outputs: OutputsByRegion,
    writer: GlobalWriter,
): RoutingPolicy {
    return new RoutingPolicy("routing", {
        zoneId: config.zoneId,
        domain: config.domain,
        quorum: topology.quorum,
        writer: config.writer,
        standby: config.standby,
        writeAfter: [writer],
        residency: config.residency,
        healthPath,
        deletionProtection: config.deletionProtection,
        regions: [...outputs].map(([region, of]) => {
            const sharePercent = config.shares[region];
            return {
                region,
                away: topology.regions[region]?.away ?? "",
                ...(sharePercent === undefined ? {} : { sharePercent }),
                loadBalancerDnsName: of.loadBalancerDnsName,
                loadBalancerZoneId: of.loadBalancerZoneId,
                votesHost: of.votesHost,
            };
        }),
    });
}

function createEdge(config: GlobalConfig, topology: Topology, outputs: OutputsByRegion): Edge {
    return new Edge("edge", {
        ...config,
        // Where most of the edges are nearest to is asked first: the second one is another.
        secondaryRegion:
            config.edgeSecondary ?? topology.regions[config.tableHome]?.away ?? config.tableHome,
        catalogueReadsPerFiveMinutes: config.requestsPerFiveMinutes,
        topicArns: topicsIn(Edge.home, outputs),
    });
}

/** Its control plane is in us-west-2: a dial can be set while Route 53's is gone. */
function createAccelerator(config: GlobalConfig, outputs: OutputsByRegion): Accelerator {
    return new Accelerator("direct", {
        accountId: config.accountId,
        zoneId: config.zoneId,
        domain: config.domain,
        healthPath,
        logRegion: config.region,
        logRetentionDays: config.logRetentionDays,
        deletionProtection: config.deletionProtection,
        regions: [...outputs].map(([region, of]) => ({
            region,
            loadBalancerArn: of.loadBalancerArn,
            ...dialOf(config.dials, region),
        })),
    });
}

/** Alarms publish in their own region only; a platform without that region has to watch them otherwise. */
function topicsIn(region: string, outputs: OutputsByRegion): readonly pulumi.Output<string>[] {
    const of = outputs.get(region);
    return of === undefined ? [] : [of.alarmTopicArn];
}
