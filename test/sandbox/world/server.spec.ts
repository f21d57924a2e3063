import http from "node:http";

import { expect } from "chai";

import { ControlPlane } from "../../../sandbox/world/controlPlane";
import { ProviderEndpoint } from "../../../sandbox/world/server";
import { settings, urnOf } from "../support/account";
import { fakeWorld } from "../support/fakeWorld";

describe("ProviderEndpoint", () => {
    let world: ReturnType<typeof fakeWorld>;
    let endpoint: ProviderEndpoint;

    beforeEach(async () => {
        world = fakeWorld();
        endpoint = new ProviderEndpoint(world, new ControlPlane(world));
        await endpoint.start();
    });
    afterEach(async () => {
        await endpoint.stop();
        world.close();
    });

    async function post(method: string, body: string) {
        const response = await fetch(`${endpoint.url()}/provider/${method}`, {
            method: "POST",
            body,
        });
        return {
            status: response.status,
            body: (await response.json()) as Record<string, unknown>,
        };
    }

    it("listens on loopback alone", () => {
        expect(endpoint.url()).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    });

    it("answers a call in JSON", async () => {
        const { status, body } = await post(
            "check",
            JSON.stringify({
                settings: settings("eu-west-1"),
                urn: urnOf("aws:sns/topic:Topic", "t"),
                news: {},
                randomSeed: "",
            }),
        );
        expect(status).to.equal(200);
        expect(body.failures).to.deep.equal([]);
    });

    it("answers a refusal with its kind and its message", async () => {
        const { status, body } = await post(
            "check",
            JSON.stringify({
                settings: settings("eu-west-1"),
                urn: urnOf("aws:x/y:Z", "t"),
                news: {},
                randomSeed: "",
            }),
        );
        expect(status).to.equal(400);
        expect(body.kind).to.equal("invalid");
        expect(body.message).to.contain("does not know the type aws:x/y:Z");
    });

    it("refuses what is no call", async () => {
        expect((await post("check", "{")).body.message).to.equal("the body of a call is JSON");
        expect((await post("dance", "{}")).status).to.equal(404);
        expect((await fetch(endpoint.url())).status).to.equal(404);
    });

    it("does not die of a call that makes no sense", async () => {
        expect((await post("create", "{}")).status).to.equal(500);
        expect((await post("dance", "{}")).status).to.equal(404);
    });

    async function jumpsOver(worldMs: number): Promise<number> {
        let jumps = 0;
        const count = (): void => void jumps++;
        world.clock.on("jump", count);
        await world.clock.sleep(worldMs);
        world.clock.off("jump", count);
        return jumps;
    }

    it("keeps world time at real time while a plugin's session is open", async () => {
        const request = http.request(`${endpoint.url()}/provider/session`, { method: "POST" });
        request.on("error", () => undefined);
        const opened = new Promise((resolve) => request.on("response", resolve));
        request.end();
        await opened;
        expect(await jumpsOver(100)).to.equal(0);
        request.destroy();
        expect(await jumpsOver(60_000)).to.be.greaterThan(0);
    });

    it("lets time go when it stops with a session open", async () => {
        const request = http.request(`${endpoint.url()}/provider/session`, { method: "POST" });
        request.on("error", () => undefined);
        const opened = new Promise((resolve) => request.on("response", resolve));
        request.end();
        await opened;
        await endpoint.stop();
        expect(await jumpsOver(1000)).to.be.greaterThan(0);
    });
});
