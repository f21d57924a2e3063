import { expect } from "chai";

import { readGlobalConfig, readRegionConfig, readTopology } from "../../infra/config";
import type { RawSettings } from "../../infra/settings";
import { topology, topologyOf } from "../../infra/topology";
import { globalSettings, regionSettings } from "../support/estate";

const region = (changes: Partial<RawSettings> = {}) =>
    readRegionConfig("eu-west-1", topology, regionSettings("eu-west-1", changes));
const global = (changes: Partial<RawSettings> = {}) =>
    readGlobalConfig("global", topology, globalSettings(changes));

/** The problems an error lists. */
function problemsOf(read: () => unknown): readonly string[] {
    try {
        read();
    } catch (error) {
        return (error as Error).message
            .split("\n")
            .filter((line) => line.startsWith("  - "))
            .map((line) => line.slice(4));
    }
    return [];
}

describe("a region stack's configuration", () => {
    it("is read with its types and its defaults", () => {
        expect(region()).to.deep.equal({
            estate: "full",
            region: "eu-west-1",
            allowedAccountIds: ["111122223333"],
            accountId: "111122223333",
            domain: "example.com",
            zoneId: "Z0123456789EXAMPLE",
            deletionProtection: true,
            availabilityZones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
            vpcCidr: "10.20.0.0/16",
            image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/meridian-storefront:0.1.0",
            minimumTasks: 6,
            maximumTasks: 24,
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
        });
    });

    it("takes part of a group of settings and defaults the rest", () => {
        expect(region({ "meridian:alarms": '{"errorPercent":2}' }).alarms).to.deep.equal({
            errorPercent: 2,
            requestFloor: 20,
            latencyP99Seconds: 2,
            silenceMinutes: 10,
            replicationSeconds: 10,
        });
    });

    it("reports every problem at once, with the value and what is allowed", () => {
        expect(
            problemsOf(() =>
                region({
                    "aws:region": "us-east-1",
                    "meridian:accountId": "1234",
                    "meridian:domain": undefined,
                    "meridian:minimumTasks": "0",
                    "meridian:maximumTasks": "many",
                    "meridian:votes": '{"us-east-1":"evacute"}',
                    "meridian:alarms": '{"errorPercent":500,"latency":1}',
                    "meridian:availabilityZones": '["eu-west-1a"]',
                    "meridian:vote": "{}",
                    "meridian:emails": '["nobody"]',
                    "meridian:vpcCidr": "10.300.0.0/16",
                }),
            ),
        ).to.deep.equal([
            "`meridian:accountId`: must be an AWS account id of 12 digits, got 1234",
            "`meridian:domain`: must be the hosted zone's domain, such as example.com, it is missing",
            "`meridian:minimumTasks`: must be a whole number from 1 to 1000, got 0",
            '`meridian:maximumTasks`: must be a whole number from 1 to 5000, got "many"',
            '`meridian:votes.us-east-1`: must be in-service or evacuate, got "evacute"',
            "`meridian:alarms.errorPercent`: must be a whole number from 1 to 100, got 500",
            "`meridian:alarms`: has no setting latency; check the spelling",
            '`meridian:emails.0`: must be an email address, got "nobody"',
            "`meridian:vote`: is no setting of Meridian; check the spelling",
            '`aws:region`: must be the stack\'s own region, eu-west-1, got "us-east-1"; a stack never moves',
            "`meridian:availabilityZones`: must be 3 to 8 different zones, got eu-west-1a",
            "`meridian:vpcCidr`: must be a private /16 (10.x.0.0/16, 172.16.0.0/16 to 172.31.0.0/16 or 192.168.0.0/16), got 10.300.0.0/16",
        ]);
    });

    it("tells each person once", () => {
        expect(problemsOf(() => region({ "meridian:emails": '["a@x.org","a@x.org"]' }))).to.eql([
            '`meridian:emails`: must name each address once, got ["a@x.org","a@x.org"]',
        ]);
    });

    for (const [block, sound] of [
        ["10.255.0.0/16", true],
        ["172.31.0.0/16", true],
        ["192.168.0.0/16", true],
        ["172.32.0.0/16", false],
        ["8.8.0.0/16", false],
        ["10.0.0.0/8", false],
        ["10.0.16.0/16", false],
    ] as const) {
        it(`${sound ? "takes" : "refuses"} ${block} as a region's addresses`, () => {
            const read = () => region({ "meridian:vpcCidr": block });
            if (sound) {
                expect(read().vpcCidr).to.equal(block);
            } else {
                expect(problemsOf(read)).to.have.length(1);
            }
        });
    }

    it("says where to set the values", () => {
        expect(() => region({ "meridian:zoneId": undefined })).to.throw(
            "the configuration of stack eu-west-1 is not usable:\n" +
                "  - `meridian:zoneId`: must be the hosted zone's id, such as Z0123456789EXAMPLE, it is missing\n" +
                "set the values in Pulumi.eu-west-1.yaml, or in Pulumi.yaml for all stacks",
        );
    });

    it("must be for an account that may be deployed to", () => {
        expect(
            problemsOf(() => region({ "aws:allowedAccountIds": '["999988887777"]' })),
        ).to.deep.equal([
            '`aws:allowedAccountIds`: must list meridian:accountId, 111122223333, got ["999988887777"]',
        ]);
        expect(problemsOf(() => region({ "aws:allowedAccountIds": undefined }))).to.deep.equal([
            "`aws:allowedAccountIds`: must list the account that may be deployed to, it is missing",
        ]);
    });

    it("may vote one region out of service, and not two", () => {
        expect(region({ "meridian:votes": '{"us-east-1":"evacuate"}' }).votes).to.deep.equal({
            "us-east-1": "evacuate",
        });
        expect(
            problemsOf(() =>
                region({ "meridian:votes": '{"us-east-1":"evacuate","ap-east-1":"evacuate"}' }),
            ),
        ).to.deep.equal([
            "`meridian:votes`: at most 1 region may be voted out of service at a time, got ap-east-1, us-east-1; fail one back first",
        ]);
        expect(
            problemsOf(() => region({ "meridian:votes": '{"eu-west-1":"in-service"}' })),
        ).to.deep.equal([
            "`meridian:votes.eu-west-1`: a region does not vote on itself; remove it",
        ]);
    });

    it("includes a sound topology", () => {
        const unsound = {
            regions: { "eu-west-1": { away: "eu-west-1" }, "us-east-1": { away: "eu-west-1" } },
            quorum: 2,
        };
        expect(
            problemsOf(() => readRegionConfig("eu-west-1", unsound, regionSettings("eu-west-1"))),
        ).to.deep.equal(
            [
                '`regions.eu-west-1.away`: must be another region of the topology (us-east-1), got "eu-west-1"',
                "`quorum`: must be a whole number from 1 to 1, got 2",
            ].map((problem) => `infra/topology.ts: ${problem}`),
        );
    });
});

