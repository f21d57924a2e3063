import { randomBytes } from "node:crypto";

import * as rds from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";

import { databaseLog } from "./databaseSettings";
import { refuseProblems } from "./errors";
import { globalDatabaseProblems } from "./globalDatabaseProblems";

/** A region's place for its cluster, made by its own stack. */
export interface DatabaseMember {
    readonly region: string;
    readonly subnetGroupName: pulumi.Input<string>;
    readonly securityGroupId: pulumi.Input<string>;
    readonly parameterGroupName: pulumi.Input<string>;
    /** Customer-managed key of that region: a key is of no use outside its own. */
    readonly keyArn: pulumi.Input<string>;
}

export interface GlobalDatabaseArgs {
    readonly globalClusterIdentifier: string;
    readonly databaseName: string;
    /** Region whose cluster is made first. It stays so, whoever writes later. */
    readonly home: string;
    readonly members: readonly DatabaseMember[];
    readonly engineVersion: string;
    /** Not burstable: a global database takes none. */
    readonly instanceClass: string;
    /** Instances of each cluster, in different zones. */
    readonly instances: number;
    readonly backupDays: number;
    readonly deletionProtection: boolean;
}

export interface DatabaseCluster {
    readonly region: string;
    readonly identifier: pulumi.Output<string>;
    readonly arn: pulumi.Output<string>;
    /** Leads to the instance that writes, once the cluster is the one that writes. */
    readonly endpoint: pulumi.Output<string>;
    readonly readerEndpoint: pulumi.Output<string>;
    /** What IAM knows the cluster by. */
    readonly resourceId: pulumi.Output<string>;
}

const engine = "aurora-postgresql";

/**
 * AWS's to change, in a switchover or a failover: who replicates from whom, and what follows from it. The
 * writer is owned by `GlobalWriter`, and by no property of a cluster.
 */
const roles = ["globalClusterIdentifier", "replicationSourceIdentifier", "masterUsername"];

/** Given once and never again; see `unknownPassword`. */
const givenOnce = ["masterPasswordWo"];

/**
 * An Aurora global database: a PostgreSQL cluster in every region, each encrypted with that region's own
 * key, with backups, deletion protection and IAM database authentication.
 *
 * The clusters are the global stack's, each in its own region: a secondary can be made only when the
 * global cluster is there and its primary has an instance, so region stacks that deploy in parallel
 * cannot own them. Every call is still to the cluster's own region alone.
 *
 * Refuses what AWS refuses, before anything is created.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html
 */
export class GlobalDatabase extends pulumi.ComponentResource {
    readonly globalClusterIdentifier: pulumi.Output<string>;
    readonly clusters: readonly DatabaseCluster[];
    /** Everything whose creation must be over before roles can change. */
    readonly instances: readonly rds.ClusterInstance[];

    constructor(name: string, args: GlobalDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:GlobalDatabase", name, {}, opts);
        refuseProblems(
            `global database ${args.globalClusterIdentifier}`,
            globalDatabaseProblems(args),
            this,
        );

        const global = new rds.GlobalCluster(
            name,
            {
                region: args.home,
                globalClusterIdentifier: args.globalClusterIdentifier,
                engine,
                engineVersion: args.engineVersion,
                storageEncrypted: true,
                deletionProtection: args.deletionProtection,
            },
            { parent: this, protect: args.deletionProtection },
        );
        const clusters: DatabaseCluster[] = [];
        const instances: rds.ClusterInstance[] = [];
        const first = args.members.filter(({ region }) => region === args.home);
        const rest = args.members.filter(({ region }) => region !== args.home);
        for (const member of [...first, ...rest]) {
            const isFirst = member.region === args.home;
            // The log of the first cluster is what the others start from.
            const cluster = this.createCluster(name, args, member, global, isFirst, [
                ...(isFirst ? [] : instances.slice(0, args.instances)),
            ]);
            instances.push(...this.createInstances(name, args, member, cluster));
            clusters.push({
                region: member.region,
                identifier: cluster.clusterIdentifier,
                arn: cluster.arn,
                endpoint: cluster.readerEndpoint.apply(writerEndpointOf),
                readerEndpoint: cluster.readerEndpoint,
                resourceId: cluster.clusterResourceId,
            });
        }
        this.globalClusterIdentifier = global.globalClusterIdentifier;
        this.clusters = clusters;
        this.instances = instances;
        this.registerOutputs({ globalClusterIdentifier: this.globalClusterIdentifier });
    }

