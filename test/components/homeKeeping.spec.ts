import { expect } from "chai";

import { HomeKeeping } from "../../components/homeKeeping";
import { policyAllows } from "../../sandbox/aws/support/policyDocument";
import { policyIn, setMocks, settled, type Registrations } from "../support/mocks";

const accountId = "111122223333";
const region = "eu-west-1";
const arn = (service: string, name: string, where = region): string =>
    `arn:aws:${service}:${where}:${accountId}:${name}`;

describe("a region's keeper of homes", () => {
    let registered: Registrations;

    before(async () => {
        registered = await setMocks();
        new HomeKeeping("homes", {
            region,
            accountId,
            regions: ["us-east-1", region],
            domain: "example.com",
            tableName: "meridian-storefront",
            dataKeyArn: arn("kms", "key/data"),
            operationsKeyArn: arn("kms", "key/operations"),
            alarmTopicArn: arn("sns", "meridian-alarms"),
            logRetentionDays: 90,
        });
        await settled();
    });

    const may = (
        action: string,
        where: string,
        context: Readonly<Record<string, string>> = {},
    ): boolean =>
        policyAllows(
            JSON.stringify(
                policyIn(registered.inputs("aws:iam/rolePolicy:RolePolicy", "homes-role-policy")),
            ),
            {
                principal: { arn: "role" },
                action,
                resource: arn("dynamodb", "table/meridian-storefront", where),
                context,
            },
        );

    it("is started every minute, once at a time, and told where every region's state is", () => {
        const { inputs } = registered.one("aws:lambda/function:Function", "homes");
        expect(inputs).to.deep.include({
            name: "meridian-homeKeeper",
            reservedConcurrentExecutions: 1,
        });
        expect(inputs["environment"]).to.deep.equal({
            variables: {
                REGION: region,
                REGIONS: "eu-west-1,us-east-1",
                TABLE_NAME: "meridian-storefront",
                STATE_NAMES: JSON.stringify({
                    "eu-west-1": "_state.eu-west-1.app.example.com",
                    "us-east-1": "_state.us-east-1.app.example.com",
                }),
            },
        });
        expect(registered.inputs("aws:cloudwatch/eventRule:EventRule", "homes-tick")).to.include({
            scheduleExpression: "rate(1 minute)",
        });
    });

    it("reads and writes the records of homes in every region, and writes nothing else", () => {
        for (const where of [region, "us-east-1"]) {
            for (const action of ["GetItem", "PutItem", "Query"]) {
                const keys = { "dynamodb:LeadingKeys": "HOME#eu-west-1" };
                expect(may(`dynamodb:${action}`, where, keys), action).to.equal(true);
            }
            const other = { "dynamodb:LeadingKeys": "PROFILE#7" };
            expect(may("dynamodb:PutItem", where, other)).to.equal(false);
            expect(may("dynamodb:DeleteItem", where)).to.equal(false);
        }
    });

    it("looks item by item whether what another region wrote is here, and scans no table", () => {
        const item = { "dynamodb:LeadingKeys": "PROFILE#7" };
        expect(may("dynamodb:BatchGetItem", region, item)).to.equal(true);
        expect(may("dynamodb:BatchGetItem", "us-east-1", item)).to.equal(false);
        expect(may("dynamodb:GetItem", "us-east-1", item)).to.equal(true);
        expect(may("dynamodb:GetItem", region, item)).to.equal(false);
        for (const where of [region, "us-east-1"]) {
            expect(may("dynamodb:Scan", where)).to.equal(false);
        }
    });
});
