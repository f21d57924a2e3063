import { flag, number, text, texts } from "../../../aws/support/known";
import type { StoredResource } from "../../store";
import type { XmlElement } from "./xml";

/**
 * A health check in the API's XML.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheck.html
 */
export function healthCheckXml({ id, outputs }: StoredResource): XmlElement {
    const children = texts(outputs, "childHealthchecks");
    const regions = texts(outputs, "regions");
    const alarm = text(outputs, "cloudwatchAlarmName");
    return {
        Id: id,
        CallerReference: text(outputs, "referenceName") ?? id,
        HealthCheckConfig: {
            IPAddress: text(outputs, "ipAddress"),
            Port: number(outputs, "port"),
            Type: text(outputs, "type"),
            ResourcePath: text(outputs, "resourcePath"),
            FullyQualifiedDomainName: text(outputs, "fqdn"),
            SearchString: text(outputs, "searchString"),
            RequestInterval: number(outputs, "requestInterval"),
            FailureThreshold: number(outputs, "failureThreshold"),
            MeasureLatency: flag(outputs, "measureLatency"),
            Inverted: flag(outputs, "invertHealthcheck"),
            Disabled: flag(outputs, "disabled"),
            HealthThreshold: number(outputs, "childHealthThreshold"),
            ChildHealthChecks: children.length === 0 ? undefined : { ChildHealthCheck: children },
            EnableSNI: flag(outputs, "enableSni"),
            Regions: regions.length === 0 ? undefined : { Region: regions },
            AlarmIdentifier:
                alarm === undefined
                    ? undefined
                    : { Region: text(outputs, "cloudwatchAlarmRegion"), Name: alarm },
            InsufficientDataHealthStatus: text(outputs, "insufficientDataHealthStatus"),
            RoutingControlArn: text(outputs, "routingControlArn"),
        },
        HealthCheckVersion: 1,
    };
}
