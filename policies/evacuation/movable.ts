import type { Inputs, LaneConfig } from "./lane";

/** What a lane may move, and by which inputs. */
export interface Movable {
    readonly kind: "vote" | "share" | "dial" | "writer" | "cache" | "write-name";
    /** Region that it is about; undefined for what is of no region. */
    readonly region: string | undefined;
    readonly inputs: readonly string[];
}

/** The parts of a lane, in a reader's words. */
export const lanes: Readonly<
    Record<Exclude<LaneConfig["lane"], "">, { kinds: readonly Movable["kind"][]; what: string }>
> = {
    failover: { kinds: ["vote"], what: "votes" },
    settle: {
        kinds: ["dial", "writer", "cache", "write-name"],
        what: "the accelerator's dial and who writes",
    },
    failback: {
        kinds: ["vote", "share", "dial", "writer", "cache", "write-name"],
        what: "votes, weights, the accelerator's dial and who writes",
    },
};

/** What of a lane's a resource is; undefined for all else. Its inputs have to be known. */
export function movableOf(type: string, props: Inputs): Movable | undefined {
    const name = typeof props["name"] === "string" ? props["name"] : "";
    switch (type) {
        case "aws:s3/bucketObjectv2:BucketObjectv2": {
            const region = /^votes\/(.+)$/.exec(String(props["key"]))?.[1];
            return region === undefined || region === "self-test"
                ? undefined
                : { kind: "vote", region, inputs: ["content", "etag"] };
        }
        case "aws:route53/record:Record": {
            if (name.startsWith("write.app.")) {
                const inputs = ["aliases", "healthCheckId"];
                return { kind: "write-name", region: undefined, inputs };
            }
            const region = /^([a-z0-9-]+)\.app\./.exec(name)?.[1];
            return region === undefined || weightOf(props) === undefined
                ? undefined
                : { kind: "share", region, inputs: ["weightedRoutingPolicies"] };
        }
        case "aws:globalaccelerator/endpointGroup:EndpointGroup":
            return {
                kind: "dial",
                region: String(props["endpointGroupRegion"]),
                inputs: ["trafficDialPercentage"],
            };
        case "pulumi-nodejs:dynamic/meridian:GlobalWriter":
            return {
                kind: "writer",
                region: undefined,
                inputs: ["writer", "outOfService", "acceptDataLoss"],
            };
        case "pulumi-nodejs:dynamic/meridian:CachePrimary":
            return { kind: "cache", region: undefined, inputs: ["primary"] };
        default:
            return undefined;
    }
}

/** Of a weighted record. */
export function weightOf(props: Inputs): number | undefined {
    const [policy] = (props["weightedRoutingPolicies"] ?? []) as { weight?: unknown }[];
    return typeof policy?.weight === "number" ? policy.weight : undefined;
}
