import { expect } from "chai";

import { DatabasePlace } from "../../components/databasePlace";
import {
    GlobalDatabase,
    writerEndpointOf,
    type GlobalDatabaseArgs,
} from "../../components/globalDatabase";
import { globalDatabaseProblems } from "../../components/globalDatabaseProblems";
import { setMocks, settled, type Registrations } from "../support/mocks";

const clusterType = "aws:rds/cluster:Cluster";
const instanceType = "aws:rds/clusterInstance:ClusterInstance";
const member = (region: string) => ({
    region,
    subnetGroupName: "meridian",
    securityGroupId: `sg-${region}`,
    parameterGroupName: "meridian",
    keyArn: `arn:aws:kms:${region}:111122223333:key/${region}`,
});
const args: GlobalDatabaseArgs = {
    globalClusterIdentifier: "meridian",
    databaseName: "storefront",
    home: "us-east-1",
    // The home need not be first.
    members: [member("eu-west-1"), member("us-east-1"), member("ap-south-1")],
    engineVersion: "17.5",
    instanceClass: "db.r6g.large",
    instances: 2,
    backupDays: 14,
    deletionProtection: true,
};

async function register(changes: Partial<GlobalDatabaseArgs> = {}): Promise<Registrations> {
    const registered = await setMocks({ region: "us-east-1" });
    new GlobalDatabase("database", { ...args, ...changes });
    await settled();
    return registered;
}

describe("a global database", () => {
    it("is encrypted and protected as a whole", async () => {
        const registered = await register();
        expect(registered.inputs("aws:rds/globalCluster:GlobalCluster", "database")).to.deep.equal({
            region: "us-east-1",
            globalClusterIdentifier: "meridian",
            engine: "aurora-postgresql",
            engineVersion: "17.5",
            storageEncrypted: true,
            deletionProtection: true,
        });
    });

    it("has a cluster in every region, each with that region's key and place", async () => {
        const registered = await register();
        for (const region of ["ap-south-1", "eu-west-1", "us-east-1"]) {
            expect(registered.inputs(clusterType, `database-${region}`)).to.deep.include({
                region,
                clusterIdentifier: `meridian-${region}`,
                storageEncrypted: true,
                kmsKeyId: `arn:aws:kms:${region}:111122223333:key/${region}`,
                dbSubnetGroupName: "meridian",
                vpcSecurityGroupIds: [`sg-${region}`],
                iamDatabaseAuthenticationEnabled: true,
                deletionProtection: true,
                backupRetentionPeriod: 14,
                skipFinalSnapshot: false,
            });
        }
    });

    it("gives users to the first cluster alone, with a password that nobody knows", async () => {
        const [one, two] = [await register(), await register()].map((registered) =>
            registered.inputs(clusterType, "database-us-east-1"),
        );
        expect(one).to.include({ masterUsername: "meridian", masterPasswordWoVersion: 1 });
        expect(one?.["masterPasswordWo"]).to.match(/^[\w-]{43}$/);
        expect(one?.["masterPasswordWo"]).not.to.equal(two?.["masterPasswordWo"]);
        expect(one).not.to.have.any.keys("masterPassword", "manageMasterUserPassword");
        const second = (await register()).inputs(clusterType, "database-eu-west-1");
        expect(second).not.to.have.any.keys("masterUsername", "masterPasswordWo", "databaseName");
    });

    it("leaves roles to their owner, and what was given once as it is", async () => {
        const registered = await register();
        const roles = ["globalClusterIdentifier", "replicationSourceIdentifier", "masterUsername"];
        expect(
            registered.one(clusterType, "database-eu-west-1").options.ignoreChanges,
        ).to.deep.equal(roles);
        expect(
            registered.one(clusterType, "database-us-east-1").options.ignoreChanges,
        ).to.deep.equal([...roles, "masterPasswordWo"]);
    });

    it("makes the others once the first has instances", async () => {
        const registered = await register();
        expect(
            registered.one(clusterType, "database-eu-west-1").options.dependsOn,
        ).to.include.members(["database-us-east-1-1", "database-us-east-1-2"]);
        expect(
            registered
                .one(clusterType, "database-us-east-1")
                .options.dependsOn.filter((name) => /-\d$/.test(name) && name !== "us-east-1"),
        ).not.to.include("database-eu-west-1-1");
    });

    it("has instances in every region that nobody reaches from outside", async () => {
        const registered = await register();
        expect(registered.names(instanceType)).to.have.lengthOf(6);
        for (const name of registered.names(instanceType)) {
            expect(registered.inputs(instanceType, name)).to.include({
                publiclyAccessible: false,
                instanceClass: "db.r6g.large",
                performanceInsightsEnabled: true,
            });
        }
    });

    it("protects the clusters in the program as well, unless it is told not to", async () => {
        const kept = await register();
        expect(kept.one(clusterType, "database-eu-west-1").options.protect).to.equal(true);
        const loose = await register({ deletionProtection: false });
        expect(loose.one(clusterType, "database-eu-west-1").options.protect).to.equal(false);
        expect(loose.inputs(clusterType, "database-eu-west-1")).to.include({
            deletionProtection: false,
            skipFinalSnapshot: true,
        });
    });

    const wrong: Readonly<Record<string, readonly [Partial<GlobalDatabaseArgs>, RegExp]>> = {
        "a home without a cluster": [{ home: "sa-east-1" }, /^`home`: must be of/],
        "twelve regions": [
            { members: [...args.members, ..."abcdefghi".split("").map(member)] },
            /^`members`: must be at most 11 regions, got 12/,
        ],
        "a burstable class": [{ instanceClass: "db.t4g.medium" }, /burstable ones are not/],
        "no instance": [{ instances: 0 }, /^`instances`: must be 1 to 16, got 0/],
        "no backups": [{ backupDays: 0 }, /^`backupDays`: must be 1 to 35, got 0/],
    };
    for (const [title, [change, expected]] of Object.entries(wrong)) {
        it(`refuses ${title}`, () => {
            const problems = globalDatabaseProblems({ ...args, ...change });
            expect(problems).to.have.lengthOf(1);
            expect(problems[0]).to.match(expected);
            expect(globalDatabaseProblems(args)).to.deep.equal([]);
        });
    }
});

