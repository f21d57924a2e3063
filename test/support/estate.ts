import type { RegionArgs } from "../../components/region";
import type { RawSettings } from "../../infra/settings";
import type { Topology } from "../../infra/topology";

/** Two regions, the least a platform can have. */
export const pair: Topology = {
    regions: { "eu-west-1": { away: "us-east-1" }, "us-east-1": { away: "eu-west-1" } },
    quorum: 1,
};

/** Valid settings of a region stack; a test breaks one. */
export function regionSettings(region: string, changes: Partial<RawSettings> = {}): RawSettings {
    return withChanges(
        {
            ...sharedSettings(region),
            "meridian:availabilityZones": JSON.stringify(
                ["a", "b", "c"].map((letter) => `${region}${letter}`),
            ),
            "meridian:vpcCidr": "10.20.0.0/16",
            "meridian:image": `111122223333.dkr.ecr.${region}.amazonaws.com/meridian-storefront:0.1.0`,
            "meridian:minimumTasks": "6",
            "meridian:maximumTasks": "24",
        },
        changes,
    );
}

/** Valid settings of the global stack; a test breaks one. */
export function globalSettings(changes: Partial<RawSettings> = {}): RawSettings {
    return withChanges(
        {
            ...sharedSettings("eu-central-1"),
            "meridian:tableHome": "us-east-1",
            "meridian:writer": "us-east-1",
            "meridian:standby": "eu-west-1",
            "meridian:cache": '{"datastore":["us-east-1","eu-west-1"]}',
        },
        changes,
    );
}

/** Valid arguments of a region; a test breaks one. */
export function regionArgs(changes: Partial<RegionArgs> = {}): RegionArgs {
    return {
        region: "eu-west-1",
        accountId: "111122223333",
        regions: ["ap-east-1", "ap-south-1", "eu-west-1", "us-east-1"],
        quorum: 2,
        domain: "example.com",
        zoneId: "Z0123456789EXAMPLE",
        availabilityZones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
        vpcCidr: "10.20.0.0/16",
        image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/meridian-storefront:0.1.0",
        minimumTasks: 6,
        maximumTasks: 24,
        tableName: "meridian-storefront",
        tableIndexes: ["gsi1"],
        votes: {},
        alarms: {
            errorPercent: 5,
            requestFloor: 20,
            latencyP99Seconds: 2,
            silenceMinutes: 10,
            replicationSeconds: 10,
        },
        observer: { failedProbePercent: 25 },
        decider: { dwellSeconds: 60, clearSeconds: 180 },
        emails: [],
        logRetentionDays: 90,
        requestsPerFiveMinutes: 2000,
        deletionProtection: true,
        ...changes,
    };
}

function sharedSettings(region: string): RawSettings {
    return {
        "aws:region": region,
        "aws:allowedAccountIds": '["111122223333"]',
        "meridian:accountId": "111122223333",
        "meridian:domain": "example.com",
        "meridian:zoneId": "Z0123456789EXAMPLE",
    };
}

/** With the changes; a key whose value is undefined goes. */
function withChanges(settings: RawSettings, changes: Partial<RawSettings>): RawSettings {
    return Object.fromEntries(
        Object.entries({ ...settings, ...changes }).filter(
            (entry): entry is [string, string] => entry[1] !== undefined,
        ),
    );
}