describe("the global stack's configuration", () => {
    it("is read with its types and its defaults", () => {
        expect(global()).to.deep.include({
            writer: "us-east-1",
            standby: "eu-west-1",
            tableHome: "us-east-1",
            shares: {},
            dials: {},
            logRetentionDays: 90,
            capacity: { kind: "onDemand" },
            cache: { datastore: ["us-east-1", "eu-west-1"], nodeType: "cache.m6g.large" },
            residency: [],
        });
    });

    it("works in none of the regions that can be lost, so that settling needs none of them", () => {
        expect(problemsOf(() => global({ "aws:region": "ap-east-1" }))).to.deep.equal([
            "`aws:region`: must be none of the regions that can be lost (ap-east-1, ap-south-1, eu-west-1, us-east-1), " +
                'got "ap-east-1"; take the one that the state is kept in',
        ]);
    });

    it("takes provisioned capacity and residency rules", () => {
        const scaling = { minimum: 100, maximum: 10000, targetPercent: 70 };
        const config = global({
            "meridian:capacity": JSON.stringify({
                kind: "provisioned",
                write: scaling,
                read: scaling,
                readByRegion: { "ap-south-1": { ...scaling, minimum: 50, maximum: 5000 } },
            }),
            "meridian:residency": '[{"code":"EU","mode":"strict","regions":["eu-west-1"]}]',
            "meridian:shares": '{"us-east-1":25}',
        });
        expect(config.capacity.kind).to.equal("provisioned");
        expect(config.residency).to.deep.equal([
            { code: "EU", mode: "strict", regions: ["eu-west-1"] },
        ]);
        expect(config.shares).to.deep.equal({ "us-east-1": 25 });
    });

    it("reports every problem at once", () => {
        expect(
            problemsOf(() =>
                global({
                    "meridian:writer": "mars-1",
                    "meridian:cache": '{"datastore":[]}',
                    "meridian:tableHome": "mars-2",
                    "meridian:edgeSecondary": "mars-4",
                    "meridian:requestsPerFiveMinutes": "9",
                    "meridian:shares": '{"us-east-1":101,"mars-3":50}',
                    "meridian:capacity": '{"kind":"infinite"}',
                    "meridian:residency": '[{"code":"EU","mode":"maybe"}]',
                }),
            ),
        ).to.deep.equal([
            "`meridian:requestsPerFiveMinutes`: must be a whole number from 300 to 2000000000, got 9",
            "`meridian:shares.us-east-1`: must be a whole number from 0 to 100, got 101",
            '`meridian:capacity.kind`: must have the kind onDemand or provisioned, got "infinite"',
            '`meridian:residency.0.mode`: must be prefer or strict, got "maybe"',
            "`meridian:writer`: must be one of ap-east-1, ap-south-1, eu-west-1, us-east-1, got mars-1",
            "`meridian:tableHome`: must be of ap-east-1, ap-south-1, eu-west-1, us-east-1, got mars-2",
            "`meridian:edgeSecondary`: must be of ap-east-1, ap-south-1, eu-west-1, us-east-1, got mars-4",
        ]);
    });

    it("knows what a global datastore can span", () => {
        const problems = (cache: object): readonly string[] =>
            problemsOf(() => global({ "meridian:cache": JSON.stringify(cache) }));
        expect(
            problems({ datastore: ["us-east-1", "eu-west-1", "ap-south-1", "ap-east-1"] }),
        ).to.deep.equal([
            "`meridian:cache.datastore`: a global datastore spans at most 3 regions, a primary and two secondaries, got 4 (us-east-1, eu-west-1, ap-south-1, ap-east-1); leave one out, it then has a cache of its own",
        ]);
        expect(problems({ datastore: ["eu-west-1", "ap-south-1"] })[0]).to.contain(
            "because the writer, us-east-1, is none of them",
        );
        expect(
            problems({ datastore: ["eu-west-1", "ap-south-1"], primary: "eu-west-1" }),
        ).to.deep.equal([]);
        expect(problems({ datastore: [], nodeType: "m6g.large" })[0]).to.contain(
            "`meridian:cache.nodeType`: must be a node type",
        );
        expect(problemsOf(() => global({ "meridian:cache": undefined }))[0]).to.contain(
            "`meridian:cache`: must say which regions share a cache",
        );
    });

    it("wants dials of regions it knows, from 0 to 100, and not all of them 0", () => {
        const problems = (dials: string) => problemsOf(() => global({ "meridian:dials": dials }));
        expect(problems('{"mars-3":50}')).to.deep.equal([
            "`meridian:dials`: must be of ap-east-1, ap-south-1, eu-west-1, us-east-1, got mars-3",
        ]);
        expect(problems('{"us-east-1":101}')).to.deep.equal([
            "`meridian:dials.us-east-1`: must be a whole number from 0 to 100, got 101",
        ]);
        expect(
            problems('{"ap-east-1":0,"ap-south-1":0,"eu-west-1":0,"us-east-1":0}'),
        ).to.deep.equal([
            "`meridian:dials`: at least 1 region must take connections, got 0 for all of them",
        ]);
        expect(global({ "meridian:dials": '{"us-east-1":0}' }).dials).to.deep.equal({
            "us-east-1": 0,
        });
    });

    it("knows the regions of its shares", () => {
        expect(problemsOf(() => global({ "meridian:shares": '{"mars-3":50}' }))).to.deep.equal([
            "`meridian:shares`: must be of ap-east-1, ap-south-1, eu-west-1, us-east-1, got mars-3",
        ]);
    });
});

describe("the estate", () => {
    it("is the full one unless the stack's configuration names another", () => {
        expect(readTopology("eu-west-1", {})).to.deep.equal(topology);
        expect(readTopology("eu-west-1", { "meridian:estate": "small" })).to.deep.equal(
            topologyOf("small"),
        );
    });

    it("must be one of those that there are", () => {
        expect(problemsOf(() => readTopology("eu-west-1", { "meridian:estate": "tiny" }))).to.eql([
            '`meridian:estate`: must be full or small, got "tiny"',
        ]);
    });
});
