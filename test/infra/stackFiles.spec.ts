import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";
import { parse } from "yaml";

import { stackConfigDir } from "../../automation/chosenEstate";
import { readGlobalConfig, readRegionConfig, readTopology } from "../../infra/config";
import type { RawSettings } from "../../infra/settings";
import {
    estateNames,
    globalStack,
    regionNames,
    stackNames,
    topologyOf,
} from "../../infra/topology";
import { serviceMinimum } from "../../policies/resilience/rules/capacity/serviceMinimum";

const root = path.join(__dirname, "..", "..");

function file(name: string): Record<string, unknown> {
    const text = fs.readFileSync(path.join(root, name), "utf8");
    return (parse(text) as { config: Record<string, unknown> }).config;
}

for (const estate of estateNames) {
    const folder = stackConfigDir(estate) ?? ".";
    const topology = topologyOf(estate);

    /** The settings that Pulumi would give the stack's program: its own, over the project's. */
    const settingsOf = (stack: string): RawSettings => {
        const shared = Object.entries(file("Pulumi.yaml")).map(([key, held]) => [
            key,
            (held as { value: unknown }).value,
        ]);
        const all = {
            ...Object.fromEntries(shared),
            ...file(path.join(folder, `Pulumi.${stack}.yaml`)),
        };
        return Object.fromEntries(
            Object.entries(all as Record<string, unknown>).map(([key, value]) => [
                key,
                typeof value === "string" ? value : JSON.stringify(value),
            ]),
        );
    };
    const tasks = regionNames(topology).map((region) => {
        const config = file(path.join(folder, `Pulumi.${region}.yaml`));
        return {
            minimum: Number(config["meridian:minimumTasks"]),
            maximum: Number(config["meridian:maximumTasks"]),
        };
    });

    describe(`the stacks' files of the ${estate} estate`, () => {
        it("are one for each stack, and no more", () => {
            expect(
                fs
                    .readdirSync(path.join(root, folder))
                    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
                    .sort(),
            ).to.deep.equal([...stackNames(topology)].sort());
        });

        it("name their estate, so that a stack's program knows its regions", () => {
            for (const stack of stackNames(topology)) {
                expect(readTopology(stack, settingsOf(stack)), stack).to.deep.equal(topology);
            }
        });

        for (const region of regionNames(topology)) {
            it(`configure ${region}`, () => {
                const config = readRegionConfig(region, topology, settingsOf(region));
                expect(config.region).to.equal(region);
            });
        }

        it("configure the global stack", () => {
            const config = readGlobalConfig(globalStack, topology, settingsOf(globalStack));
            expect(regionNames(topology)).to.include.members([config.writer, config.standby]);
        });

        it("give every region addresses of its own", () => {
            const blocks = regionNames(topology).map(
                (region) => file(path.join(folder, `Pulumi.${region}.yaml`))["meridian:vpcCidr"],
            );
            expect(new Set(blocks)).to.have.length(blocks.length);
        });

        it("can take a lost region's users: the others' tasks suffice for all", () => {
            const all = tasks.reduce((sum, { minimum }) => sum + minimum, 0);
            for (const [index] of tasks.entries()) {
                const survivors = tasks.filter((_, other) => other !== index);
                expect(survivors.reduce((sum, { maximum }) => sum + maximum, 0)).to.be.at.least(
                    all,
                );
            }
        });

        it("keep to the peak that the estate's policies reckon with, their own and a lost region's", () => {
            const own = path.join(root, folder, "resilience.json");
            const config = fs.existsSync(own)
                ? (JSON.parse(fs.readFileSync(own, "utf8")) as Record<
                      string,
                      { peakTasks: number }
                  >)
                : {};
            const peak =
                config[serviceMinimum.name]?.peakTasks ??
                serviceMinimum.configSchema?.properties["peakTasks"]?.default;
            for (const { minimum } of tasks) {
                expect(minimum).to.be.at.least(2 * Number(peak));
            }
        });
    });
}
