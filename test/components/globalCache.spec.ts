import { expect } from "chai";

import { cacheProblems } from "../../components/cacheProblems";
import { GlobalCache, type GlobalCacheArgs } from "../../components/globalCache";
import { setMocks, settled, type Registrations } from "../support/mocks";

const regions = ["ap-east-1", "ap-south-1", "eu-west-1", "us-east-1"];
const groupType = "aws:elasticache/replicationGroup:ReplicationGroup";
const datastoreType = "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup";
const primaryType = "pulumi-nodejs:dynamic/meridian:CachePrimary";

function args(changes: Partial<GlobalCacheArgs> = {}): GlobalCacheArgs {
    return {
        datastore: ["us-east-1", "eu-west-1", "ap-south-1"],
        nodeType: "cache.m6g.large",
        writer: "us-east-1",
        domain: "example.com",
        zoneId: "Z0123456789EXAMPLE",
        regions: regions.map((region) => ({
            region,
            subnetGroupName: "meridian-cache",
            securityGroupId: `sg-${region}`,
            userGroupId: "meridian-cache",
            logGroupName: "/meridian/cache",
            keyArn: `arn:aws:kms:${region}:111122223333:key/data`,
        })),
        ...changes,
    };
}

async function create(changes: Partial<GlobalCacheArgs> = {}): Promise<Registrations> {
    const registered = await setMocks({ stack: "global", region: "us-east-1" });
    new GlobalCache("cache", args(changes));
    await settled();
    return registered;
}

/** What a registration says, beside Pulumi's own bookkeeping of dynamic resources. */
function primaryOf(registered: Registrations): Readonly<Record<string, unknown>> {
    const { __provider, ...inputs } = registered.inputs(primaryType, "cache-primary");
    expect(__provider).to.be.a("string");
    return inputs;
}

describe("GlobalCache", () => {
    it("founds a datastore in one region and has two others join it", async () => {
        const registered = await create();
        expect(registered.inputs(datastoreType, "cache")).to.deep.equal({
            region: "us-east-1",
            globalReplicationGroupIdSuffix: "meridian-cache",
            globalReplicationGroupDescription: "Cache of the storefront",
            primaryReplicationGroupId: "meridian-cache-us-east-1",
        });
        const joined = registered
            .of(groupType)
            .filter(({ inputs }) => "globalReplicationGroupId" in inputs)
            .map(({ inputs }) => inputs["region"]);
        expect(joined).to.have.members(["eu-west-1", "ap-south-1"]);
    });

    it("has them join one after the other, since a datastore takes no other while one joins", async () => {
        const registered = await create();
        const after = (region: string): unknown =>
            registered.one(groupType, `cache-${region}`).options.dependsOn;
        expect(after("eu-west-1")).to.deep.equal(["cache"]);
        expect(after("ap-south-1")).to.deep.equal(["cache", "cache-eu-west-1"]);
    });

    it("leaves to AWS what AWS decides of the members of a datastore, and of no other", async () => {
        const registered = await create();
        for (const region of ["us-east-1", "eu-west-1", "ap-south-1"]) {
            const { ignoreChanges } = registered.one(groupType, `cache-${region}`).options;
            expect(ignoreChanges, region).to.deep.equal([
                "autoMinorVersionUpgrade",
                "automaticFailoverEnabled",
                "parameterGroupName",
            ]);
        }
        const { ignoreChanges } = registered.one(groupType, "cache-ap-east-1").options;
        expect(ignoreChanges ?? []).to.deep.equal([]);
    });

    it("gives a region outside the datastore a cache of its own", async () => {
        const own = (await create()).inputs(groupType, "cache-ap-east-1");
        expect(own).not.to.have.property("globalReplicationGroupId");
        expect(own).to.include({ nodeType: "cache.m6g.large", region: "ap-east-1" });
        const none = await create({ datastore: [] });
        expect(none.of(datastoreType)).to.deep.equal([]);
        expect(none.names(primaryType)).to.deep.equal([]);
        expect(none.of(groupType)).to.have.length(4);
    });

    it("encrypts every cache with its own region's key, over TLS, for IAM users", async () => {
        for (const { inputs } of (await create()).of(groupType)) {
            const region = String(inputs["region"]);
            expect(inputs).to.deep.include({
                kmsKeyId: `arn:aws:kms:${region}:111122223333:key/data`,
                securityGroupIds: [`sg-${region}`],
                userGroupIds: ["meridian-cache"],
                multiAzEnabled: true,
                automaticFailoverEnabled: true,
                numCacheClusters: 2,
                snapshotRetentionLimit: 1,
            });
            expect(inputs).not.to.have.property("authToken");
            const secondary = "globalReplicationGroupId" in inputs;
            expect("atRestEncryptionEnabled" in inputs, region).to.equal(!secondary);
            expect(inputs["transitEncryptionMode"], region).to.equal(
                secondary ? undefined : "required",
            );
        }
    });

    it("lets a change of primaries change one resource and nothing else", async () => {
        const withoutPrimary = (registered: Registrations): unknown =>
            registered.all
                .filter(({ type }) => type !== primaryType)
                .map(({ type, name, inputs, options }) => ({ type, name, inputs, options }))
                .sort((a, b) => (a.type + a.name < b.type + b.name ? -1 : 1));
        const before = await create();
        const after = await create({ writer: "eu-west-1" });
        expect(withoutPrimary(after)).to.deep.equal(withoutPrimary(before));
        expect(primaryOf(before)["primary"]).to.equal("us-east-1");
        expect(primaryOf(after)["primary"]).to.equal("eu-west-1");
        const standing = await create({ primary: "ap-south-1", standIn: "eu-west-1" });
        expect(primaryOf(standing)["primary"]).to.equal("eu-west-1");
        expect(primaryOf(await create({ primary: "ap-south-1" }))["primary"]).to.equal(
            "ap-south-1",
        );
        expect(before.one(datastoreType, "cache").options.ignoreChanges).to.deep.equal([
            "primaryReplicationGroupId",
        ]);
    });

    it("moves the role only when every member is there", async () => {
        const registered = await create();
        expect(registered.one(primaryType, "cache-primary").options.dependsOn).to.include.members([
            "cache-us-east-1",
            "cache-eu-west-1",
            "cache-ap-south-1",
        ]);
        expect(primaryOf(registered)["members"]).to.deep.equal({
            "ap-south-1": "meridian-cache-ap-south-1",
            "eu-west-1": "meridian-cache-eu-west-1",
            "us-east-1": "meridian-cache-us-east-1",
        });
    });

    it("tells every region's storefront where its cache is", async () => {
        const registered = await create();
        const names = registered
            .of("aws:route53/record:Record")
            .map(({ inputs }) => [inputs["type"], inputs["name"]]);
        expect(names).to.have.deep.members(
            regions.map((region) => ["CNAME", `_cache.${region}.app.example.com`]),
        );
    });

    it("refuses, before anything is registered, what the service cannot span", async () => {
        const registered = await setMocks({ stack: "global", region: "us-east-1" });
        expect(() => new GlobalCache("cache", args({ datastore: regions }))).to.throw(
            "a global datastore spans at most 3 regions, a primary and two secondaries, got 4 (ap-east-1, ap-south-1, eu-west-1, us-east-1); leave one out",
        );
        await settled();
        expect(registered.all.filter(({ custom }) => custom)).to.deep.equal([]);
    });
});

