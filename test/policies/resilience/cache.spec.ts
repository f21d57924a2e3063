import { expect } from "chai";

import { cacheTls } from "../../../policies/resilience/rules/encryption/cacheTls";
import { cacheBackup } from "../../../policies/resilience/rules/recovery/cacheBackup";
import { cacheFailover } from "../../../policies/resilience/rules/recovery/cacheFailover";
import { judgeResource, judgeSound, unknown } from "../support/judge";

const type = "aws:elasticache/replicationGroup:ReplicationGroup";

describe("caches", () => {
    describe("in transit", () => {
        const sound = {
            transitEncryptionEnabled: true,
            transitEncryptionMode: "required",
            userGroupIds: ["storefront"],
        };
        const judge = (changes: object) =>
            judgeResource(cacheTls, { type, props: { ...sound, ...changes } });

        it("are encrypted and know their users", () => {
            expect(judge({})).to.deep.equal([]);
            expect(judge({ transitEncryptionMode: undefined })).to.deep.equal([]);
            expect(judge({ userGroupIds: undefined, authToken: "0123456789abcdef" })).to.deep.equal(
                [],
            );
            expect(
                judge({ userGroupIds: unknown, transitEncryptionEnabled: unknown }),
            ).to.deep.equal([]);
        });

        it("answer nobody in clear text", () => {
            expect(judge({ transitEncryptionEnabled: false })[0]).to.match(/is false.*clear text/);
            expect(judge({ transitEncryptionEnabled: undefined })[0]).to.match(/is nothing/);
            expect(judge({ transitEncryptionMode: "preferred" })[0]).to.match(/"preferred"/);
        });

        it("let nobody in without a name", () => {
            expect(judge({ userGroupIds: [] })[0]).to.match(/name a user group/);
            expect(judge({ userGroupIds: undefined })[0]).to.match(/name a user group/);
        });

        it("take encryption from their datastore, but not their users", () => {
            const secondary = {
                globalReplicationGroupId: "abcde-cache",
                transitEncryptionEnabled: undefined,
                transitEncryptionMode: undefined,
            };
            expect(judge(secondary)).to.deep.equal([]);
            expect(judge({ ...secondary, userGroupIds: undefined })).to.have.length(1);
        });
    });

    describe("after a failure", () => {
        const sound = {
            automaticFailoverEnabled: true,
            multiAzEnabled: true,
            numCacheClusters: 2,
        };
        const judge = judgeSound(cacheFailover, type, sound);

        it("have a replica in another zone", () => {
            for (const name of Object.keys(sound)) {
                expect(judge({ [name]: undefined })[0]).to.contain(`${name} is nothing`);
            }
            expect(judge({ multiAzEnabled: false })[0]).to.contain("multiAzEnabled is false");
            expect(judge({ numCacheClusters: 1 })[0]).to.contain("have 1 replica or more");
            const shards = { numCacheClusters: undefined, numNodeGroups: 2 };
            expect(judge({ ...shards, replicasPerNodeGroup: 1 })).to.deep.equal([]);
            expect(judge({ ...shards, replicasPerNodeGroup: 0 })).to.have.length(1);
        });

        it("have a snapshot", () => {
            const kept = judgeSound(cacheBackup, type, { snapshotRetentionLimit: 1 });
            expect(kept({ snapshotRetentionLimit: 0 })[0]).to.contain("is 0; keep a snapshot");
            expect(kept({ snapshotRetentionLimit: undefined })).to.have.length(1);
        });
    });
});
