import * as elasticache from "@pulumi/aws/elasticache";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";

import { CachePrimary } from "./cachePrimary";
import { cachePrimaryOf, cacheProblems, type CachePlan } from "./cacheProblems";
import { cacheEngine, cacheIdOf, cachePort } from "./cacheSettings";
import { domainNames } from "./domainNames";
import { refuseProblems } from "./errors";

/** What a region's stack has made ready for its cache. */
export interface CacheRegion {
    readonly region: string;
    readonly subnetGroupName: pulumi.Input<string>;
    readonly securityGroupId: pulumi.Input<string>;
    readonly userGroupId: pulumi.Input<string>;
    readonly logGroupName: pulumi.Input<string>;
    /** Customer-managed key of that region. */
    readonly keyArn: pulumi.Input<string>;
}

export interface GlobalCacheArgs extends CachePlan {
    /** Has the primary's role where the plan names nobody. */
    readonly writer: string;
    readonly domain: string;
    readonly zoneId: string;
    readonly regions: readonly CacheRegion[];
}

/** A node and a replica: a lost zone is survived, a lost node costs seconds. */
const nodes = 2;

/**
 * Of a member, what AWS lets nobody change on the member alone ("is part of a global cluster. Request
 * rejected"), and changes by itself. On joining, the founder too, a member gets a parameter group of AWS's
 * making (`global-datastore-...`), which no API takes a wish for; whether it has the founder's values, AWS
 * does not say. Nothing here needs them: every key of the storefront has an end, so that `volatile-lru`,
 * the engine's default, evicts the same.
 *
 * @see https://github.com/hashicorp/terraform-provider-aws/pull/49110
 * @see https://github.com/hashicorp/terraform-provider-aws/issues/47644
 */
const decidedByDatastore = [
    "autoMinorVersionUpgrade",
    "automaticFailoverEnabled",
    "parameterGroupName",
];

/** How soon the storefront learns of another endpoint, seconds. */
const recordTtlSeconds = 30;

/**
 * Every region's cache. Some share a global datastore, whose secondaries are warm when the primary's
 * region is lost; AWS lets it span three regions, so the others have a cache of their own that starts
 * cold. Which is which is one choice, and so all of them belong to one stack.
 *
 * Nothing here says who is primary: `CachePrimary` alone owns that. The founder of the datastore differs
 * from its secondaries only in that it says the settings that they take over.
 */
export class GlobalCache extends pulumi.ComponentResource {
    /** Id of the global datastore, if regions share one. */
    readonly datastoreId: pulumi.Output<string> | undefined;

    constructor(name: string, args: GlobalCacheArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:GlobalCache", name, {}, opts);
        const names = args.regions.map(({ region }) => region);
        refuseProblems("the caches", cacheProblems(args, args.writer, names), this);

        const [founder, ...others] = args.datastore.flatMap((region) =>
            args.regions.filter((candidate) => candidate.region === region),
        );
        const alone = args.regions.filter(({ region }) => !args.datastore.includes(region));
        const groups = new Map<string, elasticache.ReplicationGroup>(
            [...(founder === undefined ? [] : [founder]), ...alone].map((of) => [
                of.region,
                this.createGroup(
                    name,
                    of,
                    this.ownSettings(name, of, args.nodeType),
                    of === founder ? { ignoreChanges: decidedByDatastore } : {},
                ),
            ]),
        );
        const first = founder === undefined ? undefined : groups.get(founder.region);
        if (first !== undefined && founder !== undefined) {
            this.datastoreId = this.createDatastore(name, founder, first, others, groups);
            new CachePrimary(
                `${name}-primary`,
                {
                    datastoreId: this.datastoreId,
                    primary: cachePrimaryOf(args, args.writer),
                    members: Object.fromEntries(
                        [...args.datastore].sort().map((region) => [region, cacheIdOf(region)]),
                    ),
                },
                { parent: this, dependsOn: [...groups.values()] },
            );
        }
        this.createRecords(name, args, groups);

        this.registerOutputs({ datastoreId: this.datastoreId });
    }

