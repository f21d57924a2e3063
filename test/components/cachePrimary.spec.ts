import Module from "node:module";
import path from "node:path";

import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import {
    CachePrimary,
    cachePrimaryProvider,
    type CachePrimaryInputs,
} from "../../components/cachePrimary";
import { ElastiCacheApi } from "../../sandbox/world/api/elasticache";
import { ApiServer } from "../../sandbox/world/api/server";
import { Caches } from "../../sandbox/world/caches/caches";
import { Certificates } from "../../sandbox/world/certificates";
import { declareCaches } from "../sandbox/support/declaredCaches";
import { setMocks, settled } from "../support/mocks";
import { fakeCredentials, withEnvironment } from "../support/awsStub";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../support/smallWorld";

const [home, other] = ["us-east-1", "eu-west-1"] as const;

describe("CachePrimary", () => {
    let world: SmallWorld;
    let caches: Caches;
    let api: ApiServer;
    let datastoreId: string;
    let restore: () => void;

    beforeEach(async () => {
        world = await smallWorld();
        caches = new Caches(world, {
            certificates: await Certificates.open(world.home),
            metrics: new RecordedMetrics(),
        });
        datastoreId = declareCaches(world, { datastore: [home, other], alone: [] });
        api = new ApiServer(world, [new ElastiCacheApi(world, caches)]);
        await caches.start();
        await api.start();
        restore = withEnvironment({ ...fakeCredentials, AWS_ENDPOINT_URL: api.url });
    });
    afterEach(async () => {
        restore();
        await api.stop();
        await caches.stop();
        world.end();
    });

    const inputs = (primary: string) => ({
        datastoreId,
        primary,
        members: { [home]: `cache-${home}`, [other]: `cache-${other}` },
    });
    const calls = (): readonly string[] =>
        world.journal
            .since(0)
            .filter(({ service }) => service === "elasticache")
            .map(({ action, region }) => `${action} ${region}`);

    it("asks, and changes nothing where the role is already", async () => {
        const { id } = await cachePrimaryProvider.create(inputs(home));
        expect(id).to.equal(datastoreId);
        expect(calls()).to.deep.equal([`DescribeGlobalReplicationGroups ${home}`]);
    });

    it("moves the role and waits until it is there, by calls to the new region alone", async () => {
        await cachePrimaryProvider.update?.(datastoreId, inputs(home), inputs(other));
        expect(caches.promotions().map(({ from, to }) => [from, to])).to.deep.equal([
            [home, other],
        ]);
        expect(calls()).to.include(`FailoverGlobalReplicationGroup ${other}`);
        expect(calls().filter((call) => call.endsWith(home))).to.deep.equal([]);
    });

    it("moves it back, and is safe to repeat", async () => {
        await cachePrimaryProvider.create(inputs(other));
        await cachePrimaryProvider.create(inputs(other));
        await cachePrimaryProvider.update?.(datastoreId, inputs(other), inputs(home));
        expect(caches.promotions().map(({ to }) => to)).to.deep.equal([other, home]);
    });

    it("works while the old primary's region is lost", async () => {
        world.faults.inject({ kind: "blackout", region: home });
        await cachePrimaryProvider.update?.(datastoreId, inputs(home), inputs(other));
        expect(caches.promotions()).to.have.length(1);
    });

    it("reads who is primary, whoever made it that", async () => {
        caches.promote(datastoreId, other, `cache-${other}`);
        await world.until(() => caches.promotions().length === 1);
        const read = await cachePrimaryProvider.read?.(datastoreId, inputs(home));
        expect(read?.props?.primary).to.equal(other);
    });

    it("works from the text that is kept with the state, as the engine runs it", async () => {
        const registered = await setMocks();
        new CachePrimary("primary", inputs(other));
        await settled();
        const { __provider } = registered.inputs(
            "pulumi-nodejs:dynamic/meridian:CachePrimary",
            "primary",
        );
        await providerOf(String(__provider)).create(inputs(other));
        expect(caches.promotions().map(({ to }) => to)).to.deep.equal([other]);
    });

    it("says what AWS says when it refuses", async () => {
        const failure = await cachePrimaryProvider
            .create({ ...inputs(other), members: { [other]: "cache-nowhere" } })
            .catch((error: Error) => error.message);
        expect(failure).to.contain("cache-nowhere in eu-west-1 is not a secondary cluster");
    });

    it("differs by its role and members, and is another for another datastore", async () => {
        const diff = (news: ReturnType<typeof inputs>) =>
            cachePrimaryProvider.diff?.(datastoreId, inputs(home), news);
        expect(await diff(inputs(home))).to.include({ changes: false });
        expect(await diff(inputs(other))).to.deep.include({ changes: true, replaces: [] });
        expect(await diff({ ...inputs(home), datastoreId: "other" })).to.deep.include({
            replaces: ["datastoreId"],
        });
    });
});

/** The provider as the dynamic provider's process makes it: a module of the text, below the program's folder. */
function providerOf(
    text: string,
): pulumi.dynamic.ResourceProvider<CachePrimaryInputs, CachePrimaryInputs> {
    const file = path.join(__dirname, "provider-of-the-state.js");
    const loaded = new Module(file);
    loaded.paths = [path.join(process.cwd(), "node_modules")];
    // What Node does with a module's text; left out of its types.
    (loaded as unknown as { _compile(text: string, file: string): void })._compile(text, file);
    const { handler } = loaded.exports as {
        handler: () => pulumi.dynamic.ResourceProvider<CachePrimaryInputs, CachePrimaryInputs>;
    };
    return handler();
}
