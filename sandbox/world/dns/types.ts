import type { Geography, GeoPoint } from "../geography";

/** How a record set shares its name and type with others: one policy a group. */
export type Routing =
    | { readonly policy: "simple" }
    | { readonly policy: "weighted"; readonly weight: number }
    | { readonly policy: "latency"; readonly region: string }
    | { readonly policy: "failover"; readonly role: "PRIMARY" | "SECONDARY" }
    | {
          readonly policy: "geolocation";
          readonly continent?: string;
          /** `*` for everybody that no other record is for. */
          readonly country?: string;
          readonly subdivision?: string;
      }
    | {
          readonly policy: "geoproximity";
          readonly location: GeoPoint;
          /** -99 to 99. */
          readonly bias: number;
      }
    | {
          readonly policy: "cidr";
          /** Blocks of the location; none for the default location `*`. */
          readonly blocks: readonly string[];
          readonly isDefault: boolean;
      }
    | { readonly policy: "multivalue" };

export type Policy = Routing["policy"];
export type RoutingOf<P extends Policy> = Extract<Routing, { policy: P }>;

export type RecordTarget =
    | {
          readonly kind: "values";
          /** Seconds. */
          readonly ttl: number;
          /** In zone-file form: TXT in quotation marks. */
          readonly values: readonly string[];
      }
    | {
          readonly kind: "alias";
          /** In lower case, without the final dot. */
          readonly name: string;
          /** Own zone: another record of it. Any other: a resource that AWS hosts. */
          readonly zoneId: string;
          readonly evaluateTargetHealth: boolean;
      };

/** A record set as the evaluator sees it. */
export interface ZoneRecord<R extends Routing = Routing> {
    /** In lower case, without the final dot; `*` as its first label makes it a wildcard. */
    readonly name: string;
    readonly type: string;
    /** Empty for a simple record. */
    readonly setIdentifier: string;
    readonly routing: R;
    readonly target: RecordTarget;
    readonly healthCheckId?: string;
}

/** A record set with the given policy. */
export type Routed<P extends Policy> = ZoneRecord<RoutingOf<P>>;

export interface Zone {
    readonly id: string;
    /** In lower case, without the final dot. */
    readonly name: string;
    /** Every record set, those of the apex (SOA, NS) included. */
    readonly records: readonly ZoneRecord[];
}

/** What the evaluator has to know of the account beyond the zone: how things are at this moment. */
export interface AccountView {
    healthCheckHealthy(healthCheckId: string): boolean;
    /** Health of a resource that AWS hosts, by its DNS name, for aliases that evaluate it. */
    targetHealthy(dnsName: string): boolean;
    /**
     * IPv4 addresses of a name that AWS owns, for a record of the type: none where the name has none of
     * its family. Undefined when nothing has the name.
     */
    addressesOf(dnsName: string, type: string): readonly string[] | undefined;
}

/** Who asks, as Route 53 can tell: by the client subnet the resolver sent, else by the resolver itself. */
export interface Client {
    readonly address?: string;
    /** How much of the address is known. */
    readonly prefixLength?: number;
    /** Undefined: the location database does not have the address. */
    readonly geography?: Geography;
}

export interface Query {
    readonly name: string;
    readonly type: string;
    readonly client: Client;
    /** Uniform in [0, 1). */
    readonly random: () => number;
}

export interface ResourceRecord {
    readonly name: string;
    readonly type: string;
    /** Seconds. */
    readonly ttl: number;
    /** In zone-file form. */
    readonly value: string;
}

export interface Answer {
    readonly rcode: "NOERROR" | "NXDOMAIN";
    /** Not so for a referral to the name servers of a delegated name. */
    readonly authoritative: boolean;
    readonly answers: readonly ResourceRecord[];
    /** The SOA of a negative answer, or the name servers of a referral. */
    readonly authority: readonly ResourceRecord[];
    /** Whether another client might have got another answer. */
    readonly dependsOnClient: boolean;
    /** The record sets that were chosen, from the name asked for down to the last. */
    readonly path: readonly ZoneRecord[];
}
