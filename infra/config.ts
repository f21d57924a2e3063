import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { regionProblems } from "../components/regionProblems";
import { routingProblems } from "../components/routingProblems";
import { capacityProblems } from "../components/tableCapacity";
import {
    readSettings,
    textSetting,
    valueSetting,
    type RawSettings,
    type SettingShape,
    type Values,
} from "./settings";
import { regionNames, topologyProblems, type Topology } from "./topology";

const whole = (least: number, most: number) => {
    const error = `must be a whole number from ${least} to ${most}`;
    return z.int({ error }).min(least, { error }).max(most, { error });
};
const list = <S extends z.ZodType>(of: S, error: string) => z.array(of, { error });
const regionName = z.string({ error: "must be a region's name" });

/** What every stack needs. */
const sharedShape = {
    region: textSetting(
        "aws:region",
        z.string({ error: "must be the region that the stack deploys to" }),
    ),
    allowedAccountIds: valueSetting(
        "aws:allowedAccountIds",
        list(
            z.string({ error: "must be an account id in quotes" }),
            "must list the account that may be deployed to",
        ),
    ),
    accountId: textSetting(
        "meridian:accountId",
        z
            .string({ error: "must be an AWS account id of 12 digits" })
            .regex(/^\d{12}$/, { error: "must be an AWS account id of 12 digits" }),
    ),
    domain: textSetting(
        "meridian:domain",
        z
            .string({ error: "must be the hosted zone's domain, such as example.com" })
            .regex(/^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+$/, {
                error: "must be the hosted zone's domain in lower case without a final dot, such as example.com",
            }),
    ),
    zoneId: textSetting(
        "meridian:zoneId",
        z
            .string({ error: "must be the hosted zone's id, such as Z0123456789EXAMPLE" })
            .regex(/^Z[A-Z0-9]+$/, {
                error: "must be the hosted zone's id, such as Z0123456789EXAMPLE",
            }),
    ),
    deletionProtection: valueSetting(
        "meridian:deletionProtection",
        z.boolean({ error: "must be true or false" }).default(true),
    ),
} satisfies SettingShape;

const regionShape = {
    ...sharedShape,
    availabilityZones: valueSetting(
        "meridian:availabilityZones",
        list(
            z.string({ error: "must be a zone's name" }),
            "must list three zones or more, such as [eu-west-1a, eu-west-1b, eu-west-1c]",
        ),
    ),
    vpcCidr: textSetting(
        "meridian:vpcCidr",
        z.string({ error: "must be a /16 such as 10.20.0.0/16" }),
    ),
    image: textSetting("meridian:image", z.string({ error: "must be a container image in ECR" })),
    minimumTasks: valueSetting("meridian:minimumTasks", whole(1, 1000)),
    maximumTasks: valueSetting("meridian:maximumTasks", whole(1, 5000)),
    votes: valueSetting(
        "meridian:votes",
        z
            .record(
                z.string(),
                z.enum(["in-service", "evacuate"], { error: "must be in-service or evacuate" }),
                { error: "must be a map by region" },
            )
            .default({}),
    ),
    alarms: valueSetting(
        "meridian:alarms",
        z
            .strictObject({
                errorPercent: whole(1, 100).default(5),
                requestFloor: whole(1, 1_000_000).default(20),
                latencyP99Seconds: z
                    .number({ error: "must be seconds above 0" })
                    .positive({ error: "must be seconds above 0" })
                    .default(2),
                silenceMinutes: whole(1, 60).default(10),
            })
            .prefault({}),
    ),
    observer: valueSetting(
        "meridian:observer",
        z.strictObject({ failedProbePercent: whole(1, 100).default(25) }).prefault({}),
    ),
    decider: valueSetting(
        "meridian:decider",
        z
            .strictObject({
                dwellSeconds: whole(0, 3600).default(60),
                clearSeconds: whole(0, 3600).default(180),
            })
            .prefault({}),
    ),
    emails: valueSetting(
        "meridian:emails",
        list(z.email({ error: "must be an email address" }), "must be a list").default([]),
    ),
    logRetentionDays: valueSetting(
        "meridian:logRetentionDays",
        z
            // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
            .literal([30, 60, 90, 120, 180, 365, 400, 545, 731], {
                error: "must be 30, 60, 90, 120, 180, 365, 400, 545 or 731",
            })
            .default(90),
    ),
} satisfies SettingShape;

const scaling = z.strictObject({
    minimum: whole(1, 40_000),
    maximum: whole(1, 40_000),
    targetPercent: whole(20, 90),
});

const globalShape = {
    ...sharedShape,
    writer: textSetting("meridian:writer", regionName),
    standby: textSetting("meridian:standby", regionName),
    tableHome: textSetting("meridian:tableHome", regionName),
    shares: valueSetting(
        "meridian:shares",
        z
            .record(z.string(), whole(0, 100), { error: "must be a map of percents by region" })
            .default({}),
    ),
    capacity: valueSetting(
        "meridian:capacity",
        z
            .discriminatedUnion(
                "kind",
                [
                    z.strictObject({ kind: z.literal("onDemand") }),
                    z.strictObject({
                        kind: z.literal("provisioned"),
                        write: scaling,
                        read: scaling,
                        readByRegion: z.record(z.string(), scaling).default({}),
                    }),
                ],
                { error: "must have the kind onDemand or provisioned" },
            )
            .default({ kind: "onDemand" }),
    ),
    residency: valueSetting(
        "meridian:residency",
        list(
            z.strictObject({
                code: z.string({ error: "must be a continent or a country, such as EU or DE" }),
                kind: z.enum(["continent", "country"]).exactOptional(),
                mode: z.enum(["prefer", "strict"], { error: "must be prefer or strict" }),
                regions: list(regionName, "must be a list of regions").exactOptional(),
            }),
            "must be a list of places",
        ).default([]),
    ),
} satisfies SettingShape;

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
        ...check(values),
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
