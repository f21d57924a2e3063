import http from "node:http";

import type { Registration } from "../targets";
import type { World } from "../world";

/** What became of a request at its target. */
export type Outcome =
    | { readonly kind: "answered"; readonly response: http.IncomingMessage }
    /** No connection, or it broke before an answer. */
    | { readonly kind: "broken" }
    | { readonly kind: "timeout" }
    /** The client left first. */
    | { readonly kind: "abandoned" };

export interface UpstreamRequest {
    readonly incoming: http.IncomingMessage;
    readonly registration: Registration;
    readonly headers: http.OutgoingHttpHeaders;
    /** The balancer's own address. */
    readonly from: string;
    readonly agent: http.Agent;
    /** World milliseconds without an answer. */
    readonly timeoutMs: number;
}

/** Sends a client's request on to a target and waits for the head of the answer. */
export function sendUpstream(world: World, request: UpstreamRequest): Promise<Outcome> {
    const { incoming, registration, headers, from, agent, timeoutMs } = request;
    return new Promise((resolve) => {
        const outgoing = http.request({
            host: registration.target.address,
            port: registration.target.port,
            localAddress: from,
            method: incoming.method,
            path: incoming.url,
            headers,
            agent,
        });
        const finish = (outcome: Outcome): void => {
            cancel();
            incoming.socket.off("close", onClientGone);
            resolve(outcome);
        };
        const onClientGone = (): void => {
            finish({ kind: "abandoned" });
            outgoing.destroy();
        };
        const cancel = world.clock.after(timeoutMs, () => {
            finish({ kind: "timeout" });
            outgoing.destroy();
        });
        incoming.socket.once("close", onClientGone);
        outgoing.on("error", () => finish({ kind: "broken" }));
        outgoing.on("response", (response) => finish({ kind: "answered", response }));
        incoming.pipe(outgoing);
    });
}
