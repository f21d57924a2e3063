/** What region stacks and the global stack both have to know of the database. */
export const databaseName = "storefront";

export const globalClusterIdentifier = "meridian";

/** A region's cluster of the global one. */
export function clusterIdentifierOf(region: string): string {
    return `${globalClusterIdentifier}-${region}`;
}

/** What a cluster sends to CloudWatch Logs. */
export const databaseLog = "postgresql";

/**
 * Where it goes; Aurora makes the group itself where there is none, without retention and without a key.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.CloudWatch.Publishing.html
 */
export function databaseLogGroup(region: string): string {
    return `/aws/rds/cluster/${clusterIdentifierOf(region)}/${databaseLog}`;
}

/** Who the storefront signs in as, by IAM; made by runtime/service/database/setUp.sql. */
export const databaseUser = "storefront";
