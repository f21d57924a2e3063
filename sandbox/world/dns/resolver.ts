import { isIPv4, isIPv6 } from "node:net";

import { geographyOf } from "../geography";
import type { HealthStatuses, LoadBalancerHealth, World } from "../world";
import { addressValues, answer } from "./evaluator";
import type { AccountView, Answer, Client, ResourceRecord } from "./types";
import { Zones } from "./zones";

/** TTL of the names that AWS owns, seconds: that of a load balancer's name. */
const awsNameTtl = 60;
/** Most zones that a chain of CNAMEs leads through. */
const mostSteps = 8;

/** EDNS client subnet, as the resolver sent it (RFC 7871). */
export interface ClientSubnet {
    readonly address: string;
    /** How many bits of the address the resolver tells. */
    readonly prefixLength: number;
}

export interface Asker {
    /** Loopback address that the query comes from; the operator's without it. */
    readonly sourceAddress?: string;
    readonly clientSubnet?: ClientSubnet;
}

export interface DnsAnswer extends Omit<Answer, "rcode"> {
    /** `REFUSED` for a name of no zone of the account that is no AWS name either. */
    readonly rcode: Answer["rcode"] | "REFUSED";
    /** Prefix length the answer is good for, when a client subnet was sent; 0 for everybody. */
    readonly scope: number;
}

export interface ResolverOptions {
    readonly health: HealthStatuses;
    readonly loadBalancers: LoadBalancerHealth;
}

/**
 * Answers a name at this moment: the account's zones by the evaluator, AWS's own names by the address
 * plan. As the world's programs have no other resolver, a CNAME that leads from one to the other is
 * followed. Nothing here asks a control plane: the answers are the same while it is down.
 */
export class Resolver {
    readonly #zones: Zones;
    readonly #account: AccountView;

    constructor(
        private readonly world: World,
        options: ResolverOptions,
    ) {
        this.#zones = new Zones(world.store);
        this.#account = {
            healthCheckHealthy: (id) => options.health.healthy(id),
            targetHealthy: (name) => options.loadBalancers.targetsHealthy(withoutDualstack(name)),
            addressesOf: (name, type) => this.#awsAddresses(name, type),
        };
    }

    resolve(name: string, type: string, asker: Asker = {}): DnsAnswer {
        const client = this.#client(asker);
        const wanted = type.toUpperCase();
        let result = this.#step(canonical(name), wanted, client);
        for (let step = 1; step < mostSteps; step++) {
            const last = result.answers.at(-1);
            if (last?.type !== "CNAME" || wanted === "CNAME") {
                break;
            }
            const next = this.#step(canonical(last.value), wanted, client);
            if (next.rcode === "REFUSED" || next.answers.length === 0) {
                break;
            }
            result = {
                ...next,
                authoritative: result.authoritative,
                answers: [...result.answers, ...next.answers],
                dependsOnClient: result.dependsOnClient || next.dependsOnClient,
                path: [...result.path, ...next.path],
            };
        }
        const scope = result.dependsOnClient ? scopeOf(asker.clientSubnet) : 0;
        return { ...result, scope };
    }

    stop(): void {
        this.#zones.stop();
    }

    #step(name: string, type: string, client: Client): Omit<DnsAnswer, "scope"> {
        const zone = this.#zones.zoneFor(name);
        if (zone !== undefined) {
            const { random } = this.world;
            return answer(zone, this.#account, { name, type, client, random });
        }
        const addresses = this.#awsAddresses(name, type);
        const answers: readonly ResourceRecord[] = addressValues(addresses ?? [], type).map(
            (value) => ({ name, type, ttl: awsNameTtl, value }),
        );
        const gone = /(^|\.)(amazonaws|awsglobalaccelerator)\.com$/.test(name)
            ? "NXDOMAIN"
            : "REFUSED";
        return {
            rcode: addresses === undefined ? gone : "NOERROR",
            authoritative: addresses !== undefined,
            answers,
            authority: [],
            dependsOnClient: false,
            path: [],
        };
    }

    /** The place that counts is the client's when the resolver tells it, else the resolver's own. */
    #client({ sourceAddress, clientSubnet }: Asker): Client {
        const address =
            clientSubnet?.address ??
            (sourceAddress === undefined
                ? undefined
                : this.world.network.publicAddressOf(sourceAddress));
        if (address === undefined) {
            return {};
        }
        const geography = geographyOf(address);
        return {
            address,
            prefixLength: clientSubnet?.prefixLength ?? (isIPv6(address) ? 128 : 32),
            ...(geography === undefined ? {} : { geography }),
        };
    }

    /**
     * An accelerator's first name has its IPv4 addresses alone; a second one has those of both families
     * (https://docs.aws.amazon.com/global-accelerator/latest/dg/dns-addressing-custom-domains.dns-addressing.html).
     */
    #awsAddresses(name: string, type: string): readonly string[] | undefined {
        const found = this.world.network.resolveAwsName(withoutDualstack(name));
        const ipv4Alone = /^[^.]+\.awsglobalaccelerator\.com$/.test(name);
        return ipv4Alone && type === "AAAA" ? found && [] : found;
    }
}

/** `dualstack.` before a load balancer's name is the same balancer. */
function withoutDualstack(name: string): string {
    return name.replace(/^dualstack\./, "");
}

function canonical(name: string): string {
    return name.toLowerCase().replace(/\.$/, "");
}

/** Route 53 tells places apart by /24 and /48 at the finest. */
function scopeOf(subnet: ClientSubnet | undefined): number {
    return subnet === undefined
        ? 0
        : Math.min(subnet.prefixLength, isIPv4(subnet.address) ? 24 : 48);
}
