import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import { DatabaseAccess } from "../../components/databaseAccess";
import { setMocks, settled, type Registrations } from "../support/mocks";

const recordType = "aws:route53/record:Record";
const policyType = "aws:iam/rolePolicy:RolePolicy";

describe("access to the database", () => {
    const cluster = (region: string) => ({
        region,
        endpoint: pulumi.output(`meridian.cluster-1.${region}.rds.amazonaws.com`),
        readerEndpoint: pulumi.output(`meridian.cluster-ro-1.${region}.rds.amazonaws.com`),
        resourceId: pulumi.output(`cluster-${region.toUpperCase()}`),
    });

    let registered: Registrations;
    beforeEach(async () => {
        registered = await setMocks({ region: "us-east-1" });
        new DatabaseAccess("access", {
            accountId: "111122223333",
            domain: "example.com",
            zoneId: "Z1",
            clusters: [cluster("us-east-1"), cluster("eu-west-1")],
        });
        await settled();
    });

    it("names both endpoints of each region's own cluster, whoever writes", () => {
        expect(
            registered.names(recordType).map((name) => {
                const { name: record, type, ttl, records } = registered.inputs(recordType, name);
                return [record, type, ttl, records];
            }),
        ).to.have.deep.members(
            ["us-east-1", "eu-west-1"].flatMap((region) => [
                [
                    `_database.${region}.app.example.com`,
                    "CNAME",
                    30,
                    [`meridian.cluster-1.${region}.rds.amazonaws.com`],
                ],
                [
                    `_database-reader.${region}.app.example.com`,
                    "CNAME",
                    30,
                    [`meridian.cluster-ro-1.${region}.rds.amazonaws.com`],
                ],
            ]),
        );
    });

    it("lets a region's tasks in as one user of that one cluster", () => {
        expect(registered.names(policyType)).to.have.lengthOf(2);
        const { role, policy } = registered.inputs(policyType, "access-eu-west-1");
        expect(role).to.equal("meridian-storefront-task-eu-west-1");
        const { Statement: statements } = JSON.parse(String(policy)) as { Statement: object[] };
        expect(statements).to.deep.equal([
            {
                Sid: "ConnectToDatabase",
                Effect: "Allow",
                Action: "rds-db:connect",
                Resource:
                    "arn:aws:rds-db:eu-west-1:111122223333:dbuser:cluster-EU-WEST-1/storefront",
            },
        ]);
    });
});
