import * as pulumi from "@pulumi/pulumi";

import { GlobalCache } from "../components/globalCache";
import { Accelerator } from "../components/accelerator";
import { GlobalTable } from "../components/globalTable";
import { LeverAlarms } from "../components/leverAlarms";
import { RoutingPolicy } from "../components/routingPolicy";
import { dialOf, type GlobalConfig } from "./config";
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
    const routing = createRouting(config, topology, outputs);
    createCaches(config, outputs);
    const accelerator = createAccelerator(config, outputs);
    new LeverAlarms("levers", {
        healthCheckIds: routing.healthChecks.lever,
        topicArns: topicsIn(LeverAlarms.region, outputs),
    });
    const { endpoint, vote, notEvacuated, inService, lever } = routing.healthChecks;
    return {
        schemaVersion: 1,
        zoneId: config.zoneId,
        applicationName: routing.applicationName,
        writeName: routing.writeName,
        directName: accelerator.directName,
        tableName: table.tableName,
        writer: config.writer,
        shares: routing.shares,
        dials: accelerator.dials,
        healthChecks: { endpoint, vote, notEvacuated, inService, lever },
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

function createCaches(config: GlobalConfig, outputs: OutputsByRegion): GlobalCache {
    return new GlobalCache("cache", {
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
    });
}

function createRouting(
    config: GlobalConfig,
    topology: Topology,
    outputs: OutputsByRegion,
): RoutingPolicy {
    return new RoutingPolicy("routing", {
        zoneId: config.zoneId,
        domain: config.domain,
        quorum: topology.quorum,
        writer: config.writer,
        standby: config.standby,
        residency: config.residency,
        healthPath,
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

/** Its control plane is in us-west-2: a dial can be set while Route 53's is gone. */
function createAccelerator(config: GlobalConfig, outputs: OutputsByRegion): Accelerator {
    return new Accelerator("direct", {
        accountId: config.accountId,
        zoneId: config.zoneId,
        domain: config.domain,
        healthPath,
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