describe("a plan of caches", () => {
    const plan = { datastore: ["us-east-1", "eu-west-1"], nodeType: "cache.m6g.large" };
    const cases: readonly [string, object, string, RegExp][] = [
        ["one region", { datastore: ["us-east-1"] }, "us-east-1", /must name 2 or 3 regions/],
        [
            "a region twice",
            { datastore: ["us-east-1", "us-east-1"] },
            "us-east-1",
            /each region once/,
        ],
        ["strangers", { datastore: ["us-east-1", "sa-east-1"] }, "us-east-1", /got sa-east-1/],
        ["small nodes", { nodeType: "cache.m6g.medium" }, "us-east-1", /from size large on/],
        ["burstable nodes", { nodeType: "cache.t4g.large" }, "us-east-1", /cache.nodeType/],
        [
            "a primary elsewhere",
            { primary: "ap-east-1" },
            "us-east-1",
            /must be of cache.datastore/,
        ],
        [
            "a stand-in elsewhere",
            { standIn: "ap-east-1" },
            "us-east-1",
            /`cache.standIn`: must be of cache.datastore/,
        ],
        ["a writer elsewhere", {}, "ap-east-1", /because the writer, ap-east-1, is none of them/],
    ];
    for (const [what, changes, writer, message] of cases) {
        it(`cannot have ${what}`, () => {
            expect(cacheProblems(plan, "us-east-1", regions)).to.deep.equal([]);
            const found = cacheProblems({ ...plan, ...changes }, writer, regions);
            expect(found).to.have.length(1);
            expect(found[0]).to.match(message);
        });
    }

    it("may have small nodes where nothing is shared, and a primary of its own", () => {
        const alone = { datastore: [], nodeType: "cache.t4g.small" };
        expect(cacheProblems(alone, "us-east-1", regions)).to.deep.equal([]);
        const moved = { ...plan, primary: "eu-west-1" };
        expect(cacheProblems(moved, "ap-east-1", regions)).to.deep.equal([]);
    });
});
