import http from "node:http";
import https from "node:https";
import tls from "node:tls";

import type { WorldClock } from "./clock";
import type { Faults } from "./faults";

/**
 * The world's wires: which loopback address stands for what, which names AWS itself gives out, and
 * requests that honour the faults. Every listener of the world binds to an address of this plan.
 *
 *     127.10.<region>.1-99   load balancers       127.20.<checker region>.1   health checkers
 *     127.10.<region>.200    S3                   127.30.<geography>.<n>      shoppers
 *     127.10.<region>.201    AWS API endpoint     127.53.0.1                  DNS
 *     127.10.<region>.202    egress (NAT)         127.0.0.1                   the operator
 *     127.10.<region>.203-5  databases
 *     127.10.<region>.206-9  caches               127.40.<geography>.<n>      edge locations
 *     127.10.<region>.210+   tasks                127.75.<number>.1-2         accelerators
 */

/** Region codes in a fixed order: a region's place here is its number in the address plan. Append only. */
export const awsRegions = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "eu-south-1",
    "af-south-1",
    "me-south-1",
    "me-central-1",
    "ap-south-1",
    "ap-east-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
] as const;

/** Where packets come from or go to. */
export interface Place {
    /** AWS region, when it is in one that a fault can cut. */
    readonly region?: string;
    /** Name for call records: `region:eu-west-1`, `checker:sa-east-1`, `shopper:in`, `edge:5`, `accelerator`, `operator`. */
    readonly name: string;
}

export interface NetworkPorts {
    /** Port that stands for 443 on every address. */
    readonly https: number;
    /** Port that stands for 80. */
    readonly http: number;
    readonly dns: number;
    readonly api: number;
}

export const defaultPorts: NetworkPorts = { https: 8443, http: 8080, dns: 8053, api: 4566 };

export interface NetworkRequest {
    /** Address the request leaves from; says which place it comes from. */
    readonly from: string;
    /** Address it goes to. */
    readonly to: string;
    /** As on AWS: 443 and 80 stand for the world's own ports. */
    readonly port: number;
    readonly tls: boolean;
    /** Host header and TLS server name. */
    readonly host: string;
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    /** World milliseconds until it is given up. */
    readonly timeoutMs: number;
    /** World milliseconds until the TCP connection stands. @default only `timeoutMs` counts */
    readonly connectTimeoutMs?: number;
    /** World milliseconds from then until the head of the answer. @default only `timeoutMs` counts */
    readonly responseTimeoutMs?: number;
    /** Authority to verify the certificate with; without it the certificate is not verified. */
    readonly ca?: string;
    /** Keeps connections; without it the connection ends with the answer. */
    readonly agent?: https.Agent | http.Agent;
}

export interface NetworkResponse {
    readonly status: number;
    readonly headers: http.IncomingHttpHeaders;
    readonly body: Buffer;
    /** Whether a kept-alive connection carried it. */
    readonly reused: boolean;
}

export class NetworkError extends Error {
    override readonly name = "NetworkError";
    constructor(
        readonly code: "timeout" | "refused" | "reset" | "tls",
        message: string,
        /** Whether it happened on a connection kept from before, which may have ended meanwhile. */
        readonly reused: boolean = false,
    ) {
        super(message);
    }
}

export const dnsAddress = "127.53.0.1";
export const operatorAddress = "127.0.0.1";

/** One of the two static addresses of an accelerator; both numbers count from 1. */
export function acceleratorAddress(accelerator: number, address: 1 | 2): string {
    return `127.75.${accelerator}.${address}`;
}

const first = { loadBalancer: 1, database: 203, cache: 206, task: 210 };

export class Network {
    readonly #names = new Map<string, readonly string[]>();
    /** Names that have other addresses in each geography, by its code. */
    readonly #edges = new Map<string, ReadonlyMap<string, readonly string[]>>();
    readonly #taken = new Map<string, string>();
    /** By the authority that they trust: one for every connection would be a good part of its cost. */
    readonly #trust = new Map<string | undefined, tls.SecureContext>();
    readonly #advertised = new Map<string, (from: string) => string | undefined>();

    constructor(
        private readonly clock: WorldClock,
        private readonly faults: Faults,
        readonly ports: NetworkPorts = defaultPorts,
    ) {}

    /** The load balancer's address, the same for the same ARN as long as the world runs. */
    loadBalancerAddress(region: string, arn: string): string {
        return this.#allocate(region, arn, first.loadBalancer, 99);
    }

    taskAddress(region: string, taskId: string): string {
        return this.#allocate(region, taskId, first.task, 254);
    }

    cacheAddress(region: string, groupId: string): string {
        return this.#allocate(region, `cache/${groupId}`, first.cache, 209);
    }

    databaseAddress(region: string, clusterId: string): string {
        return this.#allocate(region, `database/${clusterId}`, first.database, 205);
    }

