import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";
import { parse } from "yaml";

import { readGlobalConfig, readRegionConfig } from "../../infra/config";
import type { RawSettings } from "../../infra/settings";
import { globalStack, regionNames, stackNames, topology } from "../../infra/topology";

const root = path.join(__dirname, "..", "..");

function file(name: string): Record<string, unknown> {
    const text = fs.readFileSync(path.join(root, name), "utf8");
    return (parse(text) as { config: Record<string, unknown> }).config;
}

/** The settings that Pulumi would give the stack's program: its own, over the project's. */
function settingsOf(stack: string): RawSettings {
    const shared = Object.entries(file("Pulumi.yaml")).map(([key, held]) => [
        key,
        (held as { value: unknown }).value,
    ]);
    const all = { ...Object.fromEntries(shared), ...file(`Pulumi.${stack}.yaml`) };
    return Object.fromEntries(
        Object.entries(all as Record<string, unknown>).map(([key, value]) => [
            key,
            typeof value === "string" ? value : JSON.stringify(value),
        ]),
    );
}

describe("the stacks' files", () => {
    it("are one for each stack, and no more", () => {
        expect(
            fs
                .readdirSync(root)
                .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
                .sort(),
        ).to.deep.equal([...stackNames()].sort());
    });

    for (const region of regionNames()) {
        it(`configure ${region}`, () => {
            const config = readRegionConfig(region, topology, settingsOf(region));
            expect(config.region).to.equal(region);
        });
    }

    it("configure the global stack", () => {
        const config = readGlobalConfig(globalStack, topology, settingsOf(globalStack));
        expect(regionNames()).to.include.members([config.writer, config.standby]);
    });

    it("give every region addresses of its own", () => {
        const blocks = regionNames().map(
            (region) => file(`Pulumi.${region}.yaml`)["meridian:vpcCidr"],
        );
        expect(new Set(blocks)).to.have.length(blocks.length);
    });

    it("can take a lost region's users: the others' tasks suffice for all", () => {
        const tasks = regionNames().map((region) => {
            const config = file(`Pulumi.${region}.yaml`);
            return {
                minimum: Number(config["meridian:minimumTasks"]),
                maximum: Number(config["meridian:maximumTasks"]),
            };
        });
        const all = tasks.reduce((sum, { minimum }) => sum + minimum, 0);
        for (const [index] of tasks.entries()) {
            const survivors = tasks.filter((_, other) => other !== index);
            expect(survivors.reduce((sum, { maximum }) => sum + maximum, 0)).to.be.at.least(all);
        }
    });
});
