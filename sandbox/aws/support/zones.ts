/**
 * Availability Zones that take new subnets, by region. Letters map to zones per account on AWS; the
 * rehearsal account sees them in order.
 *
 * @see https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
 */
const zoneLetters: Readonly<Record<string, string>> = {
    "us-east-1": "abcdef",
    "us-east-2": "abc",
    "us-west-1": "ac",
    "us-west-2": "abcd",
    "ca-central-1": "abd",
    "sa-east-1": "abc",
    "eu-west-1": "abc",
    "eu-west-2": "abc",
    "eu-west-3": "abc",
    "eu-central-1": "abc",
    "eu-north-1": "abc",
    "eu-south-1": "abc",
    "af-south-1": "abc",
    "me-south-1": "abc",
    "me-central-1": "abc",
    "ap-south-1": "abc",
    "ap-east-1": "abc",
    "ap-southeast-1": "abc",
    "ap-southeast-2": "abc",
    "ap-southeast-3": "abc",
    "ap-northeast-1": "acd",
    "ap-northeast-2": "abcd",
    "ap-northeast-3": "abc",
};

/** Zone names of a region, such as `eu-west-1a`; empty for a region the table does not know. */
export function zonesOf(region: string): readonly string[] {
    return [...(zoneLetters[region] ?? "")].map((letter) => region + letter);
}

/** Zone id of a zone name, such as `euw1-az1`. */
export function zoneId(zone: string): string {
    const region = zone.slice(0, -1);
    const [area = "", place = "", count = ""] = region.split("-");
    const short = place.replace(/(north|south|east|west|central)/g, (word) => word.charAt(0));
    return `${area}${short}${count}-az${zonesOf(region).indexOf(zone) + 1}`;
}