    /** The two static addresses of an accelerator, the same for the same ARN as long as the world runs. */
    acceleratorAddresses(arn: string): readonly [string, string] {
        const numbers = Array.from({ length: 254 }, (_, index) => index + 1);
        const holder = (number: number): string | undefined =>
            this.#taken.get(acceleratorAddress(number, 1));
        const number =
            numbers.find((each) => holder(each) === arn) ??
            numbers.find((each) => holder(each) === undefined);
        if (number === undefined) {
            throw new RangeError(`no addresses left for accelerator ${arn}: at most 254`);
        }
        this.#taken.set(acceleratorAddress(number, 1), arn);
        return [acceleratorAddress(number, 1), acceleratorAddress(number, 2)];
    }

    releaseAddress(address: string): void {
        this.#taken.delete(address);
    }

    s3Address(region: string): string {
        return `127.10.${regionNumber(region)}.200`;
    }

    apiAddress(region: string): string {
        return `127.10.${regionNumber(region)}.201`;
    }

    /** What a request from inside the region (a task, a function) leaves from. */
    egressAddress(region: string): string {
        return `127.10.${regionNumber(region)}.202`;
    }

    checkerAddress(checkerRegion: string): string {
        return `127.20.${regionNumber(checkerRegion)}.1`;
    }

    /** `geography` and `shopper` count from 0. */
    shopperAddress(geography: number, shopper: number): string {
        return `127.30.${geography + 1}.${shopper + 1}`;
    }

    /** Both count from 0: an edge location's address for one of its distributions. */
    edgeAddress(geography: number, distribution: number): string {
        return `127.40.${geography + 1}.${distribution + 1}`;
    }

    /** Whether a request from this address holds the world's clock until it is answered. */
    holdsClock(address: string): boolean {
        return /^(checker|edge|shopper):/.test(this.placeOf(address).name);
    }

    placeOf(address: string): Place {
        const [, plan, number] = address.replace("::ffff:", "").split(".");
        const region = awsRegions[Number(number)];
        if (plan === "10" && region !== undefined) {
            return { region, name: `region:${region}` };
        }
        if (plan === "20" && region !== undefined) {
            return { name: `checker:${region}` };
        }
        if (plan === "30") {
            return { name: `shopper:${number}` };
        }
        if (plan === "40") {
            return { name: `edge:${number}` };
        }
        if (plan === "75") {
            return { name: "accelerator" };
        }
        return { name: "operator" };
    }

    /**
     * The address AWS would see as the source. Health checkers come from Route 53's published
     * ranges, so that policies that name those ranges are evaluated for real; shoppers from the
     * shared address space (RFC 6598), one /16 a geography; edge locations from CloudFront's.
     */
    publicAddressOf(address: string): string {
        const [, plan, third, fourth] = address.replace("::ffff:", "").split(".");
        switch (plan) {
            case "10":
                return `52.95.${third}.${fourth}`;
            case "20":
                return `15.177.${third}.${fourth}`;
            case "30":
                return `100.${63 + Number(third)}.0.${fourth}`;
            case "40":
                return `13.32.${third}.${fourth}`;
            case "75":
                return `75.2.${third}.${fourth}`;
            default:
                return "192.0.2.1";
        }
    }

    /** An address that is everywhere; `leadsTo` says which region answers a client at it. */
    advertise(address: string, leadsTo: (from: string) => string | undefined): void {
        this.#advertised.set(address, leadsTo);
    }

    withdraw(address: string): void {
        this.#advertised.delete(address);
    }

    /** The region that answers at an address, for a client; undefined when it is in none. */
    regionBehind(address: string, from: string): string | undefined {
        return this.placeOf(address).region ?? this.#advertised.get(address)?.(from);
    }

    /** Gives a name that AWS owns (`*.elb.amazonaws.com`, `*.s3.<region>.amazonaws.com`) its addresses; none takes it away. */
    register(name: string, addresses: readonly string[]): void {
        const key = name.toLowerCase().replace(/\.$/, "");
        if (addresses.length === 0) {
            this.#names.delete(key);
        } else {
            this.#names.set(key, addresses);
        }
    }

    /** Gives a distribution's own name its addresses by geography code; none takes it away. */
    registerEdges(name: string, addresses: ReadonlyMap<string, readonly string[]>): void {
        const key = name.toLowerCase().replace(/\.$/, "");
        if (addresses.size === 0) {
            this.#edges.delete(key);
        } else {
            this.#edges.set(key, addresses);
        }
    }

    /** Whether where somebody is decides what the name's addresses are. */
    isByGeography(name: string): boolean {
        return this.#edges.has(name.toLowerCase().replace(/\.$/, ""));
    }

    /** Addresses of a name that AWS owns, for somebody in a geography. Regional S3 names all lead to the region's S3, whether the bucket exists or not. */
    resolveAwsName(name: string, geography?: string): readonly string[] | undefined {
        const key = name.toLowerCase().replace(/\.$/, "");
        const s3 = /(?:^|\.)s3\.([a-z0-9-]+)\.amazonaws\.com$/.exec(key)?.[1];
        if (s3 !== undefined && (awsRegions as readonly string[]).includes(s3)) {
            return [this.s3Address(s3)];
        }
        const edges = this.#edges.get(key);
        return edges === undefined
            ? this.#names.get(key)
            : (edges.get(geography ?? "") ?? [...edges.values()][0]);
    }

