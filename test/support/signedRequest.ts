import type { SmallWorld } from "./smallWorld";

export interface SignedRequest {
    readonly service: string;
    readonly region: string;
    readonly method: string;
    readonly path: string;
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
}

/** Calls the operator's API endpoint with a credential scope; the signature is made up, as nobody checks it. */
export async function signedRequest(
    world: SmallWorld,
    request: SignedRequest,
): Promise<{ status: number; text: string; headers: Headers }> {
    return world.clock.io(async () => {
        const response = await fetch(`http://127.0.0.1:${world.network.ports.api}${request.path}`, {
            method: request.method,
            headers: {
                authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/${request.region}/${request.service}/aws4_request, SignedHeaders=host, Signature=0`,
                connection: "close",
                ...request.headers,
            },
            ...(request.body ? { body: request.body } : {}),
        });
        return {
            status: response.status,
            text: await response.text(),
            headers: response.headers,
        };
    });
}