describe("the name of a cluster's writer", () => {
    it("is known of every cluster, whichever writes", async () => {
        await setMocks({ region: "us-east-1" });
        const { clusters } = new GlobalDatabase("database", args);
        const names = await Promise.all(
            clusters.map(
                ({ endpoint }) => new Promise<string>((resolve) => void endpoint.apply(resolve)),
            ),
        );
        await settled();
        expect(names).to.deep.equal(
            ["us-east-1", "eu-west-1", "ap-south-1"].map(
                (region) => `meridian-${region}.cluster-abc123.${region}.rds.amazonaws.com`,
            ),
        );
    });

    it("is the readers' without -ro, also of a cluster that does not tell it", () => {
        expect(
            writerEndpointOf("meridian.cluster-ro-cabc123.eu-west-1.rds.amazonaws.com"),
        ).to.equal("meridian.cluster-cabc123.eu-west-1.rds.amazonaws.com");
    });

    it("is not made up from what is no reader endpoint", () => {
        expect(() => writerEndpointOf("")).to.throw(
            'must have `.cluster-ro-` in it, got ""; refresh the global stack',
        );
    });
});

describe("a place for a database", () => {
    const place = async (): Promise<Registrations> => {
        const registered = await setMocks();
        new DatabasePlace("place", {
            vpcId: "vpc",
            subnetIds: ["a", "b"],
            serviceGroupId: "sg-tasks",
            region: "eu-west-1",
            logKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/operations",
            logRetentionDays: 90,
        });
        await settled();
        return registered;
    };

    it("has the log group that the cluster's log goes to, with a key and an end", async () => {
        const global = await register();
        const cluster = global.inputs(clusterType, "database-eu-west-1");
        const [log] = cluster["enabledCloudwatchLogsExports"] as readonly string[];
        const registered = await place();
        expect(registered.inputs("aws:cloudwatch/logGroup:LogGroup", "place")).to.deep.equal({
            name: `/aws/rds/cluster/${String(cluster["clusterIdentifier"])}/${log}`,
            kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/operations",
            retentionInDays: 90,
        });
    });

    it("lets the tasks in on PostgreSQL's port, with TLS, and nobody else", async () => {
        const registered = await place();
        const rules = (way: string) =>
            registered.inputs(
                `aws:vpc/securityGroup${way}Rule:SecurityGroup${way}Rule`,
                `place-${way === "Egress" ? "out" : "in"}`,
            );
        expect(rules("Ingress")).to.include({
            securityGroupId: "place-id",
            referencedSecurityGroupId: "sg-tasks",
            fromPort: 5432,
            toPort: 5432,
        });
        expect(rules("Egress")).to.include({
            securityGroupId: "sg-tasks",
            referencedSecurityGroupId: "place-id",
        });
        expect(registered.all.filter(({ type }) => type.includes("Rule:"))).to.have.lengthOf(2);
        expect(
            registered.inputs("aws:rds/clusterParameterGroup:ClusterParameterGroup", "place")[
                "parameters"
            ],
        ).to.deep.include({ name: "rds.force_ssl", value: "1", applyMethod: "immediate" });
        expect(
            registered.inputs("aws:rds/subnetGroup:SubnetGroup", "place")["subnetIds"],
        ).to.deep.equal(["a", "b"]);
    });
});
