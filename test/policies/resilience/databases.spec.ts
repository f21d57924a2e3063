import { expect } from "chai";

import { databasePrivate } from "../../../policies/resilience/rules/access/databasePrivate";
import { databaseSignIn } from "../../../policies/resilience/rules/access/databaseSignIn";
import { databaseLogs } from "../../../policies/resilience/rules/logging/databaseLogs";
import { databaseBackups } from "../../../policies/resilience/rules/recovery/databaseBackups";
import { databaseProtection } from "../../../policies/resilience/rules/recovery/databaseProtection";
import { databaseZones } from "../../../policies/resilience/rules/recovery/databaseZones";
import { judgeResource, judgeSound, judgeStack, unknown } from "../support/judge";

const type = "aws:rds/cluster:Cluster";
const sound = {
    engine: "aurora-postgresql",
    iamDatabaseAuthenticationEnabled: true,
    deletionProtection: true,
    backupRetentionPeriod: 7,
    enabledCloudwatchLogsExports: ["postgresql"],
};

describe("database clusters", () => {
    it("let users sign in with IAM", () => {
        const judge = judgeSound(databaseSignIn, type, sound);
        expect(judge({ iamDatabaseAuthenticationEnabled: undefined })).to.have.length(1);
        expect(judge({ iamDatabaseAuthenticationEnabled: false })[0]).to.match(/set it to true/);
    });

    it("are protected from deletion, the global one too", () => {
        const judge = judgeSound(databaseProtection, type, sound);
        expect(judge({ deletionProtection: undefined })).to.have.length(1);
        const global = "aws:rds/globalCluster:GlobalCluster";
        expect(judgeResource(databaseProtection, { type: global, props: {} })).to.have.length(1);
        expect(
            judgeResource(databaseProtection, {
                type: global,
                props: { deletionProtection: true },
            }),
        ).to.deep.equal([]);
    });

    it("keep backups for a week", () => {
        const judge = judgeSound(databaseBackups, type, sound);
        expect(judge({ backupRetentionPeriod: 6 })[0]).to.match(/is 6.*7 days/);
        expect(judge({ backupRetentionPeriod: undefined })).to.have.length(1);
        expect(judge({}, { minimumDays: 8 })).to.have.length(1);
    });

    it("send their log away, where they are PostgreSQL", () => {
        const judge = judgeSound(databaseLogs, type, sound);
        expect(judge({ enabledCloudwatchLogsExports: undefined })).to.have.length(1);
        expect(judge({ enabledCloudwatchLogsExports: [] })).to.have.length(1);
        expect(judge({ enabledCloudwatchLogsExports: ["iam-db-auth-error"] })).to.have.length(1);
        expect(judge({ enabledCloudwatchLogsExports: [unknown] })).to.deep.equal([]);
        expect(judge({ engine: "aurora-mysql", enabledCloudwatchLogsExports: [] })).to.deep.equal(
            [],
        );
    });

    describe("over zones", () => {
        const instance = (name: string, props: Record<string, unknown>) => ({
            type: "aws:rds/clusterInstance:ClusterInstance",
            name,
            props: { clusterIdentifier: "shop", ...props },
            from: { clusterIdentifier: ["cluster"] },
        });
        const judge = (
            cluster: Record<string, unknown>,
            instances: readonly Record<string, unknown>[],
            config = {},
        ) =>
            judgeStack(
                databaseZones,
                [
                    { type, name: "cluster", props: { clusterIdentifier: "shop", ...cluster } },
                    ...instances.map((props, index) => instance(`i${index}`, props)),
                ],
                config,
            );

        it("have two instances or more", () => {
            expect(judge({}, [{}, {}])).to.deep.equal([]);
            expect(judge({}, [{}])[0]).to.match(/^cluster:.*has 1 instances.*at least 2/);
            expect(judge({}, [])).to.have.length(1);
            expect(judge({}, [{}, { clusterIdentifier: "other" }])).to.have.length(1);
            expect(judge({}, [{}], { minimumInstances: 1 })).to.deep.equal([]);
        });

        it("find their instances before they have a name", () => {
            const nameless = { clusterIdentifier: unknown };
            expect(judge(nameless, [nameless, nameless])).to.deep.equal([]);
            expect(judge(nameless, [nameless])).to.have.length(1);
        });

        it("do not have them all in one", () => {
            const [a, b] = [{ availabilityZone: "a" }, { availabilityZone: "b" }];
            expect(judge({}, [a, a])[0]).to.match(/all in "a"/);
            expect(judge({}, [a, b])).to.deep.equal([]);
            expect(judge({}, [a, { availabilityZone: unknown }])).to.deep.equal([]);
        });

        it("are left alone where AWS makes the instances", () => {
            expect(judge({ dbClusterInstanceClass: "db.m6gd.large" }, [])).to.deep.equal([]);
        });
    });
});

describe("database instances", () => {
    it("have no public address", () => {
        for (const kind of ["instance:Instance", "clusterInstance:ClusterInstance"]) {
            const judge = judgeSound(databasePrivate, `aws:rds/${kind}`, {
                publiclyAccessible: false,
            });
            expect(judge({ publiclyAccessible: undefined })).to.deep.equal([]);
            expect(judge({ publiclyAccessible: true })[0]).to.match(/is true; set it to false/);
        }
    });
});
