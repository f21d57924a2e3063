import { expect } from "chai";

import { datastoreOf } from "../../../sandbox/aws/elasticache/members";
import { tokens } from "../../../sandbox/aws/elasticache/tokens";
import type { Props } from "../../../sandbox/world/store";
import { Account, refusal, settings, urnOf, type Made } from "../support/account";
import {
    dataKey,
    givenCacheGround,
    givenDatastore,
    primaryInputs,
    secondaryInputs,
} from "../support/caches";
import { accountId } from "../support/fakeWorld";

const home = "us-east-1";
const user: Props = {
    userId: "app",
    userName: "app",
    engine: "redis",
    accessString: "on ~* +@all",
    authenticationMode: { type: "iam" },
};

describe("ElastiCache", () => {
    let account: Account;

    beforeEach(() => (account = new Account()));
    afterEach(() => account.close());

    const group = (changes: Props = {}, region = home): Promise<Made> =>
        account.create(tokens.replicationGroup, primaryInputs(region, changes), region);

    describe("subnet groups", () => {
        it("are of one VPC, which they tell", async () => {
            await givenCacheGround(account, home);
            const made = account.world.store.get(tokens.subnetGroup, home, "cache");
            expect(made?.outputs).to.deep.include({
                arn: `arn:aws:elasticache:${home}:${accountId}:subnetgroup:cache`,
                vpcId: "vpc-1",
            });
            account.given("aws:ec2/subnet:Subnet", "subnet-x", { vpcId: "vpc-2" }, home);
            const create = (subnetIds: readonly string[]) =>
                account.create(tokens.subnetGroup, { name: "other", subnetIds }, home);
            expect(await refusal(create(["subnet-a", "subnet-x"]))).to.contain("in one VPC");
            expect(await refusal(create(["subnet-z"]))).to.contain("'subnet-z' does not exist");
        });

        it("need a subnet and a name of their own", () => {
            const failures = (inputs: Props) => account.failures(tokens.subnetGroup, inputs);
            expect(failures({ name: "cache", subnetIds: ["subnet-a"] })).to.deep.equal([]);
            expect(failures({ name: "cache", subnetIds: [] })[0]).to.contain("at least one");
            expect(failures({ name: "default", subnetIds: ["s"] })[0]).to.contain("default");
            expect(failures({ name: "a--b", subnetIds: ["s"] })[0]).to.contain("single hyphens");
        });

        it("stay while a cache is in them", async () => {
            await givenCacheGround(account, home);
            await group();
            const made = account.world.store.get(tokens.subnetGroup, home, "cache") as Made;
            expect(await refusal(account.delete(tokens.subnetGroup, made, home))).to.contain(
                "CacheSubnetGroupInUse",
            );
        });
    });

    describe("parameter groups", () => {
        const valid = {
            name: "cache",
            family: "redis7",
            parameters: [{ name: "maxmemory-policy", value: "allkeys-lru" }],
        };
        const cases: readonly [string, Props, string][] = [
            ["an unknown family", { family: "redis9" }, "family: must be one of"],
            ["AWS's own names", { name: "default.mine" }, 'name: must not begin with "default."'],
            [
                "parameters that do not exist",
                { parameters: [{ name: "maxmemory-polcy", value: "allkeys-lru" }] },
                "parameters[0]: The parameter maxmemory-polcy cannot be modified",
            ],
            [
                "values that do not exist",
                { parameters: [{ name: "maxmemory-policy", value: "lru" }] },
                "parameters[0].value: must be one of allkeys-lfu",
            ],
        ];
        for (const [what, changes, message] of cases) {
            it(`refuse ${what}`, () => {
                expect(account.failures(tokens.parameterGroup, valid)).to.deep.equal([]);
                expect(
                    account.failures(tokens.parameterGroup, { ...valid, ...changes }),
                ).to.satisfy((failures: string[]) => failures[0]?.startsWith(message));
            });
        }

        it("are of the family of the engine's version, and stay while in use", async () => {
            await givenCacheGround(account, home);
            const old = { ...valid, name: "old", family: "redis6.x" };
            await account.create(tokens.parameterGroup, old, home);
            expect(await refusal(group({ parameterGroupName: "old" }))).to.contain(
                "Expected a parameter group of family redis7 but found one of family redis6.x",
            );
            expect(await refusal(group({ parameterGroupName: "none" }))).to.contain(
                "CacheParameterGroupNotFound",
            );
            const made = await account.create(tokens.parameterGroup, valid, home);
            await group({ parameterGroupName: "cache" });
            expect(await refusal(account.delete(tokens.parameterGroup, made, home))).to.contain(
                "InvalidCacheParameterGroupState",
            );
            expect(await refusal(account.create(tokens.parameterGroup, valid, home))).to.contain(
                "already exists",
            );
        });
    });

    describe("users", () => {
        const cases: readonly [string, Props, string][] = [
            ["AWS's own id", { userId: "default", userName: "default" }, "userId: must not be"],
            ["an IAM user by another name", { userName: "other" }, "userName: an IAM user's name"],
            [
                "two ways to authenticate",
                { noPasswordRequired: true },
                "noPasswordRequired: exactly",
            ],
            [
                "no way to authenticate",
                { authenticationMode: undefined },
                "authenticationMode: exact",
            ],
            [
                "an unknown way",
                { authenticationMode: { type: "saml" } },
                "authenticationMode.type:",
            ],
            [
                "a short password",
                { authenticationMode: { type: "password", passwords: ["short"] } },
                "passwords: must be 1 or 2",
            ],
            [
                "a password that is not given",
                { authenticationMode: { type: "password" } },
                "authenticationMode.passwords: must be set",
            ],
            ["words that mean nothing", { accessString: "on all" }, "accessString: Invalid"],
            ["another engine", { engine: "memcached" }, "engine: must be one of redis, valkey"],
        ];
        for (const [what, changes, message] of cases) {
            it(`refuse ${what}`, () => {
                expect(account.failures(tokens.user, user)).to.deep.equal([]);
                expect(account.failures(tokens.user, { ...user, ...changes })).to.satisfy(
                    (failures: string[]) => failures[0]?.startsWith(message),
                );
            });
        }

        it("are there once", async () => {
            await account.create(tokens.user, user);
            expect(await refusal(account.create(tokens.user, user))).to.contain(
                "UserAlreadyExists",
            );
        });
    });

    describe("user groups", () => {
        const users = (...userIds: string[]) =>
            account.create(tokens.userGroup, { userGroupId: "g", engine: "redis", userIds });

        it("hold users that exist, one default among them, each name once", async () => {
            await account.create(tokens.user, user);
            await account.create(tokens.user, {
                ...user,
                userId: "nobody",
                userName: "default",
                authenticationMode: undefined,
                noPasswordRequired: true,
            });
            expect(await refusal(users("app"))).to.contain("DefaultUserRequired");
            expect(await refusal(users("app", "none"))).to.contain("User none not found");
            expect(await refusal(users("default", "nobody"))).to.contain("DuplicateUserName");
            expect((await users("app", "nobody")).outputs).to.include({ id: "g" });
            expect(await refusal(users("app", "default"))).to.contain("UserGroupAlreadyExists");
        });

        it("of Valkey need no default", async () => {
            await account.create(tokens.user, { ...user, engine: "valkey" });
            const inputs = { userGroupId: "g", engine: "valkey", userIds: ["app"] };
            expect((await account.create(tokens.userGroup, inputs)).id).to.equal("g");
        });

        it("stay while a cache has them", async () => {
            await givenCacheGround(account, home);
            await group();
            const made = account.world.store.get(tokens.userGroup, home, "storefront") as Made;
            expect(await refusal(account.delete(tokens.userGroup, made, home))).to.contain(
                "InvalidUserGroupState",
            );
        });
    });

    describe("replication groups", () => {
        it("have endpoints and what AWS chooses", async () => {
            await givenCacheGround(account, home);
            const { id, outputs } = await group();
            expect(id).to.equal("cache-us-east-1");
            expect(outputs).to.deep.include({
                arn: `arn:aws:elasticache:${home}:${accountId}:replicationgroup:${id}`,
                port: 6379,
                parameterGroupName: "default.redis7",
                memberClusters: [`${id}-001`, `${id}-002`],
            });
            expect(outputs.primaryEndpointAddress).to.match(
                /^master\.cache-us-east-1\.[a-z0-9]{6}\.use1\.cache\.amazonaws\.com$/,
            );
            expect(outputs.readerEndpointAddress).to.match(/^replica\./);
            expect(await refusal(group())).to.contain("ReplicationGroupAlreadyExists");
        });

        const cases: readonly [string, Props, string][] = [
            ["a long id", { replicationGroupId: "c".repeat(41) }, "replicationGroupId: must have"],
            ["an empty description", { description: "" }, "description: must not be empty"],
            ["many snapshots", { snapshotRetentionLimit: 36 }, "snapshotRetentionLimit: must be"],
            ["an unknown version", { engineVersion: "7.3" }, "engineVersion: must be a version"],
            ["an unknown engine", { engine: "memcached" }, "engine: must be one of"],
            ["no node type", { nodeType: undefined }, "nodeType: required unless"],
            ["a node type of EC2", { nodeType: "m6g.large" }, "nodeType: must be a node type"],
            [
                "Multi-AZ without failover",
                { automaticFailoverEnabled: false },
                "multiAzEnabled: requires automaticFailoverEnabled",
            ],
            ["failover to nobody", { numCacheClusters: 1 }, "numCacheClusters: must be at least 2"],
            [
                "nodes counted twice",
                { numNodeGroups: 1 },
                "numCacheClusters: conflicts with numNodeGroups",
            ],
            [
                "zones for other nodes",
                { preferredCacheClusterAzs: ["us-east-1a"] },
                "preferredCacheClusterAzs: must name a zone for each of the 2",
            ],
            [
                "a key for nothing",
                { atRestEncryptionEnabled: false },
                "kmsKeyId: requires atRestEncryptionEnabled",
            ],
            ["a key by its alias", { kmsKeyId: "alias/data" }, "kmsKeyId: must be the ARN"],
            [
                "users without TLS",
                { transitEncryptionEnabled: false },
                "userGroupIds: requires transitEncryptionEnabled",
            ],
            [
                "a token without TLS",
                {
                    transitEncryptionEnabled: false,
                    userGroupIds: undefined,
                    authToken: "0123456789abcdef",
                },
                "authToken: requires transitEncryptionEnabled",
            ],
            [
                "a token with a slash",
                { userGroupIds: undefined, authToken: "0123456789/abcdef" },
                "authToken: must have 16 to 128",
            ],
            [
                "a token beside users",
                { authToken: "0123456789abcdef" },
                "userGroupIds: conflicts with authToken",
            ],
            ["two user groups", { userGroupIds: ["a", "b"] }, "userGroupIds: at most one"],
            [
                "a log delivered twice",
                {
                    logDeliveryConfigurations: [1, 2].map(() => ({
                        destination: "/meridian/cache",
                        destinationType: "cloudwatch-logs",
                        logFormat: "json",
                        logType: "slow-log",
                    })),
                },
                "logDeliveryConfigurations: each log type",
            ],
            [
                "an unknown log",
                {
                    logDeliveryConfigurations: [
                        {
                            destination: "/meridian/cache",
                            destinationType: "cloudwatch-logs",
                            logFormat: "json",
                            logType: "error-log",
                        },
                    ],
                },
                "logDeliveryConfigurations[0].logType: must be one of engine-log, slow-log",
            ],
        ];
        for (const [what, changes, message] of cases) {
            it(`refuse ${what}`, () => {
                const failures = (inputs: Props): readonly string[] =>
                    account.failures(tokens.replicationGroup, inputs);
                expect(failures(primaryInputs(home))).to.deep.equal([]);
                expect(failures(primaryInputs(home, changes))).to.satisfy((found: string[]) =>
                    found[0]?.startsWith(message),
                );
            });
        }

        const absent: readonly [string, Props, string][] = [
            [
                "subnets of their own region",
                { subnetGroupName: "none" },
                "Cache Subnet Group none does not exist",
            ],
            [
                "a security group of their own VPC",
                { securityGroupIds: ["sg-9"] },
                "sg-9 is not in the VPC",
            ],
            ["users of their own region", { userGroupIds: ["none"] }, "User Group none not found"],
            [
                "a key of their own region",
                { kmsKeyId: dataKey("eu-west-1") },
                "does not exist in us-east-1",
            ],
            [
                "a log group of their own region",
                {
                    logDeliveryConfigurations: [
                        {
                            destination: "/none",
                            destinationType: "cloudwatch-logs",
                            logFormat: "json",
                            logType: "slow-log",
                        },
                    ],
                },
                "log group /none does not exist",
            ],
        ];
        for (const [what, changes, message] of absent) {
            it(`need ${what}`, async () => {
                await givenCacheGround(account, home);
                expect(await refusal(group(changes))).to.contain(message);
                await group();
            });
        }

        it("need a key whose policy lets ElastiCache use it", async () => {
            await givenCacheGround(account, home);
            const policy = JSON.stringify({
                Version: "2012-10-17",
                Statement: [
                    {
                        Effect: "Allow",
                        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
                        Action: ["kms:CreateGrant", "kms:DescribeKey"],
                        Resource: "*",
                        Condition: {
                            StringEquals: { "kms:ViaService": `dynamodb.${home}.amazonaws.com` },
                        },
                    },
                ],
            });
            account.given("aws:kms/key:Key", "data", { arn: dataKey(home), policy }, home);
            expect(await refusal(group())).to.contain("cannot be used by ElastiCache");
        });

        it("need two zones to survive the loss of one", async () => {
            await givenCacheGround(account, home);
            await account.create(
                tokens.subnetGroup,
                { name: "narrow", subnetIds: ["subnet-a"] },
                home,
            );
            const narrow = { subnetGroupName: "narrow" };
            expect(await refusal(group(narrow))).to.contain("at least 2 Availability Zones");
            await group({ ...narrow, multiAzEnabled: false });
        });

        it("take IAM users from Redis 7.0 on", async () => {
            await givenCacheGround(account, home);
            expect(await refusal(group({ engineVersion: "6.2" }))).to.contain(
                "IAM authentication needs Redis OSS 7.0 or above, got 6.2",
            );
            await group({ engineVersion: "7.0" });
        });

        it("are replaced by what cannot change in place", () => {
            const replacedBy = (changes: Props): readonly string[] =>
                account.controlPlane.diff({
                    settings: settings(home),
                    urn: urnOf(tokens.replicationGroup, "r1"),
                    id: "cache-us-east-1",
                    olds: primaryInputs(home),
                    oldInputs: primaryInputs(home),
                    news: primaryInputs(home, changes),
                    ignoreChanges: [],
                }).replaces;
            expect(replacedBy({ kmsKeyId: dataKey("eu-west-1") })).to.deep.equal(["kmsKeyId"]);
            expect(replacedBy({ subnetGroupName: "other" })).to.deep.equal(["subnetGroupName"]);
            expect(replacedBy({ nodeType: "cache.m6g.xlarge" })).to.deep.equal([]);
        });
    });

    describe("global datastores", () => {
        it("span three regions and no more, each once", async () => {
            const id = await givenDatastore(account, [home, "eu-west-1", "ap-south-1"]);
            expect(id).to.match(/^[a-z]{5}-cache$/);
            const datastore = datastoreOf(account.world.store, id);
            expect(datastore?.primary.region).to.equal(home);
            expect(datastore?.secondaries.map(({ region }) => region)).to.deep.equal([
                "eu-west-1",
                "ap-south-1",
            ]);
            await givenCacheGround(account, "ap-east-1");
            const join = (region: string, changes: Props = {}) =>
                account.create(
                    tokens.replicationGroup,
                    secondaryInputs(region, id, changes),
                    region,
                );
            expect(await refusal(join("ap-east-1"))).to.contain(
                "at most 2 secondary clusters; " + id + " has them in eu-west-1, ap-south-1",
            );
        });

        it("have one cluster a region", async () => {
            const id = await givenDatastore(account, [home, "eu-west-1"]);
            const again = secondaryInputs("eu-west-1", id, { replicationGroupId: "another" });
            expect(
                await refusal(account.create(tokens.replicationGroup, again, "eu-west-1")),
            ).to.contain("already has a cluster in eu-west-1");
        });

        it("give their secondaries everything but what is of the region", async () => {
            const id = await givenDatastore(account, [home, "eu-west-1"]);
            const secondary = account.world.store.get(
                tokens.replicationGroup,
                "eu-west-1",
                "cache-eu-west-1",
            );
            expect(secondary?.outputs).to.deep.include({
                engine: "redis",
                engineVersion: "7.1",
                nodeType: "cache.m6g.large",
                atRestEncryptionEnabled: true,
                transitEncryptionEnabled: true,
                kmsKeyId: dataKey("eu-west-1"),
            });
            for (const [property, value] of Object.entries({
                engineVersion: "7.1",
                nodeType: "cache.m6g.large",
                numNodeGroups: 1,
                parameterGroupName: "default.redis7",
                atRestEncryptionEnabled: true,
                transitEncryptionEnabled: true,
            })) {
                expect(
                    account.failures(
                        tokens.replicationGroup,
                        secondaryInputs("ap-south-1", id, {
                            [property]: value,
                            ...(property === "numNodeGroups"
                                ? { numCacheClusters: undefined }
                                : {}),
                        }),
                    )[0],
                ).to.contain(`${property}: conflicts with globalReplicationGroupId`);
            }
        });

        const joining: readonly [string, Props, string][] = [
            [
                "with another number of shards",
                { nodeGroupConfigurations: [{}, {}] },
                "has 1, got 2",
            ],
            [
                "with a single node where failover is automatic",
                {
                    numCacheClusters: 1,
                    automaticFailoverEnabled: false,
                    multiAzEnabled: false,
                },
                "needs at least 2 nodes",
            ],
            ["with another region's key", { kmsKeyId: dataKey(home) }, "does not exist in eu-west"],
            ["that nobody knows", { globalReplicationGroupId: "abcde-none" }, "does not exist"],
        ];
        for (const [what, changes, message] of joining) {
            it(`cannot be joined ${what}`, async () => {
                const id = await givenDatastore(account, [home]);
                await givenCacheGround(account, "eu-west-1");
                const join = (inputs: Props) =>
                    account.create(
                        tokens.replicationGroup,
                        secondaryInputs("eu-west-1", id, inputs),
                        "eu-west-1",
                    );
                expect(await refusal(join(changes))).to.contain(message);
                await join({});
            });
        }

        const founding: readonly [string, Props, string][] = [
            ["small nodes", { nodeType: "cache.m6g.medium" }, "size large and above"],
            ["burstable nodes", { nodeType: "cache.t4g.large" }, "on the node families"],
            [
                "an old engine",
                { engineVersion: "4.0.10", userGroupIds: undefined },
                "needs Redis OSS 5.0.6 or above",
            ],
            ["IPv6", { networkType: "ipv6" }, "does not support IPv6"],
        ];
        const found = (primaryReplicationGroupId: string, changes: Props = {}) =>
            account.create(
                tokens.globalReplicationGroup,
                { globalReplicationGroupIdSuffix: "g", primaryReplicationGroupId, ...changes },
                home,
            );
        for (const [what, changes, message] of founding) {
            it(`cannot be founded on ${what}`, async () => {
                await givenCacheGround(account, home);
                const { id } = await group(changes);
                expect(await refusal(found(id))).to.contain(message);
            });
        }

        it("are founded on one group of the region, once", async () => {
            await givenCacheGround(account, home);
            expect(await refusal(found("none"))).to.contain("ReplicationGroupNotFoundFault");
            const { id } = await group();
            expect(await refusal(found(id, { numNodeGroups: 2 }))).to.contain("has 1 node group");
            await found(id);
            expect(await refusal(found(id, { globalReplicationGroupIdSuffix: "h" }))).to.contain(
                "part of global datastore",
            );
        });

        const words: readonly [string, Props, string][] = [
            ["small nodes", { cacheNodeType: "cache.r5.small" }, "cacheNodeType: Global Datastore"],
            ["an unknown version", { engineVersion: "9.9" }, "engineVersion: must be a version"],
            ["parameters without a version", { parameterGroupName: "p" }, "parameterGroupName:"],
        ];
        for (const [what, changes, message] of words) {
            it(`refuse ${what}`, () => {
                const inputs = {
                    globalReplicationGroupIdSuffix: "g",
                    primaryReplicationGroupId: "p",
                };
                const failures = (of: Props) => account.failures(tokens.globalReplicationGroup, of);
                expect(failures(inputs)).to.deep.equal([]);
                expect(failures({ ...inputs, ...changes })[0]).to.contain(message);
            });
        }

        it("are never downgraded", async () => {
            await givenCacheGround(account, home);
            const inputs = {
                globalReplicationGroupIdSuffix: "g",
                primaryReplicationGroupId: (await group()).id,
            };
            const made = await account.create(tokens.globalReplicationGroup, inputs, home);
            const update = (engineVersion: string) =>
                account.update(
                    tokens.globalReplicationGroup,
                    made,
                    { ...inputs, engineVersion },
                    home,
                );
            expect(await refusal(update("7.0"))).to.contain("from 7.1 to 7.0");
            await update("7.1");
        });

        it("go after their secondaries and before their primary", async () => {
            const id = await givenDatastore(account, [home, "eu-west-1"]);
            const held = (type: string, region: string, of: string): Made =>
                account.world.store.get(type, region, of) as Made;
            const datastore = held(tokens.globalReplicationGroup, home, id);
            const primary = held(tokens.replicationGroup, home, "cache-us-east-1");
            const secondary = held(tokens.replicationGroup, "eu-west-1", "cache-eu-west-1");
            expect(
                await refusal(account.delete(tokens.globalReplicationGroup, datastore, home)),
            ).to.contain("still has secondary clusters in eu-west-1");
            expect(
                await refusal(account.delete(tokens.replicationGroup, primary, home)),
            ).to.contain("is the primary of global datastore");
            await account.delete(tokens.replicationGroup, secondary, "eu-west-1");
            await account.delete(tokens.globalReplicationGroup, datastore, home);
            await account.delete(tokens.replicationGroup, primary, home);
        });

        it("let nobody change of a member what all of them share", async () => {
            await givenDatastore(account, [home, "eu-west-1"]);
            const held = (region: string): Made =>
                account.world.store.get(tokens.replicationGroup, region, `cache-${region}`) as Made;
            const primary = (changes: Props) =>
                account.update(
                    tokens.replicationGroup,
                    held(home),
                    primaryInputs(home, changes),
                    home,
                );
            const alone = { automaticFailoverEnabled: false, multiAzEnabled: false };
            for (const changes of [
                alone,
                { autoMinorVersionUpgrade: false },
                { parameterGroupName: "default.redis7.cluster.on" },
            ]) {
                expect(await refusal(primary(changes))).to.match(
                    /Cluster \[cache-us-east-1\] is part of a global cluster \[.*\]\. Request rejected/,
                );
            }
            await primary({ description: "another" });
        });

        it("decide their members' size and version", async () => {
            await givenDatastore(account, [home]);
            const made = account.world.store.get(
                tokens.replicationGroup,
                home,
                "cache-us-east-1",
            ) as Made;
            const larger = primaryInputs(home, { nodeType: "cache.m6g.xlarge" });
            expect(
                await refusal(account.update(tokens.replicationGroup, made, larger, home)),
            ).to.contain("modify nodeType of the global datastore");
        });
    });
});
