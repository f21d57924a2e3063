import http from "node:http";
import type { AddressInfo } from "node:net";

import dynalite from "dynalite";

/** A DynamoDB (dynalite) and an SNS that records what was published, behind one endpoint as the SDK's `AWS_ENDPOINT_URL` wants it. */
export interface AwsStub {
    readonly url: string;
    readonly published: { readonly topicArn: string; readonly message: string }[];
    /** Number of coming SNS calls to answer with an error. */
    failPublishes: number;
    stop(): Promise<void>;
}

export async function startAwsStub(): Promise<AwsStub> {
    const tables = dynalite({ createTableMs: 0, deleteTableMs: 0 });
    await new Promise<void>((resolve) => tables.listen(0, "127.0.0.1", resolve));
    const tablesPort = (tables.address() as AddressInfo).port;
    const stub = { url: "", published: [] as AwsStub["published"], failPublishes: 0 };

    const server = http.createServer((request, response) => {
        if (request.headers["x-amz-target"]?.toString().startsWith("DynamoDB") === true) {
            const forwarded = http.request(
                {
                    host: "127.0.0.1",
                    port: tablesPort,
                    method: "POST",
                    path: request.url,
                    headers: request.headers,
                },
                (answer) => {
                    response.writeHead(answer.statusCode ?? 500, answer.headers);
                    answer.pipe(response);
                },
            );
            request.pipe(forwarded);
            return;
        }
        let body = "";
        request.on("data", (chunk: Buffer) => (body += chunk.toString()));
        request.on("end", () => {
            const form = new URLSearchParams(body);
            if (stub.failPublishes > 0) {
                stub.failPublishes--;
                response
                    .writeHead(403)
                    .end(
                        "<ErrorResponse><Error><Code>AuthorizationError</Code><Message>no</Message></Error></ErrorResponse>",
                    );
                return;
            }
            stub.published.push({
                topicArn: form.get("TopicArn") ?? "",
                message: form.get("Message") ?? "",
            });
            response.end(
                '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
            );
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    stub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return Object.assign(stub, {
        stop: async () => {
            server.closeAllConnections();
            await new Promise((resolve) => server.close(resolve));
            await new Promise((resolve) => tables.close(resolve));
        },
    });
}

/** Sets environment variables for the SDK and the code under test; returns what puts them back. */
export function withEnvironment(variables: Readonly<Record<string, string>>): () => void {
    const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, variables);
    return () => {
        for (const [name, value] of before) {
            if (value === undefined) {
                delete process.env[name];
            } else {
                process.env[name] = value;
            }
        }
    };
}

/** Credentials that no AWS account knows. */
export const fakeCredentials = {
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
