import http from "node:http";

import { expect } from "chai";

import { AwsError } from "../../../../sandbox/aws/awsError";
import type { ApiHandler, ApiRequest } from "../../../../sandbox/world/api/handler";
import { ApiServer } from "../../../../sandbox/world/api/server";
import { StsApi } from "../../../../sandbox/world/api/sts";
import { signedRequest } from "../../../support/signedRequest";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";

describe("ApiServer", () => {
    let world: SmallWorld;
    let server: ApiServer;
    let seen: ApiRequest[];

    const handler = (service: string, more: Partial<ApiHandler> = {}): ApiHandler => ({
        service,
        protocol: "json",
        handle: async (request) => {
            seen.push(request);
            return { status: 200, headers: {}, body: "ok" };
        },
        ...more,
    });

    beforeEach(async () => {
        world = await smallWorld();
        seen = [];
        server = new ApiServer(world, [
            handler("dynamodb"),
            handler("route53", { home: "us-east-1", protocol: "rest-xml" }),
            handler("broken", {
                handle: () => Promise.reject(new AwsError("Throttling", "too <fast>", 429)),
            }),
            handler("brokenxml", {
                protocol: "query",
                handle: () => Promise.reject(new AwsError("NotFound", "no <such>", 404)),
            }),
            new StsApi(world),
        ]);
        await server.start();
    });

    afterEach(async () => {
        await server.stop();
        world.end();
    });

    const call = (service: string, region = "eu-west-1", more = {}) =>
        signedRequest(world, { service, region, method: "POST", path: "/", body: "{}", ...more });

    /** A signed call from one address of the world to another. */
    function callFrom(from: string, to: string, region: string): Promise<number> {
        return new Promise((resolve, reject) => {
            const request = http.request(
                {
                    host: to,
                    localAddress: from,
                    port: world.network.ports.api,
                    method: "POST",
                    headers: {
                        authorization: `AWS4-HMAC-SHA256 Credential=A/20260101/${region}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
                        "x-amz-target": "DynamoDB_20120810.GetItem",
                    },
                },
                (response) => {
                    response.resume();
                    resolve(response.statusCode ?? 0);
                },
            );
            request.on("error", reject);
            request.end("{}");
        });
    }

    it("takes region and service from the credential scope, and the caller from the address", async () => {
        const { network } = world;
        await callFrom(
            network.egressAddress("ap-south-1"),
            network.apiAddress("ap-south-1"),
            "eu-west-1",
        );
        expect(seen[0]).to.include({ region: "eu-west-1", caller: "region:ap-south-1" });
        expect(world.journal.since(0)[0]).to.deep.include({
            caller: "region:ap-south-1",
            service: "dynamodb",
            action: "GetItem",
            region: "eu-west-1",
            outcome: "ok",
        });
    });

    it("records a global service's call where its plane lives", async () => {
        await call("route53", "aws-global");
        expect(world.journal.since(0)[0]).to.include({ service: "route53", region: "us-east-1" });
    });

    it("refuses what is not signed, and says what it does not have", async () => {
        const unsigned = await world.clock.io(() =>
            fetch(server.url, {
                method: "POST",
                headers: { "x-amz-target": "DynamoDB_20120810.GetItem", connection: "close" },
            }),
        );
        expect(unsigned.status).to.equal(403);
        expect(await unsigned.json()).to.include({ __type: "MissingAuthenticationToken" });
        const unknown = await call("quantum", "eu-west-1");
        expect(unknown.status).to.equal(501);
        expect(unknown.text).to.include("the rehearsal cloud has no quantum action");
        expect(world.journal.since(0).map(({ outcome }) => outcome)).to.eql(["refused", "failed"]);
    });

    it("shapes errors as the service's protocol does", async () => {
        const json = await call("broken");
        expect(json.status).to.equal(429);
        expect(JSON.parse(json.text)).to.eql({ __type: "Throttling", message: "too <fast>" });
        const xml = await call("brokenxml");
        expect(xml.status).to.equal(404);
        expect(xml.text).to.include(
            "<Error><Type>Sender</Type><Code>NotFound</Code><Message>no &lt;such&gt;</Message></Error>",
        );
    });

    it("never answers a call for a lost region, and breaks the connection when it heals", async () => {
        world.faults.inject({ kind: "blackout", region: "eu-west-1" });
        let outcome = "waiting";
        const held = callFrom("127.0.0.1", "127.0.0.1", "eu-west-1").then(
            () => (outcome = "answered"),
            () => (outcome = "broken"),
        );
        expect(
            await callFrom("127.0.0.1", "127.0.0.1", "us-east-1"),
            "another region's call",
        ).to.equal(200);
        expect(outcome).to.equal("waiting");
        expect(seen).to.have.length(1);
        world.faults.healAll();
        await held;
        expect(outcome).to.equal("broken");
        expect(world.journal.since(0).map(({ outcome: one }) => one)).to.have.members([
            "timeout",
            "ok",
        ]);
    });

    it("cuts a partitioned region off from another, and from nobody else", async () => {
        const { network } = world;
        world.faults.inject({ kind: "partition", between: ["us-east-1", "eu-west-1"] });
        let outcome = "waiting";
        const held = callFrom(
            network.egressAddress("us-east-1"),
            network.apiAddress("us-east-1"),
            "eu-west-1",
        ).then(
            () => (outcome = "answered"),
            () => (outcome = "broken"),
        );
        expect(
            await callFrom(
                network.egressAddress("us-east-1"),
                network.apiAddress("us-east-1"),
                "us-east-1",
            ),
        ).to.equal(200);
        expect(outcome).to.equal("waiting");
        world.faults.healAll();
        await held;
    });

    it("leaves a global service unanswered while its home's control planes are down", async () => {
        world.faults.inject({ kind: "control-planes", region: "us-east-1" });
        const held = call("route53", "us-east-1").catch(() => "broken");
        expect((await call("dynamodb", "us-east-1")).status).to.equal(200);
        expect(seen.map(({ region }) => region)).to.eql(["us-east-1"]);
        world.faults.healAll();
        expect(await held).to.equal("broken");
    });

    it("says who the caller is", async () => {
        const { text } = await call("sts", "eu-west-1", {
            body: "Action=GetCallerIdentity&Version=2011-06-15",
            headers: { "content-type": "application/x-www-form-urlencoded" },
        });
        expect(text).to.include("<Account>111122223333</Account>");
    });

    it("names the port when somebody has it", async () => {
        const second = new ApiServer(world, []);
        const error = await second.start().catch((reason: Error) => reason);
        expect(error).to.have.property("message").that.includes("the port is in use");
    });
});