    private createCluster(
        name: string,
        args: GlobalDatabaseArgs,
        member: DatabaseMember,
        global: rds.GlobalCluster,
        isFirst: boolean,
        after: readonly pulumi.Resource[],
    ): rds.Cluster {
        const { region } = member;
        return new rds.Cluster(
            `${name}-${region}`,
            {
                region,
                clusterIdentifier: `${args.globalClusterIdentifier}-${region}`,
                globalClusterIdentifier: global.id,
                engine,
                engineVersion: args.engineVersion,
                ...(isFirst
                    ? {
                          databaseName: args.databaseName,
                          masterUsername: "meridian",
                          masterPasswordWo: unknownPassword(),
                          masterPasswordWoVersion: 1,
                      }
                    : {}),
                dbSubnetGroupName: member.subnetGroupName,
                vpcSecurityGroupIds: [member.securityGroupId],
                dbClusterParameterGroupName: member.parameterGroupName,
                storageEncrypted: true,
                kmsKeyId: member.keyArn,
                iamDatabaseAuthenticationEnabled: true,
                backupRetentionPeriod: args.backupDays,
                preferredBackupWindow: "03:00-04:00",
                preferredMaintenanceWindow: "sun:04:30-sun:05:30",
                copyTagsToSnapshot: true,
                enabledCloudwatchLogsExports: [databaseLog],
                deletionProtection: args.deletionProtection,
                finalSnapshotIdentifier: `${args.globalClusterIdentifier}-${region}-final`,
                skipFinalSnapshot: !args.deletionProtection,
            },
            {
                parent: this,
                protect: args.deletionProtection,
                dependsOn: [...after],
                ignoreChanges: isFirst ? [...roles, ...givenOnce] : roles,
            },
        );
    }

    private createInstances(
        name: string,
        args: GlobalDatabaseArgs,
        { region, keyArn }: DatabaseMember,
        cluster: rds.Cluster,
    ): readonly rds.ClusterInstance[] {
        return Array.from(
            { length: args.instances },
            (_, index) =>
                new rds.ClusterInstance(
                    `${name}-${region}-${index + 1}`,
                    {
                        region,
                        identifier: `${args.globalClusterIdentifier}-${region}-${index + 1}`,
                        clusterIdentifier: cluster.id,
                        engine,
                        instanceClass: args.instanceClass,
                        publiclyAccessible: false,
                        promotionTier: index,
                        copyTagsToSnapshot: true,
                        performanceInsightsEnabled: true,
                        performanceInsightsKmsKeyId: keyArn,
                    },
                    { parent: this },
                ),
        );
    }
}

/**
 * The name that leads to the writer of a cluster, by the name that leads to its readers. RDS tells a
 * cluster's own only while it is the primary (hashicorp/terraform-provider-aws#14219); a secondary has
 * the one that it gets when it is promoted.
 *
 * @throws Error for what is no reader endpoint of a cluster
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html#aurora-global-database-disaster-recovery.managed-failover
 */
export function writerEndpointOf(readerEndpoint: string): string {
    if (!readerEndpoint.includes(".cluster-ro-")) {
        throw new Error(
            `the reader endpoint of a cluster must have \`.cluster-ro-\` in it, got ${JSON.stringify(readerEndpoint)}; refresh the global stack`,
        );
    }
    return readerEndpoint.replace(".cluster-ro-", ".cluster-");
}

/**
 * A password that nobody ever learns: AWS wants one for the master user, and cannot manage it itself in a
 * global database. Write-only, so that no output has it; as an input it is a secret of the state, and it
 * is never asked for again.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html#rds-secrets-manager-limitations
 */
function unknownPassword(): pulumi.Output<string> {
    return pulumi.secret(randomBytes(32).toString("base64url"));
}
