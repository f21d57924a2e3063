import * as pulumi from "@pulumi/pulumi";

import { cacheProblems } from "../components/cacheProblems";
import { regionProblems } from "../components/regionProblems";
import { routingProblems } from "../components/routingProblems";
import { capacityProblems } from "../components/tableCapacity";
import { readSettings, type RawSettings, type SettingShape, type Values } from "./settings";
import { globalShape, regionShape, type sharedShape } from "./settingShapes";
import { regionNames, topologyProblems, type Topology } from "./topology";

export type RegionConfig = Values<typeof regionShape>;
export type GlobalConfig = Values<typeof globalShape>;

/**
 * A region stack's configuration.
 *
 * @throws RunError that lists every problem
 */
export function readRegionConfig(
    stack: string,
    topology: Topology,
    raw: RawSettings = pulumi.runtime.allConfig(),
): RegionConfig {
    return read(stack, regionShape, raw, topology, (values) => [
        ...(values.region === undefined || values.region === stack
            ? []
            : [
                  `\`aws:region\`: must be the stack's own region, ${stack}, got ${JSON.stringify(values.region)}; a stack never moves`,
              ]),
        ...regionProblems({ ...values, region: stack, regions: regionNames(topology) }),
    ]);
}

/**
 * The global stack's configuration.
 *
 * @throws RunError that lists every problem
 */
export function readGlobalConfig(
    stack: string,
    topology: Topology,
    raw: RawSettings = pulumi.runtime.allConfig(),
): GlobalConfig {
    const names = regionNames(topology);
    return read(stack, globalShape, raw, topology, (values) => [
        ...routingProblems({
            ...values,
            quorum: topology.quorum,
            regions: names.map((region) => ({
                region,
                away: topology.regions[region]?.away ?? "",
            })),
        }),
        ...unknownRegions("meridian:shares", Object.keys(values.shares ?? {}), names),
        ...(values.tableHome === undefined
            ? []
            : unknownRegions("meridian:tableHome", [values.tableHome], names)),
        ...(values.capacity === undefined ? [] : capacityProblems(values.capacity, names)),
        ...(values.cache === undefined ? [] : cacheProblems(values.cache, values.writer, names)),
    ]);
}

function read<S extends typeof sharedShape & SettingShape>(
    stack: string,
    shape: S,
    raw: RawSettings,
    topology: Topology,
    check: (values: Partial<Values<S>>) => readonly string[],
): Values<S> {
    const { values, problems } = readSettings(shape, raw);
    const shared: Partial<Values<typeof sharedShape>> = values;
    const all = [
        ...problems,
        ...unknownKeys(raw),
        ...accountProblems(shared.accountId, shared.allowedAccountIds),
        ...check(values).map((problem) => inSettingsWords(problem, shape)),
        ...topologyProblems(topology).map((problem) => `infra/topology.ts: ${problem}`),
    ];
    if (all.length > 0) {
        throw new pulumi.RunError(
            `the configuration of stack ${stack} is not usable:\n` +
                all.map((problem) => `  - ${problem}\n`).join("") +
                `set the values in Pulumi.${stack}.yaml, or in Pulumi.yaml for all stacks`,
        );
    }
    // Without a problem every setting of the shape was read.
    return values as Values<S>;
}

/** The components speak of `vpcCidr`; whoever has to mend it knows it as `meridian:vpcCidr`. */
function inSettingsWords(problem: string, shape: SettingShape): string {
    return problem.replace(/^`(\w+)/, (found, name: string) => {
        const key = shape[name]?.key;
        return key === undefined ? found : `\`${key}`;
    });
}

/** A misspelt key would otherwise be a setting that is silently not there, a vote above all. */
function unknownKeys(raw: RawSettings): readonly string[] {
    const known = [regionShape, globalShape].flatMap((shape) =>
        Object.values<{ key: string }>(shape).map(({ key }) => key),
    );
    return Object.keys(raw)
        .filter((key) => key.startsWith("meridian:") && !known.includes(key))
        .map((key) => `\`${key}\`: is no setting of Meridian; check the spelling`);
}

function accountProblems(
    accountId: string | undefined,
    allowed: readonly string[] | undefined,
): readonly string[] {
    return accountId === undefined || allowed === undefined || allowed.includes(accountId)
        ? []
        : [
              `\`aws:allowedAccountIds\`: must list meridian:accountId, ${accountId}, got ${JSON.stringify(allowed)}`,
          ];
}

function unknownRegions(
    key: string,
    regions: readonly string[],
    known: readonly string[],
): readonly string[] {
    return regions
        .filter((region) => !known.includes(region))
        .map((region) => `\`${key}\`: must be of ${known.join(", ")}, got ${region}`);
}
