import { once } from "node:events";
import http from "node:http";

import { expect } from "chai";

import { DynamoDbApi } from "../../../../sandbox/world/api/dynamodb";
import { ApiServer } from "../../../../sandbox/world/api/server";
import { Tables } from "../../../../sandbox/world/tables/tables";
import {
    declareFunction,
    startMessaging,
    type SmallMessaging,
} from "../../../support/smallMessaging";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";

const region = "eu-west-1";
const lost = "us-east-1";

describe("a function that waits", () => {
    let world: SmallWorld;
    let small: SmallMessaging;
    let tables: Tables;
    let api: ApiServer;
    /** World time that was jumped over so far, milliseconds. */
    let jumpedMs: number;

    beforeEach(async () => {
        world = await smallWorld();
        small = await startMessaging(world);
        tables = new Tables(world, { metrics: small.metrics });
        api = new ApiServer(world, [new DynamoDbApi(world, tables)]);
        await tables.start();
        await api.start();
        world.faults.inject({ kind: "blackout", region: lost });
        jumpedMs = 0;
        world.clock.on("jump", (deltaMs) => (jumpedMs += deltaMs));
    });

    afterEach(async () => {
        await small.messaging.stop();
        await api.stop();
        await tables.stop();
        world.end();
    });

    /** `ask` asks the lost region and gives up after 20 s; `more` is what the handler does. */
    function declare(more: string): string {
        return declareFunction(
            world,
            region,
            "f",
            `const http = require("node:http");
             const { DynamoDBClient, ListTablesCommand } = require("@aws-sdk/client-dynamodb");
             const client = new DynamoDBClient({ region: "${lost}", maxAttempts: 1, requestHandler: {
                 connectionTimeout: 1000, requestTimeout: 20_000, throwOnRequestTimeout: true } });
             const ask = async () => {
                 const startMs = Date.now();
                 const failure = await client.send(new ListTablesCommand({})).then(() => "none", (error) => error.code);
                 return { failure, waitedMs: Date.now() - startMs };
             };
             exports.handler = async (event) => { ${more} };`,
            { timeout: 900 },
        );
    }

    it("for a lost region gives up when its own timeout has passed in the world", async () => {
        const arn = declare("return ask();");
        const startMs = world.clock.now();
        const ending = await small.messaging.functions.invoke(arn, {});
        expect(ending).to.have.nested.property("result.failure", "ETIMEDOUT");
        expect(ending).to.have.nested.property("result.waitedMs").that.is.within(20_000, 25_000);
        expect(world.clock.now() - startMs).to.be.at.least(20_000);
        expect(jumpedMs).to.be.above(0);
    });

    it("for its own timers only lets the world's time jump", async () => {
        const arn = declare(
            "const startMs = Date.now(); await new Promise((resolve) => setTimeout(resolve, 60_000)); return Date.now() - startMs;",
        );
        const ending = await small.messaging.functions.invoke(arn, {});
        expect(ending).to.have.property("result").that.is.within(60_000, 65_000);
        expect(jumpedMs).to.be.above(0);
    });

    it("for a lost region and for one that answers holds the world's time until the answer", async () => {
        const server = http.createServer((_request, response) => {
            setTimeout(() => response.end(String(jumpedMs)), 300);
        });
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
        const { port } = server.address() as { port: number };
        const arn = declare(
            `const answer = new Promise((resolve, reject) => http.get("http://127.0.0.1:" + event.port, (response) => {
                 let body = ""; response.on("data", (data) => (body += data)); response.on("end", () => resolve(body));
             }).on("error", reject));
             const asked = ask();
             return { jumpedBeforeAnswer: await answer, ...(await asked) };`,
        );
        try {
            const ending = await small.messaging.functions.invoke(arn, { port });
            expect(ending).to.have.nested.property("result.jumpedBeforeAnswer", "0");
            expect(ending).to.have.nested.property("result.failure", "ETIMEDOUT");
            expect(jumpedMs).to.be.above(0);
        } finally {
            server.close();
        }
    });

    it("goes on when the region is back", async () => {
        const arn = declare("return ask();");
        world.faults.once("swallow", () => world.clock.after(5000, () => world.faults.healAll()));
        const ending = await small.messaging.functions.invoke(arn, {});
        expect(ending).to.have.nested.property("result.failure", "ECONNRESET");
        expect(ending).to.have.nested.property("result.waitedMs").that.is.within(4000, 15_000);
    });

    it("is ended by its own timeout, and leaves the world's clock as it was", async () => {
        const arn = declareFunction(
            world,
            region,
            "g",
            "exports.handler = async () => new Promise((resolve) => setTimeout(resolve, 600_000));",
            { timeout: 30 },
        );
        expect(await small.messaging.functions.invoke(arn, {})).to.have.nested.property(
            "error.errorMessage",
            "Task timed out after 30.00 seconds",
        );
        jumpedMs = 0;
        await world.clock.io(() => new Promise((resolve) => setTimeout(resolve, 100)));
        expect(jumpedMs).to.equal(0);
        await world.clock.sleep(10_000);
        expect(jumpedMs).to.be.above(0);
    });
});
