import { expect } from "chai";

import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "../support/account";
import {
    createGlobal,
    givenPlace,
    globalId,
    globalInputs,
    instanceInputs,
    memberInputs,
    primaryInputs,
    types,
} from "../support/databases";

describe("RDS", () => {
    let account: Account;
    const home = "us-east-1";
    const away = "eu-west-1";

    beforeEach(() => (account = new Account()));
    afterEach(() => account.close());

    const wrong = (
        type: string,
        sound: Props,
        cases: Readonly<Record<string, readonly [Props, RegExp]>>,
    ): void => {
        it("takes what is sound", () => {
            expect(account.failures(type, sound)).to.deep.equal([]);
        });
        for (const [title, [change, expected]] of Object.entries(cases)) {
            it(`refuses ${title}`, () => {
                const failures = account.failures(type, { ...sound, ...change });
                expect(failures).to.have.lengthOf(1);
                expect(failures[0]).to.match(expected);
            });
        }
    };

    describe("a global cluster's inputs", () => {
        wrong(types.global, globalInputs, {
            "an identifier with two hyphens in a row": [
                { globalClusterIdentifier: "a--b" },
                /^globalClusterIdentifier: must have 1 to 63 lower case/,
            ],
            "an engine that has no global database": [
                { engine: "postgres" },
                /^engine: must be one of aurora-mysql, aurora-postgresql/,
            ],
            "a database's name that begins with a digit": [
                { databaseName: "1shop" },
                /^databaseName: must begin with a letter/,
            ],
        });

        it("are the source cluster's own when there is one", () => {
            expect(
                account.failures(types.global, {
                    globalClusterIdentifier: globalId,
                    sourceDbClusterIdentifier: "arn",
                    engine: "aurora-postgresql",
                }),
            ).to.have.lengthOf(1);
            expect(
                account.failures(types.global, { globalClusterIdentifier: globalId }),
            ).to.deep.equal(["engine: required unless sourceDbClusterIdentifier is set"]);
        });
    });

    describe("a cluster's inputs", () => {
        const alone = primaryInputs(home, { globalClusterIdentifier: undefined });
        wrong(types.cluster, alone, {
            "an identifier that begins with a digit": [
                { clusterIdentifier: "1shop" },
                /^clusterIdentifier: must have 1 to 63/,
            ],
            "no days of backups": [
                { backupRetentionPeriod: 0 },
                /^backupRetentionPeriod: must be a whole number from 1 to 35/,
            ],
            "36 days of backups": [{ backupRetentionPeriod: 36 }, /from 1 to 35, got 36/],
            "a port that is reserved": [{ port: 80 }, /^port: must be a whole number from 1150/],
            "a backup window without an end": [
                { preferredBackupWindow: "03:00" },
                /^preferredBackupWindow: must be hh24:mi-hh24:mi/,
            ],
            "a maintenance window without a day": [
                { preferredMaintenanceWindow: "03:00-04:00" },
                /^preferredMaintenanceWindow: must be ddd/,
            ],
            "a master user with a reserved name": [
                { masterUsername: "rdsadmin" },
                /^masterUsername: .* be no reserved word/,
            ],
            "a password that is too short": [
                { masterPassword: "short" },
                /^masterPassword: must have 8 to 128/,
            ],
            "a password with a slash": [
                { masterPassword: "correct/horse" },
                /^masterPassword: must have none of/,
            ],
            "two passwords": [
                { masterPasswordWo: "correct-horse", masterPasswordWoVersion: 1 },
                /at most one of masterPassword, masterPasswordWo may be set/,
            ],
            "a password of its own beside a managed one": [
                { manageMasterUserPassword: true },
                /at most one of .* may be set/,
            ],
            "a key without encryption": [
                { storageEncrypted: false },
                /^storageEncrypted: .*Cannot specify a KMS key/,
            ],
            "backtracking in PostgreSQL": [
                { backtrackWindow: 3600 },
                /^backtrackWindow: .*Backtrack is not available/,
            ],
            "MySQL's logs of PostgreSQL": [
                { enabledCloudwatchLogsExports: ["slowquery"] },
                /^enabledCloudwatchLogsExports: must be of/,
            ],
            "a storage type that Aurora does not have": [
                { storageType: "gp3" },
                /^storageType: must be one of/,
            ],
        });

        it("may leave the password to Secrets Manager, but not in a global database", () => {
            const managed = { ...alone, masterPassword: undefined, manageMasterUserPassword: true };
            expect(account.failures(types.cluster, managed)).to.deep.equal([]);
            expect(
                account.failures(types.cluster, { ...managed, globalClusterIdentifier: globalId }),
            ).to.have.lengthOf(1);
        });

        it("give a write-only password a version", () => {
            const inputs = { ...alone, masterPassword: undefined, masterPasswordWo: "long-enough" };
            expect(account.failures(types.cluster, inputs)[0]).to.match(/^masterPasswordWoVersion/);
            expect(
                account.failures(types.cluster, { ...inputs, masterPasswordWoVersion: 1 }),
            ).to.deep.equal([]);
        });
    });

    describe("an instance's inputs", () => {
        wrong(types.instance, instanceInputs(home), {
            "a class that is none": [
                { instanceClass: "r6g.large" },
                /^instanceClass: must be a DB instance class/,
            ],
            "a promotion tier above 15": [{ promotionTier: 16 }, /from 0 to 15, got 16/],
            "a monitoring interval that is not offered": [
                { monitoringInterval: 7, monitoringRoleArn: "arn" },
                /^monitoringInterval: must be one of/,
            ],
            "monitoring without a role": [
                { monitoringInterval: 60 },
                /^monitoringRoleArn: A MonitoringRoleARN value is required/,
            ],
            "a key for insights that are off": [
                { performanceInsightsKmsKeyId: "key" },
                /^performanceInsightsKmsKeyId: .*must be enabled/,
            ],
        });
    });

    describe("a parameter group's inputs", () => {
        const parameter = (name: string, value: string, applyMethod = "immediate") => ({
            parameters: [{ name, value, applyMethod }],
        });
        wrong(
            types.parameters,
            { family: "aurora-postgresql17", ...parameter("rds.force_ssl", "1") },
            {
                "a family that is no Aurora engine's": [
                    { family: "postgres17" },
                    /^family: must be the parameter family/,
                ],
                "a bound on the RPO below 20 seconds": [
                    parameter("rds.global_db_rpo", "5"),
                    /value: must be a whole number from 20/,
                ],
                "a way of applying that is not offered": [
                    parameter("rds.force_ssl", "1", "later"),
                    /applyMethod: must be one of immediate, pending-reboot/,
                ],
                "the same parameter twice": [
                    {
                        parameters: [
                            { name: "work_mem", value: "1" },
                            { name: "work_mem", value: "2" },
                        ],
                    },
                    /duplicate parameter work_mem/,
                ],
            },
        );
    });

    it("names its resources once", async () => {
        await createGlobal(account, [home]);
        expect(await refusal(account.create(types.global, globalInputs, away))).to.contain(
            "GlobalClusterAlreadyExistsFault",
        );
        expect(await refusal(account.create(types.cluster, primaryInputs(home), home))).to.contain(
            "DBClusterAlreadyExistsFault",
        );
        expect(
            await refusal(account.create(types.instance, instanceInputs(home), home)),
        ).to.contain("DBInstanceAlreadyExists");
        const subnets = { name: "shop", subnetIds: ["subnet-a", "subnet-b"] };
        await account.create(types.subnets, subnets, home);
        expect(await refusal(account.create(types.subnets, subnets, home))).to.contain(
            "DBSubnetGroupAlreadyExists",
        );
        const parameters = { name: "shop", family: "aurora-postgresql17" };
        await account.create(types.parameters, parameters, home);
        expect(await refusal(account.create(types.parameters, parameters, home))).to.contain(
            "DBParameterGroupAlreadyExists",
        );
    });

    it("makes a primary and secondaries, which have the primary's users and databases", async () => {
        const made = await createGlobal(account, [home, away]);
        expect(made.get(home)?.outputs).to.include({
            replicationSourceIdentifier: "",
            masterUsername: "meridian",
            port: 5432,
        });
        expect(made.get(away)?.outputs).to.include({
            replicationSourceIdentifier: made.get(home)?.outputs["arn"],
            masterUsername: "meridian",
            databaseName: "storefront",
        });
        expect(made.get(home)?.outputs["endpoint"]).to.match(
            /^shop-us-east-1\.cluster-[0-9a-f]{12}\.us-east-1\.rds\.amazonaws\.com$/,
        );
        // A secondary has none until it is promoted.
        expect(made.get(away)?.outputs["endpoint"]).to.equal("");
        expect(made.get(away)?.outputs["readerEndpoint"]).to.match(
            /^shop-eu-west-1\.cluster-ro-[0-9a-f]{12}\.eu-west-1\.rds\.amazonaws\.com$/,
        );
    });

    describe("a secondary", () => {
        beforeEach(async () => {
            await createGlobal(account, [home]);
            givenPlace(account, away);
        });
        const join = (more: Props, region = away) =>
            account.create(types.cluster, memberInputs(region, more), region);
        const refused: Readonly<Record<string, readonly [Props, RegExp]>> = {
            "a master user": [{ masterUsername: "other" }, /Cannot specify user name/],
            "a password": [{ masterPassword: "correct-horse" }, /Cannot specify password/],
            "a database": [{ databaseName: "other" }, /Cannot specify database name/],
            "no key": [{ kmsKeyId: undefined }, /kmsKeyId should be explicitly specified/],
            "the primary's key": [
                { kmsKeyId: `arn:aws:kms:${home}:111122223333:key/key-${home}` },
                /KMSKeyNotAccessibleFault/,
            ],
            "no encryption": [
                { kmsKeyId: undefined, storageEncrypted: false },
                /Storage encryption must be the same/,
            ],
            "another major version": [{ engineVersion: "16.9" }, /does not match the global/],
            "another engine": [
                { engine: "aurora-mysql", engineVersion: undefined },
                /does not match the global cluster's engine/,
            ],
            "a global cluster that is not there": [
                { globalClusterIdentifier: "none" },
                /GlobalClusterNotFoundFault/,
            ],
        };
        for (const [title, [change, expected]] of Object.entries(refused)) {
            it(`is refused with ${title}`, async () => {
                expect(await refusal(join(change))).to.match(expected);
                await join({});
            });
        }

        it("is one in its region", async () => {
            expect(await refusal(join({ clusterIdentifier: "second" }, home))).to.contain(
                "has one DB cluster in a Region",
            );
        });

        it("is one of ten", async () => {
            const regions = [
                "us-east-2",
                "us-west-1",
                "us-west-2",
                "ca-central-1",
                "sa-east-1",
                "eu-west-1",
                "eu-west-2",
                "eu-west-3",
                "eu-central-1",
                "eu-north-1",
            ];
            for (const region of regions) {
                givenPlace(account, region);
                await join({}, region);
            }
            givenPlace(account, "ap-south-1");
            expect(await refusal(join({}, "ap-south-1"))).to.contain(
                "at most 10 secondary DB clusters",
            );
        });

        it("cannot be made of a cluster that is there", async () => {
            const own = await account.create(
                types.cluster,
                primaryInputs(away, { globalClusterIdentifier: undefined }),
                away,
            );
            expect(
                await refusal(account.update(types.cluster, own, memberInputs(away), away)),
            ).to.contain("existing RDS Clusters cannot be added");
        });
    });

    it("needs an instance of the primary to replicate from", async () => {
        await account.create(types.global, globalInputs, home);
        givenPlace(account, home);
        givenPlace(account, away);
        await account.create(types.cluster, primaryInputs(home), home);
        expect(await refusal(account.create(types.cluster, memberInputs(away), away))).to.contain(
            "not valid for physical replication",
        );
    });

    it("needs a master user and a password for a primary", async () => {
        await account.create(types.global, globalInputs, home);
        givenPlace(account, home);
        expect(await refusal(account.create(types.cluster, memberInputs(home), home))).to.contain(
            "MasterUsername must be provided",
        );
        const without = primaryInputs(home, { masterPassword: undefined });
        expect(await refusal(account.create(types.cluster, without, home))).to.contain(
            "MasterUserPassword must be provided",
        );
    });

    it("puts a cluster where its subnets and security groups are", async () => {
        const place = (more: Props) =>
            account.create(
                types.cluster,
                primaryInputs(home, { globalClusterIdentifier: undefined, ...more }),
                home,
            );
        givenPlace(account, home);
        account.given("aws:ec2/securityGroup:SecurityGroup", "sg-2", { vpcId: "vpc-2" }, home);
        account.given("aws:ec2/subnet:Subnet", "subnet-x", { vpcId: "vpc-2" }, home);
        const group = (subnetIds: readonly string[]) =>
            account.create(types.subnets, { name: "shop", subnetIds }, home);
        expect(await refusal(group(["subnet-a"]))).to.contain("DoesNotCoverEnoughAZs");
        expect(await refusal(group(["subnet-a", "none"]))).to.contain("InvalidSubnet");
        expect(await refusal(group(["subnet-a", "subnet-x"]))).to.contain("different VPCs");
        await group(["subnet-a", "subnet-b"]);
        expect(await refusal(place({ dbSubnetGroupName: "none" }))).to.contain(
            "DBSubnetGroupNotFoundFault",
        );
        expect(await refusal(place({ vpcSecurityGroupIds: ["none"] }))).to.contain(
            "Invalid security group",
        );
        expect(
            await refusal(place({ dbSubnetGroupName: "shop", vpcSecurityGroupIds: ["sg-2"] })),
        ).to.contain("different VPCs");
        await place({ dbSubnetGroupName: "shop", vpcSecurityGroupIds: ["sg-1"] });
    });

    it("takes a parameter group of the engine's own family", async () => {
        givenPlace(account, home);
        for (const major of ["16", "17"]) {
            await account.create(
                types.parameters,
                { name: `shop-${major}`, family: `aurora-postgresql${major}` },
                home,
            );
        }
        const use = (dbClusterParameterGroupName: string) =>
            account.create(
                types.cluster,
                primaryInputs(home, {
                    globalClusterIdentifier: undefined,
                    dbClusterParameterGroupName,
                }),
                home,
            );
        expect(await refusal(use("none"))).to.contain("DBClusterParameterGroupNotFound");
        expect(await refusal(use("shop-16"))).to.contain("DBParameterGroupFamily");
        await use("shop-17");
    });

    it("takes instances of the cluster's engine, not burstable, at most 16", async () => {
        await createGlobal(account, [home]);
        const add = (more: Props) =>
            account.create(
                types.instance,
                instanceInputs(home, { identifier: "i", ...more }),
                home,
            );
        expect(await refusal(add({ clusterIdentifier: "none" }))).to.contain("not found");
        expect(await refusal(add({ engine: "aurora-mysql" }))).to.contain("doesn't match");
        expect(await refusal(add({ instanceClass: "db.t4g.medium" }))).to.contain(
            "memory-optimised",
        );
        expect(
            await refusal(
                add({ performanceInsightsEnabled: true, performanceInsightsKmsKeyId: "none" }),
            ),
        ).to.contain("KMSKeyNotAccessibleFault");
        expect(
            await refusal(add({ monitoringInterval: 60, monitoringRoleArn: "arn:none" })),
        ).to.contain("IAM role does not exist");
        for (let n = 2; n <= 16; n++) {
            await add({ identifier: `i-${n}` });
        }
        expect(await refusal(add({}))).to.contain("at most 16 DB instances");
    });

    it("says which instance writes", async () => {
        await createGlobal(account, [home, away]);
        const second = await account.create(
            types.instance,
            instanceInputs(home, { identifier: "second" }),
            home,
        );
        expect(second.outputs["writer"]).to.equal(false);
        const { store } = account.world;
        expect(store.get(types.instance, home, `shop-${home}-1`)?.outputs["writer"]).to.equal(true);
        expect(store.get(types.instance, away, `shop-${away}-1`)?.outputs["writer"]).to.equal(
            false,
        );
    });

    describe("a delete", () => {
        it("is refused while the cluster or the global cluster is protected or in use", async () => {
            const made = await createGlobal(account, [home, away]);
            const primary = made.get(home) ?? expect.fail();
            const remove = (inputs: Props) =>
                account.delete(
                    types.cluster,
                    { id: primary.id, outputs: { ...primary.outputs, ...inputs } },
                    home,
                );
            expect(await refusal(remove({}))).to.contain("still contains DB instances");
            account.world.store.delete(types.instance, home, `shop-${home}-1`);
            expect(await refusal(remove({}))).to.contain("still has secondary clusters");
            account.world.store.delete(types.cluster, away, `shop-${away}`);
            const global = account.world.store.get(types.global, home, globalId) ?? expect.fail();
            expect(await refusal(account.delete(types.global, global, home))).to.contain(
                "is not empty",
            );
            await remove({});
            await account.delete(types.global, global, home);
        });

        it("needs protection to be off and a last snapshot, or none on purpose", async () => {
            givenPlace(account, home);
            const create = (more: Props) =>
                account.create(
                    types.cluster,
                    primaryInputs(home, { globalClusterIdentifier: undefined, ...more }),
                    home,
                );
            const kept = await create({ clusterIdentifier: "kept", deletionProtection: true });
            expect(await refusal(account.delete(types.cluster, kept, home))).to.contain(
                "Cannot delete protected Cluster",
            );
            const bare = await create({ clusterIdentifier: "bare", skipFinalSnapshot: false });
            expect(await refusal(account.delete(types.cluster, bare, home))).to.contain(
                "FinalSnapshotIdentifier is required",
            );
            const global = await account.create(
                types.global,
                { ...globalInputs, deletionProtection: true },
                home,
            );
            expect(await refusal(account.delete(types.global, global, home))).to.contain(
                "Cannot delete protected Global Cluster",
            );
        });

        it("keeps the groups that a cluster uses", async () => {
            givenPlace(account, home);
            const subnets = await account.create(
                types.subnets,
                { name: "shop", subnetIds: ["subnet-a", "subnet-b"] },
                home,
            );
            const parameters = await account.create(
                types.parameters,
                { name: "shop", family: "aurora-postgresql17" },
                home,
            );
            const cluster = await account.create(
                types.cluster,
                primaryInputs(home, {
                    globalClusterIdentifier: undefined,
                    dbSubnetGroupName: "shop",
                    dbClusterParameterGroupName: "shop",
                }),
                home,
            );
            expect(await refusal(account.delete(types.subnets, subnets, home))).to.contain(
                "still using it",
            );
            expect(await refusal(account.delete(types.parameters, parameters, home))).to.contain(
                "still members",
            );
            await account.delete(types.cluster, cluster, home);
            await account.delete(types.subnets, subnets, home);
            await account.delete(types.parameters, parameters, home);
        });
    });
});