    private createDatastore(
        name: string,
        founder: CacheRegion,
        first: elasticache.ReplicationGroup,
        others: readonly CacheRegion[],
        groups: Map<string, elasticache.ReplicationGroup>,
    ): pulumi.Output<string> {
        const datastore = new elasticache.GlobalReplicationGroup(
            name,
            {
                region: founder.region,
                globalReplicationGroupIdSuffix: "meridian-cache",
                globalReplicationGroupDescription: "Cache of the storefront",
                primaryReplicationGroupId: first.replicationGroupId,
            },
            {
                parent: this,
                // AWS answers with the primary of the day. To the provider any other than the founder
                // is a reason to delete the datastore and make it anew.
                ignoreChanges: ["primaryReplicationGroupId"],
            },
        );
        // While one group joins, the datastore is "modifying" and takes no other:
        // https://github.com/hashicorp/terraform-provider-aws/issues/20180
        let before: pulumi.Resource = datastore;
        for (const of of others) {
            const settings = { globalReplicationGroupId: datastore.globalReplicationGroupId };
            const group = this.createGroup(name, of, settings, {
                dependsOn: before,
                ignoreChanges: decidedByDatastore,
            });
            groups.set(of.region, group);
            before = group;
        }
        return datastore.globalReplicationGroupId;
    }

    /** What a group says for itself that a secondary takes from its datastore. */
    private ownSettings(
        name: string,
        of: CacheRegion,
        nodeType: string,
    ): Partial<elasticache.ReplicationGroupArgs> {
        const { region } = of;
        const parameters = new elasticache.ParameterGroup(
            `${name}-${region}`,
            {
                region,
                name: "meridian-cache",
                description: "Cache of the storefront",
                family: cacheEngine.family,
                // Everything in it can be read again: what is oldest goes first, whether it has a life or not.
                parameters: [{ name: "maxmemory-policy", value: "allkeys-lru" }],
            },
            { parent: this },
        );
        return {
            engine: cacheEngine.engine,
            engineVersion: cacheEngine.version,
            nodeType,
            parameterGroupName: parameters.name,
            atRestEncryptionEnabled: true,
            transitEncryptionEnabled: true,
            transitEncryptionMode: "required",
        };
    }

    private createGroup(
        name: string,
        of: CacheRegion,
        settings: Partial<elasticache.ReplicationGroupArgs>,
        options: pulumi.CustomResourceOptions,
    ): elasticache.ReplicationGroup {
        const { region } = of;
        return new elasticache.ReplicationGroup(
            `${name}-${region}`,
            {
                region,
                replicationGroupId: cacheIdOf(region),
                description: `Cache of the storefront in ${region}`,
                port: cachePort,
                numCacheClusters: nodes,
                automaticFailoverEnabled: true,
                multiAzEnabled: true,
                kmsKeyId: of.keyArn,
                subnetGroupName: of.subnetGroupName,
                securityGroupIds: [of.securityGroupId],
                userGroupIds: [of.userGroupId],
                snapshotRetentionLimit: 1,
                snapshotWindow: "03:00-04:00",
                maintenanceWindow: "sun:04:30-sun:05:30",
                applyImmediately: true,
                logDeliveryConfigurations: ["engine-log", "slow-log"].map((logType) => ({
                    destination: of.logGroupName,
                    destinationType: "cloudwatch-logs",
                    logFormat: "json",
                    logType,
                })),
                ...settings,
            },
            { parent: this, ...options },
        );
    }

    /**
     * Where each region's cache is, for the storefront of that region, which was deployed before. Only
     * the name is public; the addresses it leads to are private ones.
     */
    private createRecords(
        name: string,
        args: GlobalCacheArgs,
        groups: ReadonlyMap<string, elasticache.ReplicationGroup>,
    ): void {
        for (const [region, group] of groups) {
            new route53.Record(
                `${name}-${region}`,
                {
                    zoneId: args.zoneId,
                    name: domainNames(args.domain).cache(region),
                    type: "CNAME",
                    ttl: recordTtlSeconds,
                    records: [group.primaryEndpointAddress],
                },
                { parent: this },
            );
        }
    }
}
