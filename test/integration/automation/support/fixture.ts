import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { deploy } from "../../../../automation/commands/deploy";
import type { Estate } from "../../../../automation/estate";
import { Stacks } from "../../../../automation/stacks";
import { regionNames, topology } from "../../../../infra/topology";
import type { Engine } from "../../../../automation/wiring";
import { prepareEngine } from "../../../../sandbox/engine";

const source = path.join(__dirname, "..", "fixture");
const repository = path.join(__dirname, "..", "..", "..", "..");

/** The fixture program on the real engine, with a cloud that is a folder. */
export interface Fixture {
    readonly root: string;
    readonly estate: Estate;
    readonly stacks: Stacks;
    readonly engine: Engine;
    /** What leads the engine to the fixture's state and cloud. */
    readonly environment: Readonly<Record<string, string>>;
    /** Content of `votes-<on>` as the region's cloud holds it. */
    vote(voter: string, on: string): Promise<string>;
    /** Weights of the region's own record and of its stand-in's. */
    weights(region: string): Promise<readonly [home: number, away: number]>;
    /** Every create, update and delete that reached the cloud, in order. */
    calls(): Promise<readonly string[]>;
    stackFile(stack: string): string;
}

/** Lays the project out in a new folder and deploys it. */
export async function createFixture(): Promise<Fixture> {
    const root = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-fixture-"));
    const project = path.join(root, "project");
    await fs.mkdir(path.join(root, "cloud"), { recursive: true });
    await fs.mkdir(path.join(root, "state"));
    await fs.mkdir(project);
    for (const file of ["Pulumi.yaml", "package.json", "index.js"]) {
        await fs.copyFile(path.join(source, file), path.join(project, file));
    }
    await fs.symlink(path.join(repository, "node_modules"), path.join(project, "node_modules"));
    for (const stack of [...regionNames(), "global"]) {
        const region = stack === "global" ? "us-east-1" : stack;
        await fs.writeFile(
            path.join(project, `Pulumi.${stack}.yaml`),
            `# ${stack}\nconfig:\n  aws:region: ${region} # fixed\n`,
        );
    }
    const fixture = await openFixture(root);
    await deploy(fixture.estate);
    return fixture;
}

/** A second look at a fixture, such as from another process. */
export async function openFixture(
    root: string,
    environment: Readonly<Record<string, string>> = {},
): Promise<Fixture> {
    const projectFolder = path.join(root, "project");
    const cloud = path.join(root, "cloud");
    const engine = await prepareEngine({
        home: path.join(root, "home"),
        pluginEntry: path.join(source, "provider.js"),
        onProgress: () => undefined,
    });
    const own = {
        PULUMI_BACKEND_URL: `file://${path.join(root, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "fixture",
        FIXTURE_CLOUD: cloud,
        ...environment,
    };
    const stacks = await Stacks.open({ engine, projectFolder, environment: own });
    const resource = async (name: string): Promise<Record<string, unknown>> =>
        JSON.parse(await fs.readFile(path.join(cloud, `${name}.json`), "utf8")) as Record<
            string,
            unknown
        >;
    const weight = async (region: string, side: string): Promise<number> => {
        const record = await resource(`us-east-1.${region}-${side}`);
        return (record["weightedRoutingPolicies"] as { weight: number }[])[0]?.weight ?? NaN;
    };
    return {
        root,
        stacks,
        engine,
        environment: own,
        estate: {
            name: "full",
            topology,
            configFolder: projectFolder,
            stacks,
            projectFolder,
            policyPacks: { standing: [], evacuation: () => [] },
        },
        vote: async (voter, on) => String((await resource(`${voter}.votes-${on}`))["content"]),
        weights: async (region) => [await weight(region, "home"), await weight(region, "away")],
        calls: async () =>
            (await fs.readFile(path.join(cloud, "calls.log"), "utf8")).trim().split("\n"),
        stackFile: (stack) => path.join(projectFolder, `Pulumi.${stack}.yaml`),
    };
}

export async function removeFixture(fixture: Fixture): Promise<void> {
    await fs.rm(fixture.root, { recursive: true, force: true });
}
