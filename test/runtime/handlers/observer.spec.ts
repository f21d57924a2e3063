import https from "node:https";
import type { AddressInfo } from "node:net";

import { expect } from "chai";
import { generate } from "selfsigned";

import { embeddedMetric } from "../../../runtime/handlers/embeddedMetric";
import { handler } from "../../../runtime/handlers/observer";
import { probe } from "../../../runtime/handlers/probe";
import { withEnvironment } from "../../support/awsStub";

/** What a run of the observer reports; the test server's certificate has no authority. */
async function observe(targets: Record<string, string>): Promise<Record<string, unknown>[]> {
    const lines: string[] = [];
    const log = console.log;
    const restore = withEnvironment({
        NODE_TLS_REJECT_UNAUTHORIZED: "0",
        REGION: "eu-west-1",
        TARGETS: JSON.stringify(targets),
        PROBES: "8",
    });
    console.log = (line: string) => lines.push(line);
    try {
        await handler({ time: "2026-03-01T12:00:00Z" });
    } finally {
        console.log = log;
        restore();
    }
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("observer", () => {
    let server: https.Server;
    let origin: string;
    let answer: (count: number, path: string | undefined) => number;
    let count = 0;
    let agents: (string | undefined)[] = [];

    before(async () => {
        const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }]);
        server = https.createServer({ key, cert }, (request, response) => {
            agents.push(request.headers["user-agent"]);
            response.writeHead(answer(count++, request.url)).end();
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        origin = `https://localhost:${(server.address() as AddressInfo).port}`;
    });

    after(async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
    });

    it("does not take an unverified certificate for an answer", async () => {
        answer = () => 200;
        expect(await probe(new URL(origin))).to.match(/SELF_SIGNED/);
    });

    it("says why a probe failed", async () => {
        expect(await probe(new URL("https://127.0.0.1:9"))).to.equal("ECONNREFUSED");
    });

    it("reports the share of failed probes for each target, at the event's time", async () => {
        count = 0;
        answer = (index) => (index % 4 === 0 ? 500 : 200);
        const metrics = await observe({
            "us-east-1": origin,
            "ap-east-1": "https://127.0.0.1:9",
        });
        const byRegion = new Map(metrics.map((metric) => [metric["ObservedRegion"], metric]));
        expect(byRegion.get("us-east-1")).to.deep.include({
            FailedProbePercent: 25,
            ObserverRegion: "eu-west-1",
            failures: { 500: 2 },
        });
        expect(byRegion.get("ap-east-1")).to.deep.include({ FailedProbePercent: 100 });
        expect(byRegion.get("us-east-1")?.["_aws"]).to.deep.equal({
            Timestamp: Date.parse("2026-03-01T12:00:00Z"),
            CloudWatchMetrics: [
                {
                    Namespace: "Meridian/Observer",
                    Dimensions: [["ObservedRegion", "ObserverRegion"]],
                    Metrics: [{ Name: "FailedProbePercent", Unit: "Percent" }],
                },
            ],
        });
    });

    it("sees a region that lost its table, though its catalogue is still there", async () => {
        answer = (_, path) => (path === "/health/deep" ? 503 : 200);
        const [metric] = await observe({ "us-east-1": origin });
        expect(metric).to.deep.include({ FailedProbePercent: 50, failures: { 503: 4 } });
    });

    it("says who it is, which the web ACLs ask for", async () => {
        answer = () => 200;
        agents = [];
        await observe({ "us-east-1": origin });
        expect(new Set(agents)).to.deep.equal(new Set(["meridian-observer"]));
    });

    it("prints a metric as one line", () => {
        expect(
            embeddedMetric({
                atMs: 0,
                namespace: "N",
                metric: "M",
                unit: "Count",
                value: 1,
                dimensions: {},
                properties: { text: "a\nb" },
            }),
        ).not.to.contain("\n");
    });
});
