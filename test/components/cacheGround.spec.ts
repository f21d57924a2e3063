import { expect } from "chai";

import { CacheGround } from "../../components/cacheGround";
import { cacheUser } from "../../components/cacheSettings";
import { cacheStatements } from "../../components/servicePermissions";
import { setMocks, settled, type Registrations } from "../support/mocks";

describe("CacheGround", () => {
    let registered: Registrations;

    before(async () => {
        registered = await setMocks();
        new CacheGround("cache", {
            vpcId: "vpc-1",
            subnetIds: ["subnet-a", "subnet-b"],
            logKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/operations",
            logRetentionDays: 90,
        });
        await settled();
    });

    it("knows one user by IAM, and switches off the one that every Redis has", () => {
        const users = registered.of("aws:elasticache/user:User").map(({ inputs }) => inputs);
        expect(
            users.filter(({ accessString }) => String(accessString).startsWith("on ")),
        ).to.have.length(1);
        expect(registered.inputs("aws:elasticache/user:User", "cache-storefront")).to.deep.include({
            userId: cacheUser,
            userName: cacheUser,
            authenticationMode: { type: "iam" },
        });
        expect(registered.inputs("aws:elasticache/user:User", "cache-default")).to.include({
            userName: "default",
            accessString: "off ~* -@all",
        });
        expect(
            registered.inputs("aws:elasticache/userGroup:UserGroup", "cache")["userIds"],
        ).to.have.members(["meridian-nobody", cacheUser]);
    });

    it("has no secret anywhere", () => {
        for (const { inputs } of registered.all) {
            expect(JSON.stringify(inputs)).not.to.match(/"(passwords?|authToken)"/);
        }
    });

    it("lets the storefront connect to its own region's cache, as its own user", () => {
        const access = { region: "eu-west-1", accountId: "111122223333" };
        expect(cacheStatements(access)).to.deep.equal([
            {
                Sid: "ConnectToCache",
                Effect: "Allow",
                Action: "elasticache:Connect",
                Resource: [
                    "arn:aws:elasticache:eu-west-1:111122223333:replicationgroup:meridian-cache-eu-west-1",
                    `arn:aws:elasticache:eu-west-1:111122223333:user:${cacheUser}`,
                ],
            },
        ]);
    });
});
