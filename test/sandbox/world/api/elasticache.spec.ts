import {
    DescribeGlobalReplicationGroupsCommand,
    DescribeReplicationGroupsCommand,
    ElastiCacheClient,
    FailoverGlobalReplicationGroupCommand,
} from "@aws-sdk/client-elasticache";
import { expect } from "chai";

import { ElastiCacheApi } from "../../../../sandbox/world/api/elasticache";
import { ApiServer } from "../../../../sandbox/world/api/server";
import { Caches } from "../../../../sandbox/world/caches/caches";
import { Certificates } from "../../../../sandbox/world/certificates";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../../support/smallWorld";
import { declareCaches } from "../../support/declaredCaches";

describe("ElastiCache's API", () => {
    let world: SmallWorld;
    let caches: Caches;
    let api: ApiServer;
    let client: ElastiCacheClient;
    let GlobalReplicationGroupId: string;

    before(async () => {
        world = await smallWorld();
        caches = new Caches(world, {
            certificates: await Certificates.open(world.home),
            metrics: new RecordedMetrics(),
        });
        GlobalReplicationGroupId = declareCaches(world, {
            datastore: ["us-east-1", "eu-west-1"],
            alone: ["ap-east-1"],
        });
        api = new ApiServer(world, [new ElastiCacheApi(world, caches)]);
        await caches.start();
        await api.start();
        client = new ElastiCacheClient({
            region: "eu-west-1",
            endpoint: api.url,
            credentials: { accessKeyId: "AKIATEST", secretAccessKey: "test" },
            maxAttempts: 1,
        });
    });
    after(async () => {
        client.destroy();
        await api.stop();
        await caches.stop();
        world.end();
    });

    const roles = async (): Promise<unknown> => {
        const { GlobalReplicationGroups } = await client.send(
            new DescribeGlobalReplicationGroupsCommand({
                GlobalReplicationGroupId,
                ShowMemberInfo: true,
            }),
        );
        return GlobalReplicationGroups?.map(({ Status, Members }) => [
            Status,
            Members?.map((member) => [member.ReplicationGroupRegion, member.Role]),
        ]);
    };

    it("tells a datastore's members and moves their roles, from any region", async () => {
        expect(await roles()).to.deep.equal([
            [
                "available",
                [
                    ["us-east-1", "PRIMARY"],
                    ["eu-west-1", "SECONDARY"],
                ],
            ],
        ]);
        const { GlobalReplicationGroup } = await client.send(
            new FailoverGlobalReplicationGroupCommand({
                GlobalReplicationGroupId,
                PrimaryRegion: "eu-west-1",
                PrimaryReplicationGroupId: "cache-eu-west-1",
            }),
        );
        expect(GlobalReplicationGroup?.Status).to.equal("modifying");
        await world.until(() => caches.promotions().length === 1);
        expect(await roles()).to.deep.equal([
            [
                "available",
                [
                    ["eu-west-1", "PRIMARY"],
                    ["us-east-1", "SECONDARY"],
                ],
            ],
        ]);
        const { ReplicationGroups } = await client.send(new DescribeReplicationGroupsCommand({}));
        expect(ReplicationGroups?.[0]?.GlobalReplicationGroupInfo).to.deep.equal({
            GlobalReplicationGroupId,
            GlobalReplicationGroupMemberRole: "PRIMARY",
        });
    });

    it("fails in AWS's words", async () => {
        const failover = (id: string, region: string): Promise<string> =>
            client
                .send(
                    new FailoverGlobalReplicationGroupCommand({
                        GlobalReplicationGroupId: id,
                        PrimaryRegion: region,
                        PrimaryReplicationGroupId: `cache-${region}`,
                    }),
                )
                .then(
                    () => "accepted",
                    (error: Error) => error.name,
                );
        expect(await failover("none", "us-east-1")).to.match(/^GlobalReplicationGroupNotFound/);
        expect(await failover(GlobalReplicationGroupId, "ap-east-1")).to.match(
            /^InvalidParameterValue/,
        );
        const unknown = await client
            .send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: "none" }))
            .catch((error: Error) => error.name);
        expect(unknown).to.match(/^ReplicationGroupNotFound/);
    });
});
