import type { Props } from "../../../sandbox/world/store";
import type { Account, Made } from "./account";

export const types = {
    cluster: "aws:rds/cluster:Cluster",
    global: "aws:rds/globalCluster:GlobalCluster",
    instance: "aws:rds/clusterInstance:ClusterInstance",
    parameters: "aws:rds/clusterParameterGroup:ClusterParameterGroup",
    subnets: "aws:rds/subnetGroup:SubnetGroup",
} as const;

export const globalId = "shop";

/** A key, two subnets in two zones and a security group in the region, in one VPC. */
export function givenPlace(account: Account, region: string): void {
    account.given("aws:kms/key:Key", `key-${region}`, { keyId: `key-${region}` }, region);
    for (const zone of ["a", "b"]) {
        account.given(
            "aws:ec2/subnet:Subnet",
            `subnet-${zone}`,
            { vpcId: "vpc-1", availabilityZone: region + zone },
            region,
        );
    }
    account.given("aws:ec2/securityGroup:SecurityGroup", "sg-1", { vpcId: "vpc-1" }, region);
}

export function keyArn(region: string): string {
    return `arn:aws:kms:${region}:111122223333:key/key-${region}`;
}

export const globalInputs: Props = {
    globalClusterIdentifier: globalId,
    engine: "aurora-postgresql",
    engineVersion: "17.5",
    storageEncrypted: true,
};

/** Of any member. */
export function memberInputs(region: string, more: Props = {}): Props {
    return {
        clusterIdentifier: `shop-${region}`,
        engine: "aurora-postgresql",
        engineVersion: "17.5",
        globalClusterIdentifier: globalId,
        storageEncrypted: true,
        kmsKeyId: keyArn(region),
        skipFinalSnapshot: true,
        ...more,
    };
}

/** Of the first member. */
export function primaryInputs(region: string, more: Props = {}): Props {
    return memberInputs(region, {
        masterUsername: "meridian",
        masterPassword: "correct-horse-battery",
        databaseName: "storefront",
        ...more,
    });
}

export function instanceInputs(region: string, more: Props = {}): Props {
    return {
        identifier: `shop-${region}-1`,
        clusterIdentifier: `shop-${region}`,
        engine: "aurora-postgresql",
        instanceClass: "db.r6g.large",
        ...more,
    };
}

/** A global cluster whose first region has the writer. */
export async function createGlobal(
    account: Account,
    regions: readonly string[],
    more: Props = {},
): Promise<ReadonlyMap<string, Made>> {
    await account.create(types.global, globalInputs, regions[0]);
    const made = new Map<string, Made>();
    for (const [at, region] of regions.entries()) {
        givenPlace(account, region);
        const inputs = at === 0 ? primaryInputs(region, more) : memberInputs(region, more);
        made.set(region, await account.create(types.cluster, inputs, region));
        await account.create(types.instance, instanceInputs(region), region);
    }
    return made;
}
