import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { startSandbox, type Sandbox } from "../../sandbox";
import { geographies } from "../../sandbox/world/geography";
import { Connection } from "../../sandbox/world/traffic/connection";
import { askForAddresses } from "../../sandbox/world/traffic/dnsClient";
import { StubResolver } from "../../sandbox/world/traffic/stubResolver";
import { smallWorld } from "../support/smallWorld";
import { account, declareEstate, declareService, type Declaring } from "./support/estate";

const program = path.join(__dirname, "support/program.js");
const port = 8080;
const zoneId = "Z0123456789EXAMPLE";
const direct = "direct.example.com";
const arn = `arn:aws:globalaccelerator::${account}:accelerator/1`;
const regions = ["us-east-1", "eu-west-1", "ap-south-1"];

/** What became of one request: the region that answered, or the error. */
type Visit = { readonly geography: string; readonly region: string | undefined };

describe("the second way into a rehearsal", () => {
    let home: string;
    let running: Sandbox;
    let shoppers: readonly { readonly geography: string; readonly connection: Connection }[];

    beforeEach(async () => {
        home = fs.mkdtempSync(path.join(os.tmpdir(), "meridian-accelerator-"));
        const world = await smallWorld();
        world.end();
        running = await startSandbox({
            home,
            accountId: account,
            hostedZones: [{ id: zoneId, name: "example.com" }],
            images: { shop: { command: ["node", program] } },
            ports: world.network.ports,
            maxSpeed: 10_000,
        });
        fill();
        await running.steady();
        await until(() => running.parts.accelerators.healthy(dnsName) === true);
        await running.clock.sleep(10_000);
        shoppers = geographies.map(({ code }, number) => {
            const from = running.network.shopperAddress(number, 0);
            return {
                geography: code,
                connection: new Connection(running.world, {
                    from,
                    geography: code,
                    host: direct,
                    resolver: new StubResolver(
                        running.clock,
                        (name) => askForAddresses(running.world, from, name),
                        false,
                    ),
                    ca: running.parts.certificates.caPem,
                    timeoutMs: 1000,
                }),
            };
        });
    });

    afterEach(async () => {
        shoppers.forEach(({ connection }) => connection.close());
        await running.stop();
        fs.rmSync(home, { recursive: true, force: true });
    });

    const dnsName = "a0123456789abcdef.awsglobalaccelerator.com";
    const listenerArn = `${arn}/listener/1`;

    /** Three regions that serve, an accelerator over them, and the name that leads to it. */
    function fill(): void {
        const declaring: Declaring = {
            declare: (type, region, id, inputs, computed = {}) =>
                running.store.put({
                    type,
                    region,
                    id,
                    inputs,
                    outputs: { ...inputs, ...computed },
                }),
        };
        declaring.declare("aws:globalaccelerator/accelerator:Accelerator", "global", arn, {
            arn,
            dnsName,
            hostedZoneId: "Z2BJ6XQ5FK7U4H",
        });
        declaring.declare("aws:globalaccelerator/listener:Listener", "global", listenerArn, {
            arn: listenerArn,
            acceleratorArn: arn,
            protocol: "TCP",
            clientAffinity: "SOURCE_IP",
            portRanges: [{ fromPort: 443, toPort: 443 }],
        });
        for (const region of regions) {
            const estate = declareEstate(declaring, { region, names: [direct] });
            declareService(declaring, estate, {
                port,
                environment: { PORT: String(port), VERSION: region },
            });
            declaring.declare(
                "aws:globalaccelerator/endpointGroup:EndpointGroup",
                "global",
                region,
                {
                    listenerArn,
                    endpointGroupRegion: region,
                    endpointConfigurations: [
                        {
                            endpointId: estate.balancerArn,
                            weight: 128,
                            clientIpPreservationEnabled: true,
                        },
                    ],
                },
            );
        }
        const record = {
            zoneId,
            name: direct,
            type: "A",
            aliases: [{ name: dnsName, zoneId: "Z2BJ6XQ5FK7U4H", evaluateTargetHealth: false }],
        };
        declaring.declare("aws:route53/record:Record", "global", "direct", record, {
            fqdn: direct,
        });
    }

    /** Looks every world second, for at most ten minutes. */
    async function until(condition: () => boolean): Promise<void> {
        for (let second = 0; !condition(); second++) {
            if (second === 600) {
                throw new Error("the condition did not come to hold within ten world minutes");
            }
            await running.clock.sleep(1000);
        }
    }

    /** One request from each geography, at once. */
    function visits(): Promise<readonly Visit[]> {
        return Promise.all(
            shoppers.map(async ({ geography, connection }) => ({
                geography,
                region: await connection.exchange({ method: "GET", path: "/version" }).then(
                    ({ body }) => (JSON.parse(body.toString()) as { version: string }).version,
                    () => undefined,
                ),
            })),
        );
    }

    const addresses = (): readonly string[] =>
        running.dns
            .resolve(direct, "A")
            .answers.map(({ value }) => value)
            .sort();

    it("keeps every shopper served when a region blacks out, with the DNS answers it had", async () => {
        const before = addresses();
        expect(before).to.have.length(2);
        expect(
            Object.fromEntries((await visits()).map((v) => [v.geography, v.region])),
        ).to.deep.equal({
            us: "us-east-1",
            br: "us-east-1",
            de: "eu-west-1",
            za: "eu-west-1",
            in: "ap-south-1",
            hk: "ap-south-1",
            au: "ap-south-1",
        });

        const mark = running.journal.mark();
        running.faults.inject({ kind: "blackout", region: "eu-west-1" });
        running.faults.inject({ kind: "control-planes", region: "us-east-1" });
        running.faults.inject({ kind: "control-planes", region: "us-west-2" });
        const faultMs = running.clock.now();
        const served = new Set<string>();
        let last: readonly Visit[] = [];
        do {
            last = await visits();
            last.filter(({ region }) => region !== undefined).forEach((v) =>
                served.add(v.geography),
            );
            expect(addresses()).to.deep.equal(before);
            await running.clock.sleep(5000);
        } while (last.some(({ region }) => region === undefined));
        expect(running.clock.now() - faultMs).to.be.below(60_000);
        expect([...served]).to.include.members(geographies.map(({ code }) => code));
        expect(last.filter(({ region }) => region === "eu-west-1")).to.deep.equal([]);
        expect(last.find(({ geography }) => geography === "de")?.region).to.equal("us-east-1");
        expect(
            running.journal.since(mark).filter(({ plane }) => plane === "control"),
        ).to.deep.equal([]);

        running.faults.healAll();
        await until(
            () => running.network.regionBehind(before[0] ?? "", "127.30.3.1") === "eu-west-1",
        );
        // A connection that stands is not moved back.
        expect((await visits()).find(({ geography }) => geography === "de")?.region).to.equal(
            "us-east-1",
        );
        shoppers.forEach(({ connection }) => connection.close());
        expect((await visits()).find(({ geography }) => geography === "de")?.region).to.equal(
            "eu-west-1",
        );
    });
});
