import { tokens } from "../../../sandbox/aws/elasticache/tokens";
import type { Props } from "../../../sandbox/world/store";
import type { Account } from "./account";
import { accountId } from "./fakeWorld";

export const dataKey = (region: string): string => `arn:aws:kms:${region}:${accountId}:key/data`;

/** A key policy that lets ElastiCache use the key for the account. */
export function cacheKeyPolicy(region: string): string {
    return JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Principal: { AWS: `arn:aws:iam::${accountId}:root` },
                Action: ["kms:CreateGrant", "kms:DescribeKey", "kms:GenerateDataKey*"],
                Resource: "*",
                Condition: {
                    StringEquals: {
                        "kms:ViaService": `elasticache.${region}.amazonaws.com`,
                        "kms:CallerAccount": accountId,
                    },
                },
            },
        ],
    });
}

/** What a cache stands on in a region: subnets, security group, key, log group and users. */
export async function givenCacheGround(account: Account, region: string): Promise<void> {
    for (const zone of ["a", "b"]) {
        account.given(
            "aws:ec2/subnet:Subnet",
            `subnet-${zone}`,
            { vpcId: "vpc-1", availabilityZone: region + zone },
            region,
        );
    }
    account.given("aws:ec2/securityGroup:SecurityGroup", "sg-1", { vpcId: "vpc-1" }, region);
    account.given(
        "aws:kms/key:Key",
        "data",
        { arn: dataKey(region), policy: cacheKeyPolicy(region) },
        region,
    );
    account.given("aws:cloudwatch/logGroup:LogGroup", "/meridian/cache", {}, region);
    await account.create(
        tokens.subnetGroup,
        { name: "cache", subnetIds: ["subnet-a", "subnet-b"] },
        region,
    );
    await account.create(
        tokens.user,
        {
            userId: "nobody",
            userName: "default",
            engine: "redis",
            accessString: "off -@all",
            noPasswordRequired: true,
        },
        region,
    );
    await account.create(
        tokens.user,
        {
            userId: "storefront",
            userName: "storefront",
            engine: "redis",
            accessString: "on ~catalogue:* -@all +@connection +get +mget +set +del",
            authenticationMode: { type: "iam" },
        },
        region,
    );
    await account.create(
        tokens.userGroup,
        { userGroupId: "storefront", engine: "redis", userIds: ["nobody", "storefront"] },
        region,
    );
}

/** Valid inputs of a group of its own, fit to be the primary of a datastore; a test breaks one. */
export function primaryInputs(region: string, changes: Props = {}): Props {
    return {
        replicationGroupId: `cache-${region}`,
        description: "cache",
        engine: "redis",
        engineVersion: "7.1",
        nodeType: "cache.m6g.large",
        numCacheClusters: 2,
        automaticFailoverEnabled: true,
        multiAzEnabled: true,
        atRestEncryptionEnabled: true,
        kmsKeyId: dataKey(region),
        transitEncryptionEnabled: true,
        transitEncryptionMode: "required",
        subnetGroupName: "cache",
        securityGroupIds: ["sg-1"],
        userGroupIds: ["storefront"],
        snapshotRetentionLimit: 1,
        ...changes,
    };
}

/** Valid inputs of a secondary; a test breaks one. */
export function secondaryInputs(region: string, datastoreId: string, changes: Props = {}): Props {
    return {
        replicationGroupId: `cache-${region}`,
        description: "cache",
        globalReplicationGroupId: datastoreId,
        numCacheClusters: 2,
        automaticFailoverEnabled: true,
        multiAzEnabled: true,
        kmsKeyId: dataKey(region),
        subnetGroupName: "cache",
        securityGroupIds: ["sg-1"],
        userGroupIds: ["storefront"],
        snapshotRetentionLimit: 1,
        ...changes,
    };
}

/** A datastore over the regions, the first its primary, each on its own ground; returns its id. */
export async function givenDatastore(
    account: Account,
    regions: readonly [string, ...string[]],
): Promise<string> {
    const [home, ...others] = regions;
    await givenCacheGround(account, home);
    const primary = await account.create(tokens.replicationGroup, primaryInputs(home), home);
    const datastore = await account.create(
        tokens.globalReplicationGroup,
        { globalReplicationGroupIdSuffix: "cache", primaryReplicationGroupId: primary.id },
        home,
    );
    for (const region of others) {
        await givenCacheGround(account, region);
        await account.create(
            tokens.replicationGroup,
            secondaryInputs(region, datastore.id),
            region,
        );
    }
    return datastore.id;
}
