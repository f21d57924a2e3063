import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";

import { handler, type DecisionNotice } from "../../../runtime/handlers/decider";
import {
    type AwsStub,
    fakeCredentials,
    startAwsStub,
    withEnvironment,
} from "../../support/awsStub";

const start = Date.parse("2026-03-01T12:00:00Z");
const regions = ["ap-east-1", "ap-south-1", "eu-west-1", "us-east-1"];
const failoverTopic = "arn:aws:sns:eu-west-1:111122223333:failover";
const recoveryTopic = "arn:aws:sns:eu-west-1:111122223333:recovery";

function at(seconds: number): string {
    return new Date(start + seconds * 1000).toISOString();
}

function alarm(observer: string, observed: string, value: string, seconds: number): unknown {
    return {
        time: at(seconds),
        region: observer,
        "detail-type": "CloudWatch Alarm State Change",
        detail: { alarmName: `meridian-observer-${observed}`, state: { value } },
    };
}

function tick(seconds: number): unknown {
    return { time: at(seconds), region: "eu-west-1", "detail-type": "Scheduled Event", detail: {} };
}

describe("decider", () => {
    let aws: AwsStub;
    let client: DynamoDBClient;
    let restore: () => void;

    before(async () => {
        aws = await startAwsStub();
        restore = withEnvironment({
            ...fakeCredentials,
            AWS_ENDPOINT_URL: aws.url,
            REGION: "eu-west-1",
            REGIONS: regions.join(","),
            QUORUM: "2",
            DWELL_SECONDS: "60",
            CLEAR_SECONDS: "180",
            DECISIONS_TABLE: "decisions",
            FAILOVER_TOPIC_ARN: failoverTopic,
            RECOVERY_TOPIC_ARN: recoveryTopic,
            MODE: "alert",
        });
        client = new DynamoDBClient({ region: "eu-west-1" });
    });

    after(async () => {
        client.destroy();
        restore();
        await aws.stop();
    });

    beforeEach(async () => {
        aws.published.length = 0;
        await client.send(
            new CreateTableCommand({
                TableName: "decisions",
                AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
                KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
                BillingMode: "PAY_PER_REQUEST",
            }),
        );
    });

    afterEach(async () => {
        await client.send(new DeleteTableCommand({ TableName: "decisions" }));
    });

    function notices(): DecisionNotice[] {
        return aws.published.map(({ message }) => JSON.parse(message) as DecisionNotice);
    }

    it("publishes one evacuation once a quorum has dwelled, and only once", async () => {
        await handler(alarm("eu-west-1", "us-east-1", "ALARM", 0));
        await handler(alarm("ap-south-1", "us-east-1", "ALARM", 20));
        await handler(tick(60));
        expect(notices()).to.deep.equal([]);

        await handler(tick(80));
        await handler(tick(140));
        await handler(alarm("ap-east-1", "us-east-1", "ALARM", 150));

        expect(notices()).to.have.length(1);
        expect(aws.published[0]?.topicArn).to.equal(failoverTopic);
        expect(notices()[0]).to.deep.include({
            schema: 1,
            decision: "evacuate",
            region: "us-east-1",
            decidedBy: "eu-west-1",
            observers: ["ap-south-1", "eu-west-1"],
            since: at(20),
            at: at(80),
            quorum: 2,
            dwellSeconds: 60,
            mode: "alert",
        });
    });

    it("takes no data for no observation", async () => {
        await handler(alarm("eu-west-1", "us-east-1", "ALARM", 0));
        await handler(alarm("ap-south-1", "us-east-1", "INSUFFICIENT_DATA", 0));
        await handler(tick(600));
        expect(notices()).to.deep.equal([]);
    });

    it("ignores an event that is older than what it knows", async () => {
        await handler(alarm("eu-west-1", "us-east-1", "ALARM", 100));
        await handler(alarm("ap-south-1", "us-east-1", "ALARM", 100));
        await handler(alarm("ap-south-1", "us-east-1", "OK", 40));
        await handler(tick(160));
        expect(notices()).to.have.length(1);
    });

    it("believes the latest event, in whatever order they arrive", async () => {
        await handler(alarm("eu-west-1", "us-east-1", "ALARM", 0));
        await handler(alarm("ap-south-1", "us-east-1", "ALARM", 0));
        // It went OK at 10 and into alarm again at 20; the news of 20 is here first.
        await handler(alarm("ap-south-1", "us-east-1", "ALARM", 20));
        await handler(alarm("ap-south-1", "us-east-1", "OK", 10));
        await handler(tick(80));
        expect(notices()).to.have.length(1);
    });

    it("does not take an event for news when it arrives again after a later one", async () => {
        await handler(alarm("eu-west-1", "us-east-1", "ALARM", 0));
        await handler(alarm("ap-south-1", "us-east-1", "ALARM", 0));
        await handler(alarm("ap-south-1", "us-east-1", "OK", 10));
        await handler(alarm("ap-south-1", "us-east-1", "ALARM", 0));
        await handler(tick(600));
        expect(notices()).to.deep.equal([]);
    });

    it("keeps the start of an alarm that is reported twice", async () => {
        await handler(alarm("eu-west-1", "us-east-1", "ALARM", 0));
        await handler(alarm("ap-south-1", "us-east-1", "ALARM", 0));
        await handler(alarm("ap-south-1", "us-east-1", "ALARM", 50));
        await handler(tick(60));
        expect(notices()).to.have.length(1);
    });

    it("does not judge its own region", async () => {
        for (const observer of ["us-east-1", "ap-south-1", "ap-east-1"]) {
            await handler(alarm(observer, "eu-west-1", "ALARM", 0));
        }
        await handler(tick(600));
        expect(notices()).to.deep.equal([]);
    });

    it("publishes in the next run what it could not publish in this one, under the same id", async () => {
        await handler(alarm("eu-west-1", "us-east-1", "ALARM", 0));
        await handler(alarm("ap-south-1", "us-east-1", "ALARM", 0));
        aws.failPublishes = 1;
        let failure: Error | undefined;
        await handler(tick(60)).catch((error: Error) => (failure = error));
        expect(failure?.message).to.match(/could not finish/);
        await handler(tick(120));
        expect(notices().map(({ id }) => id)).to.deep.equal([
            `evacuate:us-east-1:${start}:eu-west-1`,
        ]);
    });

    it("announces the recovery on the other topic", async () => {
        await handler(alarm("eu-west-1", "us-east-1", "ALARM", 0));
        await handler(alarm("ap-south-1", "us-east-1", "ALARM", 0));
        await handler(tick(60));
        await handler(alarm("eu-west-1", "us-east-1", "OK", 300));
        await handler(tick(420));
        expect(notices()).to.have.length(1);
        await handler(tick(480));
        expect(aws.published[1]?.topicArn).to.equal(recoveryTopic);
        expect(notices()[1]).to.deep.include({ decision: "recovered", region: "us-east-1" });
    });

    it("refuses an environment that its stack never declared, naming every problem", async () => {
        const undo = withEnvironment({ QUORUM: "none", MODE: "act" });
        let failure: Error | undefined;
        await handler(tick(0)).catch((error: Error) => (failure = error));
        undo();
        expect(failure?.message)
            .to.match(/QUORUM/)
            .and.to.match(/MODE/);
    });
});
