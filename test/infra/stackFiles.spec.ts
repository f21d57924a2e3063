import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";

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
import { stackFile, stackSettings } from "../support/stackFiles";

const root = path.join(__dirname, "..", "..");

for (const estate of estateNames) {
    const folder = stackConfigDir(estate) ?? ".";
    const topology = topologyOf(estate);

    const settingsOf = (stack: string): RawSettings => stackSettings(estate, stack);
    const tasks = regionNames(topology).map((region) => {
        const config = stackFile(path.join(folder, `Pulumi.${region}.yaml`));
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
                (region) =>
                    stackFile(path.join(folder, `Pulumi.${region}.yaml`))["meridian:vpcCidr"],
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
