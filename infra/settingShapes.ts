import { z } from "zod";

import { textSetting, valueSetting, type SettingShape } from "./settings";
import { defaultEstate, estateNames } from "./topology";

const whole = (least: number, most: number) => {
    const error = `must be a whole number from ${least} to ${most}`;
    return z.int({ error }).min(least, { error }).max(most, { error });
};
const list = <S extends z.ZodType>(of: S, error: string) => z.array(of, { error });
const regionName = z.string({ error: "must be a region's name" });

/** What every stack needs. */
export const sharedShape = {
    estate: textSetting(
        "meridian:estate",
        z
            .enum(estateNames, { error: `must be ${estateNames.join(" or ")}` })
            .default(defaultEstate),
    ),
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
    logRetentionDays: valueSetting(
        "meridian:logRetentionDays",
        z
            // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
            .literal([30, 60, 90, 120, 180, 365, 400, 545, 731], {
                error: "must be 30, 60, 90, 120, 180, 365, 400, 545 or 731",
            })
            .default(90),
    ),
    requestsPerFiveMinutes: valueSetting(
        "meridian:requestsPerFiveMinutes",
        // Of each address: Route 53's health checkers ask from one 30 times in that time for each check, and
        // must not be turned away. The most is what WAF counts to.
        whole(300, 2_000_000_000).default(2000),
    ),
} satisfies SettingShape;

/** What a region's stack needs. */
export const regionShape = {
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
        z.string({ error: "must be a private /16 such as 10.20.0.0/16" }),
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
                replicationSeconds: whole(1, 3600).default(10),
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
        list(z.email({ error: "must be an email address" }), "must be a list")
            .refine((emails) => new Set(emails).size === emails.length, {
                error: "must name each address once",
            })
            .default([]),
    ),
} satisfies SettingShape;

const scaling = z.strictObject({
    minimum: whole(1, 40_000),
    maximum: whole(1, 40_000),
    targetPercent: whole(20, 90),
});

/** What the global stack needs. */
export const globalShape = {
    ...sharedShape,
    writer: textSetting("meridian:writer", regionName),
    standby: textSetting("meridian:standby", regionName),
    writerHome: textSetting("meridian:writerHome", regionName.optional()),
    acceptDataLoss: textSetting("meridian:acceptDataLoss", regionName.optional()),
    database: valueSetting(
        "meridian:database",
        z
            .strictObject({
                home: regionName.exactOptional(),
                engineVersion: z
                    .string({ error: "must be a version of Aurora PostgreSQL 17 in quotes" })
                    .regex(/^17\.\d+$/, {
                        error: 'must be a version of Aurora PostgreSQL 17 in quotes, such as "17.5"',
                    })
                    .default("17.5"),
                instanceClass: z
                    .string({ error: "must be an instance class, such as db.r6g.large" })
                    .default("db.r6g.large"),
                instances: whole(1, 16).default(2),
                backupDays: whole(1, 35).default(14),
                rpoSeconds: whole(1, 3600).default(10),
            })
            .prefault({}),
    ),
    tableHome: textSetting("meridian:tableHome", regionName),
    edgeSecondary: textSetting("meridian:edgeSecondary", regionName.optional()),
    receiptKeysHome: textSetting("meridian:receiptKeysHome", regionName.optional()),
    shares: valueSetting(
        "meridian:shares",
        z
            .record(z.string(), whole(0, 100), { error: "must be a map of percents by region" })
            .default({}),
    ),
    dials: valueSetting(
        "meridian:dials",
        z
            .record(z.string(), whole(0, 100), { error: "must be a map of percents by region" })
            .default({}),
    ),
    logRetentionDays: regionShape.logRetentionDays,
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
    cache: valueSetting(
        "meridian:cache",
        z.strictObject(
            {
                datastore: list(
                    regionName,
                    "must list the regions that share a global datastore, 2 or 3 of them or none",
                ),
                primary: regionName.exactOptional(),
                standIn: regionName.exactOptional(),
                nodeType: z
                    .string({ error: "must be a node type such as cache.m6g.large" })
                    .regex(/^cache\.[a-z0-9]+\.[a-z0-9]+$/, {
                        error: "must be a node type such as cache.m6g.large",
                    })
                    .default("cache.m6g.large"),
            },
            {
                error: "must say which regions share a cache, such as {datastore: [eu-west-1, us-east-1]}",
            },
        ),
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
