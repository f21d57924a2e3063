import * as iam from "@pulumi/aws/iam";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";

import { databaseUser } from "./databaseSettings";
import { domainNames } from "./domainNames";
import type { DatabaseCluster } from "./globalDatabase";
import { policyDocument } from "./policyDocument";
import { taskRoleNameOf } from "./servicePermissions";

export interface DatabaseAccessArgs {
    readonly accountId: string;
    readonly domain: string;
    readonly zoneId: string;
    readonly clusters: readonly Pick<
        DatabaseCluster,
        "region" | "endpoint" | "readerEndpoint" | "resourceId"
    >[];
}

/** How soon the storefront learns of another endpoint, seconds. */
const recordTtlSeconds = 30;

/**
 * What a region's storefront, which was deployed before, needs of its region's cluster: where it is, and
 * IAM's word for one user of that one cluster. Both are the same whoever writes: nothing here changes in a
 * failover. Only the names are public; the addresses they lead to are private ones.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
 */
export class DatabaseAccess extends pulumi.ComponentResource {
    constructor(name: string, args: DatabaseAccessArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:DatabaseAccess", name, {}, opts);

        for (const cluster of args.clusters) {
            const { region } = cluster;
            const names = domainNames(args.domain).database(region);
            this.createRecord(`${name}-${region}`, args.zoneId, names.writer, cluster.endpoint);
            this.createRecord(
                `${name}-${region}-reader`,
                args.zoneId,
                names.reader,
                cluster.readerEndpoint,
            );
            new iam.RolePolicy(
                `${name}-${region}`,
                {
                    role: taskRoleNameOf(region),
                    name: "database",
                    policy: policyDocument([
                        {
                            Sid: "ConnectToDatabase",
                            Effect: "Allow",
                            Action: "rds-db:connect",
                            Resource: pulumi.interpolate`arn:aws:rds-db:${region}:${args.accountId}:dbuser:${cluster.resourceId}/${databaseUser}`,
                        },
                    ]),
                },
                { parent: this },
            );
        }

        this.registerOutputs();
    }

    private createRecord(
        name: string,
        zoneId: string,
        record: string,
        endpoint: pulumi.Input<string>,
    ): void {
        new route53.Record(
            name,
            { zoneId, name: record, type: "CNAME", ttl: recordTtlSeconds, records: [endpoint] },
            { parent: this },
        );
    }
}
