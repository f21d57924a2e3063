import http from "node:http";
import type { AddressInfo } from "node:net";

import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { SNSClient, PublishCommand } from "@aws-sdk/client-sns";
import { expect } from "chai";

import { awsClient } from "../../runtime/awsClient";
import { fakeCredentials, withEnvironment } from "../support/awsStub";

const patience = { connectMs: 1000, answerMs: 50, attempts: 3 };

describe("an AWS client", () => {
    let silent: http.Server;
    let asked: number;
    let restore: () => void;

    before(async () => {
        silent = http.createServer(() => asked++);
        await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
        const { port } = silent.address() as AddressInfo;
        restore = withEnvironment({
            ...fakeCredentials,
            AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
        });
    });

    after(async () => {
        restore();
        silent.closeAllConnections();
        await new Promise((resolve) => silent.close(resolve));
    });

    for (const [service, ask] of [
        [
            "DynamoDB",
            () =>
                new DynamoDBClient(awsClient("eu-west-1", patience)).send(
                    new ListTablesCommand({}),
                ),
        ],
        [
            "SNS",
            () =>
                new SNSClient(awsClient("eu-west-1", patience)).send(
                    new PublishCommand({ TopicArn: "arn:aws:sns:eu-west-1:1:t", Message: "m" }),
                ),
        ],
    ] as const) {
        it(`gives up on a ${service} that takes the request and never answers`, async () => {
            asked = 0;
            const failure = await ask().then(
                () => undefined,
                (error: Error) => error,
            );
            expect(failure).to.have.property("name", "TimeoutError");
            expect(asked).to.equal(patience.attempts);
        });
    }
});
