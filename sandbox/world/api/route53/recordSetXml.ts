import { canonicalName, type RecordSet } from "../../../aws/route53/recordSet";
import type { Props } from "../../store";
import type { XmlElement, XmlReader } from "./xml";

/**
 * A record set in the API's XML.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
 */
export function recordSetXml(set: RecordSet): XmlElement {
    const { alias, cidr, geolocation } = set;
    return {
        Name: absolute(set.name),
        Type: set.type,
        SetIdentifier: set.setIdentifier,
        Weight: set.weight,
        Region: set.region,
        GeoLocation:
            geolocation === undefined
                ? undefined
                : {
                      ContinentCode: geolocation.continent,
                      CountryCode: geolocation.country,
                      SubdivisionCode: geolocation.subdivision,
                  },
        Failover: set.failover,
        MultiValueAnswer: set.multivalue,
        TTL: set.ttl,
        ResourceRecords:
            set.values === undefined
                ? undefined
                : { ResourceRecord: set.values.map((value) => ({ Value: value })) },
        AliasTarget:
            alias === undefined
                ? undefined
                : {
                      HostedZoneId: alias.zoneId,
                      DNSName: absolute(alias.name),
                      EvaluateTargetHealth: alias.evaluateTargetHealth,
                  },
        HealthCheckId: set.healthCheckId,
        CidrRoutingConfig:
            cidr === undefined
                ? undefined
                : {
                      CollectionId: textOf(cidr, "collectionId"),
                      LocationName: textOf(cidr, "locationName"),
                  },
        GeoProximityLocation:
            set.geoproximity === undefined ? undefined : geoproximityXml(set.geoproximity),
    };
}

/** The record set of a request, read back from the same XML. @throws AwsError InvalidInput */
export function readRecordSet(element: XmlReader): RecordSet {
    const alias = element.child("AliasTarget");
    const geolocation = element.child("GeoLocation");
    const cidr = element.child("CidrRoutingConfig");
    const geoproximity = element.child("GeoProximityLocation");
    return defined({
        name: canonicalName(element.text("Name") ?? ""),
        type: (element.text("Type") ?? "").toUpperCase(),
        setIdentifier: element.text("SetIdentifier"),
        weight: element.number("Weight"),
        region: element.text("Region"),
        geolocation:
            geolocation === undefined
                ? undefined
                : defined({
                      continent: geolocation.text("ContinentCode"),
                      country: geolocation.text("CountryCode"),
                      subdivision: geolocation.text("SubdivisionCode"),
                  }),
        failover: element.text("Failover"),
        multivalue: element.text("MultiValueAnswer") === "true" ? true : undefined,
        ttl: element.number("TTL"),
        values:
            element.child("ResourceRecords") === undefined
                ? undefined
                : element
                      .children("ResourceRecords", "ResourceRecord")
                      .map((record) => record.text("Value") ?? ""),
        alias:
            alias === undefined
                ? undefined
                : {
                      name: canonicalName(alias.text("DNSName") ?? ""),
                      zoneId: alias.text("HostedZoneId") ?? "",
                      evaluateTargetHealth: alias.text("EvaluateTargetHealth") === "true",
                  },
        healthCheckId: element.text("HealthCheckId"),
        cidr:
            cidr === undefined
                ? undefined
                : {
                      collectionId: cidr.text("CollectionId"),
                      locationName: cidr.text("LocationName"),
                  },
        geoproximity: geoproximity === undefined ? undefined : readGeoproximity(geoproximity),
    });
}

/** A name as the API writes it: with the final dot, and `*` as `\052`. */
export function absolute(name: string): string {
    return `${name.replace(/^\*/, "\\052")}.`;
}

function geoproximityXml(props: Props): XmlElement {
    const [point] = Array.isArray(props["coordinates"]) ? (props["coordinates"] as Props[]) : [];
    const bias = props["bias"];
    return {
        AWSRegion: textOf(props, "awsRegion"),
        LocalZoneGroup: textOf(props, "localZoneGroup"),
        Coordinates:
            point === undefined
                ? undefined
                : { Latitude: textOf(point, "latitude"), Longitude: textOf(point, "longitude") },
        Bias: typeof bias === "number" ? bias : undefined,
    };
}

function readGeoproximity(element: XmlReader): Props {
    const point = element.child("Coordinates");
    return defined({
        awsRegion: element.text("AWSRegion"),
        localZoneGroup: element.text("LocalZoneGroup"),
        coordinates:
            point === undefined
                ? undefined
                : [{ latitude: point.text("Latitude"), longitude: point.text("Longitude") }],
        bias: element.number("Bias"),
    });
}

function textOf(props: Props, name: string): string | undefined {
    const value = props[name];
    return typeof value === "string" ? value : undefined;
}

type Defined<T> = {
    [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** Without the properties that are undefined. */
function defined<T extends object>(properties: T): Defined<T> {
    return Object.fromEntries(
        Object.entries(properties).filter(([, value]) => value !== undefined),
    ) as Defined<T>;
}
