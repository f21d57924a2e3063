import { Resolver } from "node:dns/promises";

import type { Route53Client, Route53ClientConfig } from "@aws-sdk/client-route-53";

import { messageOf } from "./errors";

/** An answer, or why there is none. */
export type Known<T> =
    | { readonly kind: "known"; readonly value: T }
    | { readonly kind: "unknown"; readonly reason: string };

export function known<T>(value: T): Known<T> {
    return { kind: "known", value };
}

/** Everything `status` asks of AWS. Only reads; never throws: what cannot be asked is `unknown`. */
export interface Probes {
    /** A health check's state as Route 53's checkers see it. */
    healthOf(healthCheckId: string): Promise<Known<"healthy" | "unhealthy">>;
    /** Whether Route 53's control plane answers for a hosted zone: without it no record can change. */
    namesCanChange(zoneId: string): Promise<Known<true>>;
    /** The strings of a TXT record, as a resolver answers now. */
    textRecord(name: string): Promise<Known<string>>;
}

/** How long a control plane that may be gone is waited for. */
const apiTimeoutMs = 5000;
/** Of the checkers, the share that must see an endpoint healthy (Route 53 developer guide, "How Route 53 determines whether a health check is healthy"). */
const healthyShare = 0.18;

export interface AwsProbesOptions {
    /** `address:port` of the resolver to ask. @default the machine's own */
    readonly resolver?: string | undefined;
    /** Where AWS's API is, and who asks. @default by the SDK's own rules */
    readonly api?: Pick<Route53ClientConfig, "endpoint" | "credentials"> | undefined;
}

export class AwsProbes implements Probes {
    readonly #resolver = new Resolver({ timeout: 2000, tries: 2 });
    readonly #api: AwsProbesOptions["api"];
    #route53: Promise<Route53Client> | undefined;

    constructor(options: AwsProbesOptions = {}) {
        this.#api = options.api;
        if (options.resolver !== undefined) {
            this.#resolver.setServers([options.resolver]);
        }
    }

    /** Of what a rehearsal's environment leads to, for a process that does not run in it. */
    static attachedTo(environment: Readonly<Record<string, string>>): AwsProbes {
        const { REHEARSAL_DNS, AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } =
            environment;
        return new AwsProbes({
            resolver: REHEARSAL_DNS,
            api: {
                ...(AWS_ENDPOINT_URL === undefined ? {} : { endpoint: AWS_ENDPOINT_URL }),
                credentials: {
                    accessKeyId: AWS_ACCESS_KEY_ID ?? "",
                    secretAccessKey: AWS_SECRET_ACCESS_KEY ?? "",
                },
            },
        });
    }

    async healthOf(healthCheckId: string): Promise<Known<"healthy" | "unhealthy">> {
        try {
            const { GetHealthCheckStatusCommand } = await import("@aws-sdk/client-route-53");
            const client = await (this.#route53 ??= createRoute53(this.#api));
            const { HealthCheckObservations = [] } = await client.send(
                new GetHealthCheckStatusCommand({ HealthCheckId: healthCheckId }),
                { abortSignal: AbortSignal.timeout(apiTimeoutMs) },
            );
            if (HealthCheckObservations.length === 0) {
                return { kind: "unknown", reason: "no checker has reported yet" };
            }
            const healthy = HealthCheckObservations.filter((one) =>
                one.StatusReport?.Status?.startsWith("Success"),
            );
            return known(
                healthy.length / HealthCheckObservations.length > healthyShare
                    ? "healthy"
                    : "unhealthy",
            );
        } catch (error) {
            return { kind: "unknown", reason: `Route 53 cannot be asked: ${messageOf(error)}` };
        }
    }

    async namesCanChange(zoneId: string): Promise<Known<true>> {
        try {
            const { GetHostedZoneCommand } = await import("@aws-sdk/client-route-53");
            const client = await (this.#route53 ??= createRoute53(this.#api));
            await client.send(new GetHostedZoneCommand({ Id: zoneId }), {
                abortSignal: AbortSignal.timeout(apiTimeoutMs),
            });
            return known(true);
        } catch (error) {
            return { kind: "unknown", reason: `Route 53 cannot be asked: ${messageOf(error)}` };
        }
    }

    async textRecord(name: string): Promise<Known<string>> {
        try {
            const [first] = await this.#resolver.resolveTxt(name);
            return first === undefined
                ? { kind: "unknown", reason: `${name} has no TXT record` }
                : known(first.join(""));
        } catch (error) {
            return { kind: "unknown", reason: `${name} does not resolve: ${messageOf(error)}` };
        }
    }
}

async function createRoute53(api: AwsProbesOptions["api"]): Promise<Route53Client> {
    const { Route53Client } = await import("@aws-sdk/client-route-53");
    return new Route53Client({ ...api, region: "us-east-1", maxAttempts: 1 });
}
