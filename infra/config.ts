import * as pulumi from "@pulumi/pulumi";

import { cacheProblems } from "../components/cacheProblems";
import { acceleratorProblems } from "../components/acceleratorProblems";
import { globalDatabaseProblems } from "../components/globalDatabaseProblems";
import { regionProblems } from "../components/regionProblems";
import { routingProblems } from "../components/routingProblems";
import { capacityProblems } from "../components/tableCapacity";
import { readSettings, type RawSettings, type SettingShape, type Values } from "./settings";
import { globalShape, regionShape, sharedShape } from "./settingShapes";
import { regionNames, topologyOf, topologyProblems, type Topology } from "./topology";

export type RegionConfig = Values<typeof regionShape>;
export type GlobalConfig = Values<typeof globalShape>;

/**
 * The regions of the estate that the stack's configuration names.
 *
 * @throws RunError when there is no such estate
 */
export function readTopology(
    stack: string,
    raw: RawSettings = pulumi.runtime.allConfig(),
): Topology {
    const { values, problems } = readSettings({ estate: sharedShape.estate }, raw);
    if (values.estate === undefined) {
        throw unusable(stack, problems);
    }
    return topologyOf(values.estate);
}

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
        ...(names.includes(values.region ?? "")
            ? [
                  `\`aws:region\`: must be none of the regions that can be lost (${names.join(", ")}), got ${JSON.stringify(values.region)}; ` +
                      "take the one that the state is kept in",
              ]
            : []),
        ...routingProblems({
            ...values,
            quorum: topology.quorum,
            regions: names.map((region) => ({
                region,
                away: topology.regions[region]?.away ?? "",
            })),
        }),
        ...unknownRegions("meridian:shares", Object.keys(values.shares ?? {}), names),
        ...databaseProblems(values, names),
        ...unknownRegions("meridian:dials", Object.keys(values.dials ?? {}), names),
        ...acceleratorProblems(
            names.map((region) => ({ region, ...dialOf(values.dials ?? {}, region) })),
        ),
        ...(values.tableHome === undefined
            ? []
            : unknownRegions("meridian:tableHome", [values.tableHome], names)),
        ...(values.edgeSecondary === undefined
            ? []
            : unknownRegions("meridian:edgeSecondary", [values.edgeSecondary], names)),
        ...(values.receiptKeysHome === undefined
            ? []
            : unknownRegions("meridian:receiptKeysHome", [values.receiptKeysHome], names)),
        ...(values.capacity === undefined ? [] : capacityProblems(values.capacity, names)),
        ...(values.cache === undefined ? [] : cacheProblems(values.cache, values.writer, names)),
    ]);
}

/** The writer itself is judged with the roles it has, before anything changes: see `GlobalWriter`. */
function databaseProblems(
    { acceptDataLoss, database, writerHome }: Partial<GlobalConfig>,
    names: readonly string[],
): readonly string[] {
    return [
        ...(writerHome === undefined
            ? []
            : unknownRegions("meridian:writerHome", [writerHome], names)),
        ...(acceptDataLoss === undefined
            ? []
            : unknownRegions("meridian:acceptDataLoss", [acceptDataLoss], names)),
        ...(database === undefined
            ? []
            : globalDatabaseProblems({
                  home: names[0] ?? "",
                  ...database,
                  members: names.map((region) => ({ region })),
              }).map((problem) => problem.replace(/^`(\w+)`/, "`meridian:database.$1`"))),
    ];
}

/** The dial of a region, where one is configured. */
export function dialOf(
    dials: Readonly<Record<string, number>>,
    region: string,
): { readonly dialPercent?: number } {
    const dialPercent = dials[region];
    return dialPercent === undefined ? {} : { dialPercent };
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
        throw unusable(stack, all);
    }
    // Without a problem every setting of the shape was read.
    return values as Values<S>;
}

function unusable(stack: string, problems: readonly string[]): pulumi.RunError {
    return new pulumi.RunError(
        `the configuration of stack ${stack} is not usable:\n` +
            problems.map((problem) => `  - ${problem}\n`).join("") +
            `set the values in Pulumi.${stack}.yaml, or in Pulumi.yaml for all stacks`,
    );
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
