import { expect } from "chai";

import { RegionKeys } from "../../components/regionKeys";
import { policyAllows } from "../../sandbox/aws/support/policyDocument";
import { setMocks, settled, type Registrations } from "../support/mocks";

const accountId = "111122223333";
const root = { arn: `arn:aws:iam::${accountId}:root` };

describe("a region's keys", () => {
    let registered: Registrations;

    before(async () => {
        registered = await setMocks();
        new RegionKeys("keys", { region: "eu-west-1", accountId, deletionProtection: true });
        await settled();
    });

    const policy = (key: string): string =>
        registered.inputs("aws:kms/key:Key", `keys-${key}`)["policy"] as string;
    const allows = (
        key: string,
        principal: { service: string } | { arn: string },
        action: string,
        context: Record<string, string> = {},
    ): boolean => policyAllows(policy(key), { principal, action, resource: "*", context });

    it("are two, rotated yearly, with an alias each", () => {
        expect(registered.names("aws:kms/key:Key")).to.deep.equal(["keys-data", "keys-operations"]);
        for (const { inputs } of registered.of("aws:kms/key:Key")) {
            expect(inputs).to.include({
                enableKeyRotation: true,
                rotationPeriodInDays: 365,
                deletionWindowInDays: 30,
            });
        }
        expect(
            registered.of("aws:kms/alias:Alias").map(({ inputs }) => inputs["name"]),
        ).to.deep.equal(["alias/meridian-data", "alias/meridian-operations"]);
    });

    for (const key of ["data", "operations"]) {
        it(`lets the account administer the ${key} key and not use it`, () => {
            expect(allows(key, root, "kms:PutKeyPolicy")).to.be.true;
            expect(allows(key, root, "kms:ScheduleKeyDeletion")).to.be.true;
            for (const action of ["kms:Decrypt", "kms:Encrypt", "kms:CreateGrant"]) {
                expect(allows(key, root, action), action).to.be.false;
            }
        });

        it(`lets nobody of another account near the ${key} key`, () => {
            const stranger = { arn: "arn:aws:iam::999988887777:root" };
            const context = {
                "kms:ViaService": "dynamodb.eu-west-1.amazonaws.com",
                "kms:CallerAccount": "999988887777",
            };
            expect(allows(key, stranger, "kms:Decrypt", context)).to.be.false;
        });
    }

    it("opens the data key through DynamoDB of its region alone", () => {
        const through = (service: string): Record<string, string> => ({
            "kms:ViaService": service,
            "kms:CallerAccount": accountId,
        });
        const own = through("dynamodb.eu-west-1.amazonaws.com");
        expect(allows("data", root, "kms:Decrypt", own)).to.be.true;
        expect(allows("data", root, "kms:Decrypt", through("dynamodb.us-east-1.amazonaws.com"))).to
            .be.false;
        expect(allows("data", root, "kms:Decrypt", through("sns.eu-west-1.amazonaws.com"))).to.be
            .false;
        expect(
            allows("data", root, "kms:CreateGrant", {
                ...own,
                "kms:GrantIsForAWSResource": "true",
            }),
        ).to.be.true;
        expect(allows("data", root, "kms:CreateGrant", own)).to.be.false;
    });

    it("lets no service but DynamoDB see the data key at all", () => {
        const source = { "aws:SourceAccount": accountId };
        for (const service of ["sns", "cloudwatch", "events", "logs.eu-west-1"]) {
            const principal = { service: `${service}.amazonaws.com` };
            expect(allows("data", principal, "kms:Decrypt", source), service).to.be.false;
            expect(allows("data", principal, "kms:DescribeKey", source), service).to.be.false;
        }
    });

    const senders = {
        cloudwatch: `arn:aws:cloudwatch:eu-west-1:${accountId}:alarm:meridian-latency`,
        events: `arn:aws:events:eu-west-1:${accountId}:rule/meridian-decider-tick`,
        sns: `arn:aws:sns:eu-west-1:${accountId}:meridian-failover`,
    };
    for (const [service, sourceArn] of Object.entries(senders)) {
        it(`lets ${service} use the operations key for this platform's resources only`, () => {
            const principal = { service: `${service}.amazonaws.com` };
            const asked = (account: string, source: string): boolean =>
                allows("operations", principal, "kms:GenerateDataKey", {
                    "aws:SourceAccount": account,
                    "aws:SourceArn": source,
                });
            expect(asked(accountId, sourceArn)).to.be.true;
            expect(asked("999988887777", sourceArn)).to.be.false;
            expect(asked(accountId, sourceArn.replace("meridian-", "other-"))).to.be.false;
            expect(asked(accountId, sourceArn.replace("eu-west-1", "us-east-1"))).to.be.false;
        });
    }

    it("lets CloudWatch Logs encrypt this platform's log groups only", () => {
        const principal = { service: "logs.eu-west-1.amazonaws.com" };
        const context = (group: string): Record<string, string> => ({
            "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:eu-west-1:${accountId}:log-group:${group}`,
        });
        expect(allows("operations", principal, "kms:Encrypt", context("/meridian/storefront"))).to
            .be.true;
        for (const [group, allowed] of [
            ["/aws/rds/cluster/meridian-eu-west-1/postgresql", true],
            ["/aws/rds/cluster/meridian-us-east-1/postgresql", false],
            ["/aws/other", false],
        ] as const) {
            expect(allows("operations", principal, "kms:Encrypt", context(group)), group).to.equal(
                allowed,
            );
        }
        expect(allows("operations", principal, "kms:CreateGrant", context("/meridian/storefront")))
            .to.be.false;
    });
});
