import { checkerRegions } from "../../aws/route53/healthCheck";
import { flag, number, text, texts } from "../../aws/support/known";
import type { StoredResource } from "../store";

interface Common {
    readonly id: string;
    readonly disabled: boolean;
    readonly inverted: boolean;
}

/** A check that probes an address. */
export interface EndpointDefinition extends Common {
    readonly kind: "endpoint";
    readonly protocol: "HTTP" | "HTTPS" | "TCP";
    /** Resolved before each probe when there is no `ipAddress`; host header and TLS server name. */
    readonly fqdn: string | undefined;
    readonly ipAddress: string | undefined;
    readonly port: number;
    /** With its leading slash. */
    readonly path: string;
    readonly searchString: string | undefined;
    readonly intervalMs: number;
    /** Consecutive results that change a checker's mind. */
    readonly threshold: number;
    readonly regions: readonly string[];
}

/** A check that counts others. */
export interface CalculatedDefinition extends Common {
    readonly kind: "calculated";
    readonly children: readonly string[];
    /** Healthy children it takes. */
    readonly threshold: number;
}

/** A check that follows a CloudWatch alarm. */
export interface AlarmDefinition extends Common {
    readonly kind: "alarm";
    readonly region: string;
    readonly alarmName: string;
    readonly insufficientData: "Healthy" | "Unhealthy" | "LastKnownStatus";
}

/** A check that follows a routing control; the world has none, so none is on. */
export interface RoutingControlDefinition extends Common {
    readonly kind: "routingControl";
}

export type CheckDefinition =
    EndpointDefinition | CalculatedDefinition | AlarmDefinition | RoutingControlDefinition;

/**
 * Reads an `aws:route53/healthCheck:HealthCheck`. Defaults are those of
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
 */
export function checkDefinition({ id, outputs }: StoredResource): CheckDefinition {
    const common: Common = {
        id,
        disabled: flag(outputs, "disabled") ?? false,
        inverted: flag(outputs, "invertHealthcheck") ?? false,
    };
    const type = text(outputs, "type") ?? "";
    switch (type) {
        case "CALCULATED":
            return {
                ...common,
                kind: "calculated",
                children: texts(outputs, "childHealthchecks"),
                threshold: number(outputs, "childHealthThreshold") ?? 0,
            };
        case "CLOUDWATCH_METRIC":
            return {
                ...common,
                kind: "alarm",
                region: text(outputs, "cloudwatchAlarmRegion") ?? "",
                alarmName: text(outputs, "cloudwatchAlarmName") ?? "",
                insufficientData: insufficientData(text(outputs, "insufficientDataHealthStatus")),
            };
        case "RECOVERY_CONTROL":
            return { ...common, kind: "routingControl" };
        default: {
            const protocol = type.startsWith("HTTPS") ? "HTTPS" : type === "TCP" ? "TCP" : "HTTP";
            const regions = texts(outputs, "regions");
            const path = text(outputs, "resourcePath") ?? "/";
            return {
                ...common,
                kind: "endpoint",
                protocol,
                fqdn: text(outputs, "fqdn"),
                ipAddress: text(outputs, "ipAddress"),
                port: number(outputs, "port") ?? (protocol === "HTTPS" ? 443 : 80),
                path: path.startsWith("/") ? path : `/${path}`,
                searchString: type.endsWith("_STR_MATCH")
                    ? text(outputs, "searchString")
                    : undefined,
                intervalMs: 1000 * (number(outputs, "requestInterval") ?? 30),
                threshold: number(outputs, "failureThreshold") ?? 3,
                regions: regions.length > 0 ? regions : checkerRegions,
            };
        }
    }
}

function insufficientData(value: string | undefined): AlarmDefinition["insufficientData"] {
    return value === "Healthy" || value === "Unhealthy" ? value : "LastKnownStatus";
}
