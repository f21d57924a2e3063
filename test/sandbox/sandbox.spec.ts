import { spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { startSandbox, type Sandbox, type SandboxOptions } from "../../sandbox";
import type { NetworkPorts } from "../../sandbox/world/network";
import { smallWorld } from "../support/smallWorld";
import { account, declareEstate, declareService, type Declaring } from "./support/estate";

const program = path.join(__dirname, "support/program.js");
const port = 8080;

describe("Sandbox", () => {
    let home: string;
    let ports: NetworkPorts;
    let sandbox: Sandbox | undefined;

    beforeEach(async () => {
        home = fs.mkdtempSync(path.join(os.tmpdir(), "meridian-sandbox-"));
        const world = await smallWorld();
        ports = world.network.ports;
        world.end();
    });

    afterEach(async () => {
        await sandbox?.stop();
        sandbox = undefined;
        fs.rmSync(home, { recursive: true, force: true });
    });

    async function start(more: Partial<SandboxOptions> = {}): Promise<Sandbox> {
        sandbox = await startSandbox({
            home,
            accountId: account,
            hostedZones: [{ id: "Z0123456789EXAMPLE", name: "example.com" }],
            images: { shop: { command: ["node", program] } },
            ports,
            maxSpeed: 10_000,
            ...more,
        });
        return sandbox;
    }

    /** Fills the account by hand with one region that serves; resolves when it does. */
    async function fill(running: Sandbox): Promise<{ dnsName: string; service: string }> {
        const { store } = running;
        const declaring: Declaring = {
            declare: (type, region, id, inputs, computed = {}) =>
                store.put({ type, region, id, inputs, outputs: { ...inputs, ...computed } }),
        };
        const estate = declareEstate(declaring);
        const service = declareService(declaring, estate, {
            port,
            environment: { PORT: String(port), VERSION: "1" },
        });
        await running.steady();
        return { dnsName: estate.dnsName, service };
    }

    it("serves what the account holds, and again after a restart from its home", async () => {
        const first = await start();
        const { dnsName } = await fill(first);
        expect(await version(first, dnsName)).to.equal(200);
        await first.stop();
        const second = await start();
        expect(second.store.all()).to.have.length(first.store.all().length);
        await second.steady();
        expect(await version(second, dnsName)).to.equal(200);
    });

    it("leaves no process and no port behind", async () => {
        const running = await start();
        const { service } = await fill(running);
        const [task] = running.tasks.processes(service);
        await running.stop();
        await running.stop();
        expect(task?.alive).to.be.false;
        expect(() => process.kill(task?.pid ?? 0, 0)).to.throw("ESRCH");
        await start();
    });

    it("says which port is in use before anything starts", async () => {
        const taken = net.createServer().listen(ports.api, "127.0.0.1");
        await once(taken, "listening");
        const error = await start().catch((e: unknown) => e);
        taken.close();
        expect(String(error)).to.equal(
            `AddressError: port ${ports.api} on 127.0.0.1 is in use; stop what uses it, or choose another with ports.api`,
        );
        expect(fs.existsSync(path.join(home, "ca.pem"))).to.be.false;
    });

    it("refuses an account id that is none", async () => {
        const error = await start({ accountId: "1234" }).catch((e: unknown) => e);
        expect(String(error)).to.contain("accountId must be twelve digits, got 1234");
    });

    it("draws the same numbers from the same seed", async () => {
        const draw = async (seed: number): Promise<readonly number[]> => {
            const running = await start({ seed });
            await running.stop();
            return Array.from({ length: 5 }, running.world.random);
        };
        expect(await draw(7)).to.deep.equal(await draw(7));
        expect(await draw(7)).not.to.deep.equal(await draw(8));
    });

    it("gives an environment that leads here and nowhere else", async () => {
        const running = await start();
        const environment = running.environment();
        for (const name of ["REHEARSAL_CLOUD_URL", "AWS_ENDPOINT_URL"]) {
            expect(new URL(environment[name] ?? "").hostname).to.equal("127.0.0.1");
        }
        const state = environment["PULUMI_BACKEND_URL"]?.replace("file://", "") ?? "";
        expect(fs.statSync(state).isDirectory()).to.be.true;
        expect(fs.readFileSync(environment["NODE_EXTRA_CA_CERTS"] ?? "", "utf8")).to.equal(
            running.parts.certificates.caPem,
        );
        expect(environment["AWS_CONFIG_FILE"]).to.equal(os.devNull);
    });

    it("fails a name over when health checkers lose its region, for real resolvers", async () => {
        const running = await start();
        const { store, clock, network, faults } = running;
        const declaring: Declaring = {
            declare: (type, region, id, inputs, computed = {}) =>
                store.put({ type, region, id, inputs, outputs: { ...inputs, ...computed } }),
        };
        const zoneId = "Z0123456789EXAMPLE";
        for (const [region, role] of [
            ["us-east-1", "PRIMARY"],
            ["eu-west-1", "SECONDARY"],
        ] as const) {
            const estate = declareEstate(declaring, { region });
            declareService(declaring, estate, {
                port,
                environment: { PORT: String(port), VERSION: region },
            });
            const check = {
                type: "HTTPS",
                fqdn: estate.dnsName,
                port: 443,
                resourcePath: "/health",
                requestInterval: 10,
                failureThreshold: 3,
                enableSni: true,
                regions: ["sa-east-1", "eu-west-1", "ap-southeast-1"],
            };
            declaring.declare(
                "aws:route53/healthCheck:HealthCheck",
                "global",
                `check-${region}`,
                check,
            );
            const record = {
                zoneId,
                name: "app.example.com",
                type: "A",
                setIdentifier: region,
                failoverRoutingPolicies: [{ type: role }],
                healthCheckId: `check-${region}`,
                aliases: [
                    { name: estate.dnsName, zoneId: "Z35SXDOTRQ7X7K", evaluateTargetHealth: true },
                ],
            };
            declaring.declare("aws:route53/record:Record", "global", `record-${region}`, record, {
                fqdn: "app.example.com",
            });
        }
        await running.steady();
        const answer = (): string | undefined =>
            running.dns.resolve("app.example.com", "A").answers.find(({ type }) => type === "A")
                ?.value;
        const regionNow = (): string | undefined => network.placeOf(answer() ?? "").region;
        const resolver = new Resolver();
        resolver.setServers([`127.53.0.1:${ports.dns}`]);

        await until(running, () => running.health.status("check-us-east-1")?.healthy === true);
        expect(regionNow()).to.equal("us-east-1");
        expect(await clock.io(() => resolver.resolve4("app.example.com"))).to.deep.equal([
            answer(),
        ]);

        faults.inject({ kind: "blackout", region: "us-east-1" });
        await until(running, () => regionNow() === "eu-west-1");
        expect(await clock.io(() => resolver.resolve4("app.example.com"))).to.deep.equal([
            answer(),
        ]);
        expect(running.health.healthy("check-us-east-1")).to.be.false;

        faults.healAll();
        await until(running, () => regionNow() === "us-east-1");
    });

    it("takes its tasks with it when it is killed", async () => {
        const running = await start();
        await fill(running);
        await running.stop();
        const script = `
            const { startSandbox } = require(${JSON.stringify(path.join(__dirname, "../../sandbox"))});
            startSandbox(JSON.parse(process.argv[1])).then(async (sandbox) => {
                await sandbox.steady();
                const arn = sandbox.store.list("aws:ecs/service:Service")[0].id;
                process.stdout.write(sandbox.tasks.processes(arn)[0].pid + "\\n");
            });`;
        const options: SandboxOptions = {
            home,
            accountId: account,
            hostedZones: [{ id: "Z0123456789EXAMPLE", name: "example.com" }],
            images: { shop: { command: ["node", program] } },
            ports,
            maxSpeed: 10_000,
        };
        const world = spawn(
            process.execPath,
            ["-r", "ts-node/register/transpile-only", "-e", script, JSON.stringify(options)],
            { stdio: ["ignore", "pipe", "inherit"], cwd: path.join(__dirname, "../..") },
        );
        const [line] = (await once(world.stdout, "data")) as [Buffer];
        const pid = Number(line.toString());
        expect(() => process.kill(pid, 0)).not.to.throw();
        world.kill("SIGKILL");
        await once(world, "exit");
        while (exists(pid)) {
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
    });
});

/** Looks every world second, for at most ten minutes. */
async function until(sandbox: Sandbox, condition: () => boolean): Promise<void> {
    for (let second = 0; !condition(); second++) {
        if (second === 600) {
            throw new Error("the condition did not come to hold within ten world minutes");
        }
        await sandbox.clock.sleep(1000);
    }
}

async function version(sandbox: Sandbox, dnsName: string): Promise<number> {
    const response = await sandbox.network.request({
        from: sandbox.network.shopperAddress(0, 0),
        to: sandbox.network.resolveAwsName(dnsName)?.[0] ?? "",
        port: 443,
        tls: true,
        host: dnsName,
        method: "GET",
        path: "/version",
        timeoutMs: 30_000,
        ca: sandbox.parts.certificates.caPem,
    });
    return response.status;
}

function exists(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
}