    reachable(fromAddress: string, toAddress: string): boolean {
        return this.faults.reachable(
            this.placeOf(fromAddress).region,
            this.placeOf(toAddress).region,
        );
    }

    /** The world's own port for an AWS port. Caches and databases have addresses of their own, and there the port of HTTPS. */
    portFor(port: number): number {
        return port === 443 || port === 6379 || port === 5432
            ? this.ports.https
            : port === 80
              ? this.ports.http
              : port;
    }

    /**
     * Sends one HTTP request over a real socket. To a place that cannot be reached it is a black
     * hole: nothing is sent, and the timeout passes in world time.
     *
     * @throws NetworkError
     */
    async request(request: NetworkRequest): Promise<NetworkResponse> {
        if (!this.reachable(request.from, request.to)) {
            await this.clock.sleep(request.connectTimeoutMs ?? request.timeoutMs);
            throw new NetworkError("timeout", `no answer from ${request.host} (${request.to})`);
        }
        return this.clock.io(() => this.#send(request));
    }

    #trusting(ca: string | undefined): tls.SecureContext {
        const known = this.#trust.get(ca) ?? tls.createSecureContext({ ca });
        this.#trust.set(ca, known);
        return known;
    }

    #send(request: NetworkRequest): Promise<NetworkResponse> {
        return new Promise((resolve, reject) => {
            const outgoing = (request.tls ? https : http).request({
                host: request.to,
                port: this.portFor(request.port),
                localAddress: request.from,
                method: request.method,
                path: request.path,
                headers: {
                    host: request.host,
                    ...request.headers,
                    ...(request.body === undefined
                        ? {}
                        : { "content-length": String(Buffer.byteLength(request.body)) }),
                },
                servername: request.host,
                rejectUnauthorized: request.ca !== undefined,
                ...(request.tls ? { secureContext: this.#trusting(request.ca) } : {}),
                agent: request.agent ?? false,
            });
            const giveUpAfter = (delayMs: number | undefined): (() => void) =>
                delayMs === undefined
                    ? () => undefined
                    : this.clock.after(delayMs, () =>
                          outgoing.destroy(
                              new NetworkError("timeout", `no answer from ${request.host}`),
                          ),
                      );
            const cancelAll = giveUpAfter(request.timeoutMs);
            let cancelPhase = giveUpAfter(request.connectTimeoutMs);
            const cancel = (): void => {
                cancelAll();
                cancelPhase();
            };
            outgoing.on("socket", (socket) => {
                const connected = (): void => {
                    cancelPhase();
                    cancelPhase = giveUpAfter(request.responseTimeoutMs);
                };
                if (socket.connecting) {
                    socket.once("connect", connected);
                } else {
                    connected();
                }
            });
            const fail = (error: Error): void => {
                cancel();
                reject(asNetworkError(error, request, outgoing.reusedSocket));
            };
            outgoing.on("error", fail);
            outgoing.on("response", (response) => {
                cancelPhase();
                const chunks: Buffer[] = [];
                response.on("data", (chunk: Buffer) => chunks.push(chunk));
                response.on("error", fail);
                response.on("end", () => {
                    cancel();
                    resolve({
                        status: response.statusCode ?? 0,
                        headers: response.headers,
                        body: Buffer.concat(chunks),
                        reused: outgoing.reusedSocket,
                    });
                });
            });
            outgoing.end(request.body);
        });
    }

    #allocate(region: string, owner: string, from: number, to: number): string {
        const prefix = `127.10.${regionNumber(region)}.`;
        for (const [address, holder] of this.#taken) {
            if (holder === owner && address.startsWith(prefix)) {
                return address;
            }
        }
        for (let last = from; last <= to; last++) {
            const address = prefix + String(last);
            if (!this.#taken.has(address)) {
                this.#taken.set(address, owner);
                return address;
            }
        }
        throw new RangeError(`no address left for ${owner} in ${region}: at most ${to - from + 1}`);
    }
}

function regionNumber(region: string): number {
    const number = (awsRegions as readonly string[]).indexOf(region);
    if (number < 0) {
        throw new RangeError(
            `region ${region} has no place in the address plan; append it to awsRegions`,
        );
    }
    return number;
}

function asNetworkError(
    error: Error & { code?: string },
    request: NetworkRequest,
    reused: boolean,
): NetworkError {
    if (error instanceof NetworkError) {
        return error;
    }
    const code =
        error.code === "ECONNREFUSED"
            ? "refused"
            : error.code !== undefined && /CERT|TLS|SSL|ALTNAME/.test(error.code)
              ? "tls"
              : "reset";
    return new NetworkError(code, `${request.host} (${request.to}): ${error.message}`, reused);
}
