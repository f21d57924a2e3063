import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";

import { hostedZoneResource } from "../../../sandbox/aws/route53/hostedZones";
import { ControlPlane } from "../../../sandbox/world/controlPlane";
import { ProviderEndpoint } from "../../../sandbox/world/server";
import { fakeWorld } from "../../sandbox/support/fakeWorld";
import { createBench, type Bench, type Outcome, type Project } from "../support/project";

const root = path.join(__dirname, "..", "..", "..");
const stack = "eu-west-1";
const stackFile = `Pulumi.${stack}.yaml`;

/** Calls of one update, as the world recorded them: `plane service action region`. */
type Calls = readonly string[];

/** The provider signs in once per update, in its own region. */
const signIn = `data sts GetCallerIdentity ${stack}`;

describe("a region stack on the real engine", () => {
    let world: ReturnType<typeof fakeWorld>;
    let endpoint: ProviderEndpoint;
    let bench: Bench;
    let project: Project;

    before(async () => {
        world = fakeWorld([hostedZoneResource({ id: "Z0123456789EXAMPLE", name: "example.com" })]);
        endpoint = new ProviderEndpoint(world, new ControlPlane(world, { timeoutMs: 1000 }));
        await endpoint.start();
        bench = await createBench();
        const own = (name: string): [string, string] => [
            name,
            fs.readFileSync(path.join(root, name), "utf8"),
        ];
        project = bench.project(
            "region",
            Object.fromEntries(["Pulumi.yaml", stackFile, "package.json"].map(own)),
        );
        for (const folder of ["components", "infra", "runtime"]) {
            fs.symlinkSync(path.join(root, folder), path.join(project.folder, folder));
        }
        await succeeds(["stack", "init", stack]);
        await up();
    });
    after(async () => {
        await endpoint.stop();
        bench.remove();
        world.close();
    });
    afterEach(() => world.faults.healAll());

    async function succeeds(args: readonly string[]): Promise<Outcome> {
        const outcome = await project.pulumi(args, {
            REHEARSAL_CLOUD_URL: endpoint.url(),
            AWS_ACCESS_KEY_ID: "AKIAREHEARSALCLOUD00",
            AWS_SECRET_ACCESS_KEY: "rehearsal",
        });
        expect(outcome.status, outcome.stdout + outcome.stderr).to.equal(0);
        return outcome;
    }

    async function up(): Promise<Calls> {
        const mark = world.journal.mark();
        await succeeds(["up", "--yes", "--skip-preview", "--stack", stack]);
        return world.journal
            .since(mark)
            .map((call) => `${call.plane} ${call.service} ${call.action} ${call.region}`);
    }

    /** Sets what the stack's file says of us-east-1; nothing where it is undefined. */
    function configureVote(vote: string | undefined): void {
        const file = path.join(project.folder, stackFile);
        const text = fs
            .readFileSync(file, "utf8")
            .replace(/^ {2}meridian:votes:\n(?: {4}.*\n)*/m, "");
        const votes = vote === undefined ? "" : `\n  meridian:votes:\n    us-east-1: ${vote}`;
        fs.writeFileSync(file, text.replace(/^config:/m, `config:${votes}`));
    }

    const voteOnUsEast1 = async (): Promise<string | undefined> =>
        ((await project.outputs(stack))["votes"] as Record<string, string>)["us-east-1"];

    function loseUsEast1(): void {
        world.faults.inject({ kind: "blackout", region: "us-east-1" });
        world.faults.inject({ kind: "control-planes", region: "us-east-1" });
    }

    it("makes no call when nothing has changed, and so looks nothing up", async () => {
        expect(await up()).to.deep.equal([signIn]);
    });

    it("votes with one write in its own region, us-east-1 and every control plane in it gone", async () => {
        loseUsEast1();
        configureVote("evacuate");
        expect(await up()).to.deep.equal([signIn, `data s3 PutObject ${stack}`]);
        expect(await voteOnUsEast1()).to.equal("evacuate");
    });

    it("keeps a vote that its configuration no longer mentions", async () => {
        loseUsEast1();
        configureVote(undefined);
        expect(await up()).to.deep.equal([signIn]);
        expect(await voteOnUsEast1()).to.equal("evacuate");
    });

    it("takes a vote back with one write when it is told to", async () => {
        configureVote("in-service");
        expect(await up()).to.deep.equal([signIn, `data s3 PutObject ${stack}`]);
        expect(await voteOnUsEast1()).to.equal("in-service");
    });

    it("reports what is wrong with its configuration without a stack trace", async () => {
        configureVote("maybe");
        const { status, stdout } = await project.pulumi(["preview", "--stack", stack], {
            REHEARSAL_CLOUD_URL: endpoint.url(),
        });
        expect(status).not.to.equal(0);
        expect(stdout).to.contain(
            '`meridian:votes.us-east-1`: must be in-service or evacuate, got "maybe"',
        );
        expect(stdout).not.to.contain("    at ");
    });
});
