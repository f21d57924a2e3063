import { number, type PlainResource, text, texts } from "./plainResource";

/** A health check of Route 53's. */
export interface HealthCheck {
    readonly urn: string;
    /** `HTTPS`, `HTTPS_STR_MATCH`, `CALCULATED`, `CLOUDWATCH_METRIC`, `RECOVERY_CONTROL`, ... */
    readonly type: string;
    readonly inverted: boolean;
    readonly disabled: boolean;
    /** Name or address that is asked; none while it is not known, and for what asks nobody. */
    readonly host?: string;
    /** URNs of the resources that the host comes from. */
    readonly hostFrom: readonly string[];
    readonly path?: string;
    readonly searchString?: string;
    /** Of a calculated check: ids of its children, or their URNs while the ids are not known. */
    readonly children: readonly string[];
    /** How many of the children have to be healthy. */
    readonly threshold: number;
    /** Of a check that follows an alarm: the alarm's region. */
    readonly alarmRegion?: string;
    /** `Healthy`, `Unhealthy` or `LastKnownStatus`: what the check is when the alarm's metric has no data. */
    readonly insufficientData?: string;
}

/** Whether what a check looks at is well: an endpoint answers, a text is found, an alarm is quiet. */
export type Observe = (check: HealthCheck) => boolean;

/**
 * The health checks of a tree, by id and URN.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
export class HealthChecks {
    readonly all: readonly HealthCheck[];
    readonly #byKey = new Map<string, HealthCheck>();

    constructor(resources: readonly PlainResource[]) {
        this.all = resources.map((resource) => {
            const check = healthCheckOf(resource);
            const id = text(resource.props, "id");
            this.#byKey.set(check.urn, check);
            if (id !== undefined) {
                this.#byKey.set(id, check);
            }
            return check;
        });
    }

    /** @param key an id or a URN */
    find(key: string): HealthCheck | undefined {
        return this.#byKey.get(key);
    }

    children(check: HealthCheck): readonly (HealthCheck | undefined)[] {
        return check.children.map((key) => this.find(key));
    }

    /** Status of a check. One that is not in the tree is healthy, as a new one of Route 53's is. */
    isHealthy(key: string, observe: Observe): boolean {
        return this.#status(this.find(key), observe, new Set());
    }

    #status(
        check: HealthCheck | undefined,
        observe: Observe,
        above: ReadonlySet<HealthCheck>,
    ): boolean {
        if (check === undefined || above.has(check)) {
            return true;
        }
        const within = new Set([...above, check]);
        // A disabled check counts as healthy, so an inverted one that is disabled is unhealthy.
        const found =
            check.disabled ||
            (check.type === "CALCULATED"
                ? this.children(check).filter((child) => this.#status(child, observe, within))
                      .length >= check.threshold
                : observe(check));
        return found !== check.inverted;
    }

    /** Whether there is a state of the world in which the check has this status. */
    canBe(key: string, status: "healthy" | "unhealthy"): boolean {
        return this.#canBe(this.find(key), status === "healthy", new Set());
    }

    #canBe(
        check: HealthCheck | undefined,
        healthy: boolean,
        above: ReadonlySet<HealthCheck>,
    ): boolean {
        if (check === undefined || above.has(check)) {
            return true;
        }
        const found = healthy !== check.inverted;
        if (check.disabled) {
            return found;
        }
        if (check.type !== "CALCULATED") {
            return true;
        }
        const within = new Set([...above, check]);
        const children = this.children(check);
        const able = children.filter((child) => this.#canBe(child, found, within)).length;
        return found ? able >= check.threshold : able > children.length - check.threshold;
    }
}

function healthCheckOf({ urn, props, from }: PlainResource): HealthCheck {
    const host = text(props, "fqdn") ?? text(props, "ipAddress");
    const path = text(props, "resourcePath");
    const searchString = text(props, "searchString");
    const alarmRegion = text(props, "cloudwatchAlarmRegion");
    const insufficientData = text(props, "insufficientDataHealthStatus");
    return {
        urn,
        type: (text(props, "type") ?? "").toUpperCase(),
        inverted: props["invertHealthcheck"] === true,
        disabled: props["disabled"] === true,
        ...(host === undefined ? {} : { host }),
        hostFrom: [...(from?.["fqdn"] ?? []), ...(from?.["ipAddress"] ?? [])],
        ...(path === undefined ? {} : { path }),
        ...(searchString === undefined ? {} : { searchString }),
        children: childrenOf(props["childHealthchecks"], from?.["childHealthchecks"] ?? []),
        threshold: number(props, "childHealthThreshold") ?? 0,
        ...(alarmRegion === undefined ? {} : { alarmRegion }),
        ...(insufficientData === undefined ? {} : { insufficientData }),
    };
}

/** Children that are not known yet are the ones that the property's value comes from. */
function childrenOf(value: unknown, sources: readonly string[]): readonly string[] {
    const known = texts({ value }, "value");
    return Array.isArray(value) && known.length === value.length ? known : sources;
}
