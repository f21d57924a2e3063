import path from "node:path";
import { setTimeout as realSleep } from "node:timers/promises";

import { expect } from "chai";

import { Certificates } from "../../../../sandbox/world/certificates";
import { Inside } from "../../../../sandbox/world/inside/inside";
import { LoadBalancers } from "../../../../sandbox/world/loadBalancers";
import { Targets } from "../../../../sandbox/world/targets";
import { Tasks } from "../../../../sandbox/world/tasks";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../../support/smallWorld";
import { declareEstate, declareService, type Estate } from "../../support/estate";

const program = path.join(__dirname, "../../support/program.js");
const port = 8080;

describe("Tasks", () => {
    let world: SmallWorld;
    let certificates: Certificates;
    let targets: Targets;
    let balancers: LoadBalancers;
    let tasks: Tasks;
    let estate: Estate;

    before(async () => {
        world = await smallWorld();
        certificates = await Certificates.open(world.home);
        targets = new Targets();
        balancers = new LoadBalancers(world, {
            certificates,
            targets,
            metrics: new RecordedMetrics(),
        });
        tasks = new Tasks(world, {
            targets,
            inside: await Inside.prepare(world, certificates.caFile),
            images: { shop: { command: ["node", program] } },
        });
        await balancers.start();
        await tasks.start();
        estate = declareEstate(world);
        await balancers.settled();
    });

    after(async () => {
        await tasks.stop();
        await balancers.stop();
        world.end();
    });

    async function get(route: string): Promise<unknown> {
        const response = await world.network.request({
            from: world.network.shopperAddress(0, 0),
            to: world.network.resolveAwsName(estate.dnsName)?.[0] ?? "",
            port: 443,
            tls: true,
            host: "app.example.com",
            method: "GET",
            path: route,
            timeoutMs: 30_000,
            ca: certificates.caPem,
        });
        return JSON.parse(response.body.toString() || "null");
    }

    function declare(
        revision: number,
        environment: Readonly<Record<string, string>> = {},
        more: Partial<Parameters<typeof declareService>[2]> = {},
    ): string {
        return declareService(world, estate, {
            port,
            revision,
            environment: { PORT: String(port), VERSION: String(revision), ...environment },
            ...more,
        });
    }

    it("runs one process for a service, healthy before it counts as steady", async () => {
        const arn = declare(1);
        await tasks.steady(arn);
        expect(balancers.targetsHealthy(estate.dnsName)).to.be.true;
        expect(tasks.runningCount(arn)).to.equal(3);
        expect(tasks.processes(arn)).to.have.length(1);
        expect(await get("/version")).to.deep.equal({ version: "1", closing: false });
    });

    it("gives it the environment that the task definition declares, the platform's, and nothing else", async () => {
        const { network } = world;
        expect(await get("/environment")).to.deep.equal({
            PORT: String(port),
            VERSION: "1",
            AWS_REGION: "us-east-1",
            AWS_DEFAULT_REGION: "us-east-1",
            AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
            AWS_ACCESS_KEY_ID: "ASIAREHEARSALCLOUD00",
            AWS_SECRET_ACCESS_KEY: "rehearsal",
            AWS_SESSION_TOKEN: "rehearsal",
            AWS_ENDPOINT_URL: `http://${network.apiAddress("us-east-1")}:${network.ports.api}`,
        });
    });

    it("gives it the world's time, and its timers fire by it", async () => {
        const before = (await get("/time")) as { now: number; ticks: number };
        await world.clock.sleep(600_000);
        await world.until(() => world.clock.now() > before.now + 600_000);
        const after = (await get("/time")) as { now: number; made: number; ticks: number };
        expect(after.now - before.now).to.be.at.least(590_000);
        expect(after.now).to.be.at.most(world.clock.now() + 1000);
        expect(after.made).to.be.within(after.now, after.now + 1000);
        expect(after.ticks - before.ticks).to.be.at.least(58);
    });

    it("lets it wait for the world's time when that stood still", async () => {
        const release = world.clock.hold();
        // What it is still to be told of earlier jumps goes out first.
        await realSleep(50);
        const until = performance.now() + 2000;
        while (performance.now() < until);
        let aheadMs: number;
        do {
            const { now } = (await get("/time")) as { now: number };
            aheadMs = now - world.clock.now();
        } while (aheadMs > 200);
        release();
    });

    it("starts it again when it ends", async () => {
        const arn = `arn:aws:ecs:us-east-1:111122223333:service/main/shop`;
        const [first] = tasks.processes(arn);
        await get("/crash").catch(() => {});
        await first?.exited;
        await tasks.steady(arn);
        expect(tasks.processes(arn)[0]?.pid).not.to.equal(first?.pid);
        expect(tasks.lastFailure(arn)).to.equal("exit status 3");
        expect(await get("/version")).to.include({ version: "1" });
    });

    it("rolls over to a new revision: the new one is healthy before the old one ends", async () => {
        const arn = declare(1);
        await tasks.steady(arn);
        const [old] = tasks.processes(arn);
        let sawBoth = false;
        targets.on("change", () => {
            const states = targets.all(estate.groupArn).map(({ state }) => state);
            sawBoth ||= states.length === 2 && states.every((state) => state === "healthy");
        });
        declare(2);
        await tasks.steady(arn);
        await old?.exited;
        expect(sawBoth).to.be.true;
        expect(tasks.processes(arn)).to.have.length(1);
        expect(await get("/version")).to.deep.equal({ version: "2", closing: false });
    });

    it("keeps the old revision when the new one never gets healthy, and says that it failed", async () => {
        const arn = declare(3, { SICK: "1" });
        const error = await tasks.steady(arn).catch((e: unknown) => e);
        expect(String(error)).to.match(/deployment failed: 3 tasks failed .*not healthy/);
        expect(await get("/version")).to.include({ version: "2" });
        declare(4);
        await tasks.steady(arn);
        expect(await get("/version")).to.include({ version: "4" });
    });

    it("says what it cannot run", async () => {
        const arn = declare(5, {}, { image: "other/thing:1" });
        const error = await tasks.steady(arn).catch((e: unknown) => e);
        expect(String(error)).to.match(/cannot pull container image other\/thing:1.*knows shop/);
        declare(4);
        await tasks.steady(arn);
    });

    /** How the task of a revision ended that the next one replaced. */
    async function endOf(
        revision: number,
        environment: Readonly<Record<string, string>>,
        stopTimeout: number,
    ): Promise<string | undefined> {
        const arn = declare(revision, environment, { stopTimeout });
        await tasks.steady(arn);
        const task = tasks.processes(arn).at(-1);
        declare(revision + 1);
        await tasks.steady(arn);
        return task?.exited;
    }

    it("kills what ignores SIGTERM after the stop timeout", async () => {
        expect(await endOf(6, { STUBBORN: "1" }, 1)).to.equal("signal SIGKILL");
    });

    it("leaves a task the time to stop, on a slow machine as well", async () => {
        expect(await endOf(8, { SLOW_MS: "500" }, 30)).to.equal("exit status 0");
    });

    it("refuses any address outside the machine", async () => {
        const url = encodeURIComponent("http://93.184.216.34/");
        expect(await get(`/fetch?url=${url}`)).to.include({ code: "ENETUNREACH" });
    });

    it("ends the process when the service is deleted or wants nothing", async () => {
        const arn = declare(10, {}, { desiredCount: 0 });
        const [task] = tasks.processes(arn);
        await task?.exited;
        await tasks.steady(arn);
        expect(tasks.runningCount(arn)).to.equal(0);
        declare(10);
        await tasks.steady(arn);
        const [again] = tasks.processes(arn);
        world.store.delete("aws:ecs/service:Service", "us-east-1", arn);
        expect(await again?.exited).to.equal("exit status 0");
        await world.until(() => targets.all(estate.groupArn).length === 0);
    });
});
