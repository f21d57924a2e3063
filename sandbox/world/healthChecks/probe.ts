import http from "node:http";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";

import { NetworkError, type NetworkRequest, type NetworkResponse } from "../network";
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
 * Sends probes over real sockets. Route 53 opens a connection for each; here a checker keeps its
 * connection to an endpoint from one probe to the next, which takes a tenth of the work. What a probe
 * finds is the same: a connection that the endpoint closed is noticed, and one that breaks under a
 * probe is replaced by a new one before that probe is judged, so that what counts is always whether
 * the endpoint takes connections and answers. Whether it can be reached is asked of the network each time.
 */
export class Prober {
    readonly #options: https.AgentOptions = {
        // https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html: TLS 1.0 to 1.2.
        secureContext: tls.createSecureContext({ maxVersion: "TLSv1.2" }),
        maxCachedSessions: 2000,
    };
    readonly #kept = {
        HTTP: new http.Agent({ keepAlive: true }),
        HTTPS: new https.Agent({ ...this.#options, keepAlive: true }),
    };
    readonly #fresh = { HTTP: new http.Agent(), HTTPS: new https.Agent(this.#options) };

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
            return judged(check, await this.#answer(check, check.protocol, from, to));
        } catch (error) {
            return failure(reasonOf(error));
        }
    }

    stop(): void {
        for (const agents of [this.#kept, this.#fresh]) {
            agents.HTTP.destroy();
            agents.HTTPS.destroy();
        }
    }

    #address({ ipAddress, fqdn }: EndpointDefinition, from: string): string | undefined {
        const found = ipAddress ?? (fqdn === undefined ? undefined : this.resolve(fqdn, from)[0]);
        return found !== undefined && net.isIPv4(found) ? found : undefined;
    }

    async #answer(
        check: EndpointDefinition,
        protocol: "HTTP" | "HTTPS",
        from: string,
        to: string,
    ): Promise<NetworkResponse> {
        const request: NetworkRequest = {
            from,
            to,
            port: check.port,
            tls: protocol === "HTTPS",
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
        };
        const { network } = this.world;
        try {
            return await network.request({ ...request, agent: this.#kept[protocol] });
        } catch (error) {
            if (error instanceof NetworkError && error.code === "reset" && error.reused) {
                return network.request({ ...request, agent: this.#fresh[protocol] });
            }
            throw error;
        }
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
    const text = `HTTP Status Code ${status}, ${http.STATUS_CODES[status] ?? "unknown"}`;
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
