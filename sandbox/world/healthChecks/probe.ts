import https from "node:https";
import net from "node:net";
import { STATUS_CODES } from "node:http";

import { NetworkError, type NetworkResponse } from "../network";
import type { World } from "../world";
import type { EndpointDefinition } from "./definition";

// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
const connectMs = 4000;
const responseMs = 2000;
const bodyMs = 2000;
const tcpMs = 10_000;
const searchedBytes = 5120;

/** What one probe saw. */
export interface ProbeResult {
    readonly passed: boolean;
    /** As `GetHealthCheckStatus` words it. */
    readonly status: string;
}

/** IPv4 addresses of a name at this moment, as somebody at the source address gets them. */
export type ResolveAddresses = (name: string, sourceAddress: string) => readonly string[];

/**
 * Sends probes over real sockets. Each has a connection of its own, as Route 53's do, so that an
 * endpoint that stopped listening fails at once; only the TLS session is resumed, which spares both
 * sides the certificate that no checker looks at, and most of the cost.
 */
export class Prober {
    readonly #agent = new https.Agent({ keepAlive: false, maxCachedSessions: 2000 });

    constructor(
        private readonly world: World,
        private readonly resolve: ResolveAddresses,
    ) {}

    /** Probes once, from a checker's address. Never rejects. */
    async probe(check: EndpointDefinition, from: string): Promise<ProbeResult> {
        const to = this.#address(check, from);
        if (to === undefined) {
            return failure(`DNS resolution failed: ${check.fqdn ?? ""} has no address`);
        }
        try {
            if (check.protocol === "TCP") {
                await this.#connect(to, check.port, from);
                return { passed: true, status: "Success: TCP connection established" };
            }
            return judged(check, await this.#request(check, from, to));
        } catch (error) {
            return failure(reasonOf(error));
        }
    }

    stop(): void {
        this.#agent.destroy();
    }

    #address({ ipAddress, fqdn }: EndpointDefinition, from: string): string | undefined {
        const found = ipAddress ?? (fqdn === undefined ? undefined : this.resolve(fqdn, from)[0]);
        return found !== undefined && net.isIPv4(found) ? found : undefined;
    }

    #request(check: EndpointDefinition, from: string, to: string): Promise<NetworkResponse> {
        const tls = check.protocol === "HTTPS";
        return this.world.network.request({
            from,
            to,
            port: check.port,
            tls,
            host: check.fqdn ?? to,
            method: "GET",
            path: check.path,
            headers: {
                "user-agent": `Amazon-Route53-Health-Check-Service (ref ${check.id}; report http://amzn.to/1vsZADi)`,
                accept: "*/*",
            },
            connectTimeoutMs: connectMs,
            responseTimeoutMs: responseMs,
            timeoutMs: connectMs + responseMs + bodyMs,
            ...(tls ? { agent: this.#agent } : {}),
        });
    }

    async #connect(to: string, port: number, from: string): Promise<void> {
        const { network, clock } = this.world;
        if (!network.reachable(from, to)) {
            await clock.sleep(tcpMs);
            throw new NetworkError("timeout", `no answer from ${to}`);
        }
        await clock.io(
            () =>
                new Promise<void>((resolve, reject) => {
                    const socket = net.connect({
                        host: to,
                        port: network.portFor(port),
                        localAddress: from,
                    });
                    const cancel = clock.after(tcpMs, () =>
                        socket.destroy(new NetworkError("timeout", `no answer from ${to}`)),
                    );
                    socket.once("close", cancel);
                    socket.once("error", reject);
                    socket.once("connect", () => {
                        socket.destroy();
                        resolve();
                    });
                }),
        );
    }
}

function judged(check: EndpointDefinition, { status, body }: NetworkResponse): ProbeResult {
    const text = `HTTP Status Code ${status}, ${STATUS_CODES[status] ?? "unknown"}`;
    if (status < 200 || status >= 400) {
        return failure(text);
    }
    if (
        check.searchString !== undefined &&
        !body.subarray(0, searchedBytes).includes(check.searchString)
    ) {
        return failure(`${text}. The response body does not contain the search string`);
    }
    return { passed: true, status: `Success: ${text}` };
}

function failure(reason: string): ProbeResult {
    return { passed: false, status: `Failure: ${reason}` };
}

function reasonOf(error: unknown): string {
    switch (error instanceof NetworkError ? error.code : undefined) {
        case "timeout":
            return "Connection timed out. The endpoint or the internet connection is down, or requests are being blocked by your firewall";
        case "refused":
            return "Connection refused";
        default:
            return error instanceof Error ? error.message : String(error);
    }
}
