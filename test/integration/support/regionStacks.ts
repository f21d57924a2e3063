import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";

import { hostedZoneResource } from "../../../sandbox/aws/route53/hostedZones";
import { ControlPlane } from "../../../sandbox/world/controlPlane";
import { ProviderEndpoint } from "../../../sandbox/world/server";
import { fakeWorld } from "../../sandbox/support/fakeWorld";
import { createBench, type Outcome, type Project } from "./project";

const root = path.join(__dirname, "..", "..", "..");

/** The project's own region stacks, on the real engine over a world with control planes and no data plane. */
export interface RegionStacks {
    readonly world: ReturnType<typeof fakeWorld>;
    readonly project: Project;
    pulumi(args: readonly string[]): Promise<Outcome>;
    /** Updates the stacks in parallel; fails with what the engine printed. */
    up(...stacks: readonly string[]): Promise<void>;
    /** What was called meanwhile, in the order the world recorded it: `plane service action region`. */
    callsOf(run: () => Promise<void>): Promise<readonly string[]>;
    /** Sets what a stack's file says of other regions; nothing where it is undefined. */
    configureVotes(stack: string, votes: Readonly<Record<string, string>> | undefined): void;
    votesOf(stack: string): Promise<Readonly<Record<string, string>>>;
    stop(): Promise<void>;
}

/** Creates the stacks and deploys them; `stop` it afterwards. */
export async function regionStacks(stacks: readonly string[]): Promise<RegionStacks> {
    const world = fakeWorld([
        hostedZoneResource({ id: "Z0123456789EXAMPLE", name: "example.com" }),
    ]);
    const endpoint = new ProviderEndpoint(world, new ControlPlane(world, { timeoutMs: 1000 }));
    await endpoint.start();
    const bench = await createBench();
    const fileOf = (stack: string): string => `Pulumi.${stack}.yaml`;
    const project = bench.project(
        "region",
        Object.fromEntries(
            ["Pulumi.yaml", "package.json", ...stacks.map(fileOf)].map((name) => [
                name,
                fs.readFileSync(path.join(root, name), "utf8"),
            ]),
        ),
    );
    for (const folder of ["components", "infra", "runtime"]) {
        fs.symlinkSync(path.join(root, folder), path.join(project.folder, folder));
    }
    const pulumi: RegionStacks["pulumi"] = (args) =>
        project.pulumi(args, {
            REHEARSAL_CLOUD_URL: endpoint.url(),
            AWS_ACCESS_KEY_ID: "AKIAREHEARSALCLOUD00",
            AWS_SECRET_ACCESS_KEY: "rehearsal",
        });
    const succeeds = async (args: readonly string[]): Promise<void> => {
        const outcome = await pulumi(args);
        expect(outcome.status, outcome.stdout + outcome.stderr).to.equal(0);
    };
    const up: RegionStacks["up"] = async (...chosen) => {
        await Promise.all(
            chosen.map((stack) => succeeds(["up", "--yes", "--skip-preview", "--stack", stack])),
        );
    };
    for (const stack of stacks) {
        await succeeds(["stack", "init", stack]);
    }
    await up(...stacks);
    return {
        world,
        project,
        pulumi,
        up,
        callsOf: async (run) => {
            const mark = world.journal.mark();
            await run();
            return world.journal
                .since(mark)
                .map((call) => `${call.plane} ${call.service} ${call.action} ${call.region}`);
        },
        configureVotes: (stack, votes) => {
            const file = path.join(project.folder, fileOf(stack));
            const text = fs
                .readFileSync(file, "utf8")
                .replace(/^ {2}meridian:votes:\n(?: {4}.*\n)*/m, "");
            const lines = Object.entries(votes ?? {}).map(([of, vote]) => `\n    ${of}: ${vote}`);
            const block = votes === undefined ? "" : `\n  meridian:votes:${lines.join("")}`;
            fs.writeFileSync(file, text.replace(/^config:/m, `config:${block}`));
        },
        votesOf: async (stack) => (await project.outputs(stack))["votes"] as Record<string, string>,
        stop: async () => {
            await endpoint.stop();
            bench.remove();
            world.close();
        },
    };
}

/** The provider signs in once per update, in its own region. */
export function signIn(stack: string): string {
    return `data sts GetCallerIdentity ${stack}`;
}

/** A vote, as the world records it. */
export function voteWrite(stack: string): string {
    return `data s3 PutObject ${stack}`;
}
