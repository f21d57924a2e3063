/** How a record set shares its name and type with others. Route 53 allows one policy a name and type. */
export type Routing =
    | { readonly policy: "simple" }
    /** 0 to 255; a weight that is not known counts as 1. */
    | { readonly policy: "weighted"; readonly weight: number }
    | { readonly policy: "latency"; readonly region: string }
    | { readonly policy: "failover"; readonly role: string }
    | {
          readonly policy: "geolocation";
          readonly continent?: string;
          /** `*` for everybody that no other record is for. */
          readonly country?: string;
          readonly subdivision?: string;
      }
    | {
          readonly policy: "geoproximity";
          readonly region: string;
          /** -99 to 99. */
          readonly bias: number;
      }
    /** `*` for everybody in no other location. */
    | { readonly policy: "cidr"; readonly location: string }
    | { readonly policy: "multivalue" };

export type Policy = Routing["policy"];
export type RoutingOf<P extends Policy> = Extract<Routing, { readonly policy: P }>;

/** What AWS hosts at the end of an alias, as far as an answer depends on it. */
export type Service = "loadBalancer" | "accelerator" | "distribution" | "other";

export type Target =
    /** Addresses and texts, or a name outside the tree. */
    | { readonly kind: "values"; readonly values: readonly string[]; readonly region?: string }
    /** Records of the own zone, by an alias or a CNAME. */
    | {
          readonly kind: "records";
          readonly name: string;
          /** EvaluateTargetHealth. */
          readonly follows: boolean;
      }
    | {
          readonly kind: "resource";
          /** DNS name, or the resource's URN while that is not known; empty when neither is. */
          readonly name: string;
          readonly service: Service;
          /** None for what is in no one region, and for what cannot be told yet. */
          readonly region?: string;
          /** EvaluateTargetHealth. */
          readonly follows: boolean;
      };

/** A record set of the tree. */
export interface TreeRecord<R extends Routing = Routing> {
    readonly urn: string;
    /** In lower case, without the final dot. */
    readonly name: string;
    readonly type: string;
    /** Id of the hosted zone, or the zone's URN while the id is not known. */
    readonly zone: string;
    readonly setIdentifier?: string;
    readonly routing: R;
    /** Every policy that the record names; AWS refuses more than one. */
    readonly policies: readonly Policy[];
    readonly target: Target;
    /** Id of the health check, or its URN while the id is not known; `elsewhere` when neither is. */
    readonly check?: string;
}

/** Record sets of one name and type, among which Route 53 picks by their policy. */
export interface RecordGroup {
    readonly zone: string;
    readonly name: string;
    readonly type: string;
    readonly records: readonly TreeRecord[];
}
