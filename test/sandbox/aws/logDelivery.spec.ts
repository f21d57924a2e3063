import { expect } from "chai";

import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "./support/account";

const sourceType = "aws:cloudwatch/logDeliverySource:LogDeliverySource";
const destinationType = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination";
const deliveryType = "aws:cloudwatch/logDelivery:LogDelivery";
const distributionArn = "arn:aws:cloudfront::111122223333:distribution/E1";

describe("deliveries of logs", () => {
    let account: Account;
    beforeEach(async () => {
        account = await Account.open("us-east-1");
        account.declare("aws:cloudfront/distribution:Distribution", "E1", { arn: distributionArn });
        account.declare("aws:s3/bucket:Bucket", "logs", { bucket: "logs" });
        allow("delivery.logs.amazonaws.com");
    });
    afterEach(() => {
        account.close();
    });

    function allow(Service: string): void {
        account.declare("aws:s3/bucketPolicy:BucketPolicy", "logs", {
            bucket: "logs",
            policy: JSON.stringify({
                Version: "2012-10-17",
                Statement: [
                    {
                        Effect: "Allow",
                        Principal: { Service },
                        Action: "s3:PutObject",
                        Resource: "arn:aws:s3:::logs/AWSLogs/111122223333/*",
                        Condition: { StringEquals: { "aws:SourceAccount": "111122223333" } },
                    },
                ],
            }),
        });
    }

    const source = (changes: Props = {}): Promise<Props> =>
        account.create(sourceType, "s", {
            name: "edge",
            logType: "ACCESS_LOGS",
            resourceArn: distributionArn,
            ...changes,
        });
    const destination = (bucket = "logs"): Promise<Props> =>
        account.create(destinationType, "d", {
            name: "edge",
            outputFormat: "json",
            deliveryDestinationConfiguration: { destinationResourceArn: `arn:aws:s3:::${bucket}` },
        });
    const deliver = (arn: unknown, name = "x"): Promise<Props> =>
        account.create(deliveryType, name, {
            deliverySourceName: "edge",
            deliveryDestinationArn: arn,
        });

    it("lead from a distribution to a bucket whose policy lets them", async () => {
        expect((await source()).service).to.equal("cloudfront");
        const made = await destination();
        expect(made.deliveryDestinationType).to.equal("S3");
        await deliver(made.arn);
        expect(await refusal(deliver(made.arn, "y"))).to.contain("ConflictException");
    });

    it("are refused by a bucket that lets somebody else", async () => {
        allow("logging.s3.amazonaws.com");
        await source();
        expect(await refusal(deliver((await destination()).arn))).to.contain(
            "AccessDeniedException",
        );
    });

    it("start in us-east-1, at a distribution that is there", async () => {
        expect(await refusal(source({ region: "eu-west-1" }))).to.contain("is made in us-east-1");
        const nothing = distributionArn.replace("E1", "E2");
        expect(await refusal(source({ resourceArn: nothing }))).to.contain(
            "ResourceNotFoundException",
        );
        expect(await refusal(source({ logType: "LOGS" }))).to.contain("logType: must be one of");
        expect(await refusal(source({ name: "a b" }))).to.contain("name: must be");
    });

    it("end at something that is there, in a form that there is", async () => {
        expect(await refusal(destination("none"))).to.contain("ResourceNotFoundException");
        const problems = account.problems(destinationType, {
            outputFormat: "csv",
            deliveryDestinationType: "SQS",
            name: "a b",
        });
        for (const property of ["outputFormat", "deliveryDestinationType", "name"]) {
            expect(problems.join()).to.contain(`${property}: must be`);
        }
        await source();
        expect(await refusal(deliver("arn:none"))).to.contain(
            "delivery destination does not exist",
        );
    });

    it("go before what they lead from and to", async () => {
        await source();
        await deliver((await destination()).arn);
        for (const [type, name] of [
            [sourceType, "s"],
            [destinationType, "d"],
        ] as const) {
            expect(await refusal(account.remove(type, name))).to.contain("ConflictException");
        }
        await account.remove(deliveryType, "x");
        await account.remove(sourceType, "s");
        await account.remove(destinationType, "d");
    });
});
