import { awsRegions } from "./network";

/** Where a share of the shoppers lives, as Route 53's location database would place their addresses. */
export interface Geography {
    /** Short name, such as `in`. */
    readonly code: string;
    readonly name: string;
    /** Route 53 continent code: AF, AN, AS, EU, NA, OC or SA. */
    readonly continent: string;
    /** ISO 3166-1 alpha-2 code. */
    readonly country: string;
    /** State code; Route 53 knows them for the United States. */
    readonly subdivision?: string;
    /** Degrees, for geoproximity. */
    readonly location: GeoPoint;
}

export interface GeoPoint {
    readonly latitude: number;
    readonly longitude: number;
}

/** Every geography, in the order of the address plan (`network.shopperAddress`). Append only. */
export const geographies: readonly Geography[] = [
    {
        code: "us",
        name: "Virginia",
        continent: "NA",
        country: "US",
        subdivision: "VA",
        location: { latitude: 38.9, longitude: -77.0 },
    },
    {
        code: "br",
        name: "São Paulo",
        continent: "SA",
        country: "BR",
        location: { latitude: -23.5, longitude: -46.6 },
    },
    {
        code: "de",
        name: "Frankfurt",
        continent: "EU",
        country: "DE",
        location: { latitude: 50.1, longitude: 8.7 },
    },
    {
        code: "za",
        name: "Johannesburg",
        continent: "AF",
        country: "ZA",
        location: { latitude: -26.2, longitude: 28.0 },
    },
    {
        code: "in",
        name: "Mumbai",
        continent: "AS",
        country: "IN",
        location: { latitude: 19.1, longitude: 72.9 },
    },
    {
        code: "hk",
        name: "Hong Kong",
        continent: "AS",
        country: "HK",
        location: { latitude: 22.3, longitude: 114.2 },
    },
    {
        code: "au",
        name: "Sydney",
        continent: "OC",
        country: "AU",
        location: { latitude: -33.9, longitude: 151.2 },
    },
];

/**
 * Round trips from each geography to each region in milliseconds, regions in the order of
 * `awsRegions`. AWS measures its own table, does not publish it and lets it drift; this one is fixed,
 * so that a rehearsal sends the same people to the same regions every time. Its figures have the size
 * of what is measured between such places; only their order decides anything.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-latency.html
 */
const roundTrips: Readonly<Record<string, readonly number[]>> = {
    us: [
        8, 18, 65, 72, 20, 118, 74, 80, 85, 94, 112, 103, 230, 185, 195, 200, 205, 220, 202, 232,
        155, 182, 160,
    ],
    br: [
        120, 130, 178, 182, 131, 8, 183, 192, 198, 205, 222, 208, 345, 300, 315, 305, 309, 335, 318,
        350, 265, 295, 270,
    ],
    de: [
        92, 102, 152, 160, 103, 206, 27, 18, 12, 6, 26, 14, 158, 88, 115, 125, 195, 165, 285, 175,
        230, 235, 236,
    ],
    za: [
        230, 240, 290, 298, 241, 345, 159, 153, 150, 154, 175, 157, 18, 210, 205, 250, 305, 270,
        330, 266, 360, 365, 366,
    ],
    in: [
        192, 202, 235, 225, 206, 306, 126, 118, 112, 120, 145, 113, 251, 38, 32, 6, 92, 62, 150, 75,
        127, 131, 133,
    ],
    hk: [
        205, 198, 160, 150, 208, 308, 235, 228, 200, 195, 236, 190, 305, 125, 120, 92, 6, 38, 132,
        53, 52, 42, 50,
    ],
    au: [
        202, 192, 140, 142, 201, 318, 262, 268, 282, 288, 310, 280, 330, 203, 190, 150, 128, 96, 6,
        105, 108, 141, 112,
    ],
};

/** Round trip from a geography to a region, milliseconds. @throws RangeError for an unknown code or region */
export function latencyMs(geographyCode: string, awsRegion: string): number {
    const place = (awsRegions as readonly string[]).indexOf(awsRegion);
    const latency = roundTrips[geographyCode]?.[place];
    if (latency === undefined) {
        throw new RangeError(
            `no latency from geography ${JSON.stringify(geographyCode)} to region ${JSON.stringify(awsRegion)}; ` +
                `geographies are ${geographies.map(({ code }) => code).join(", ")}; add both to sandbox/world/geography.ts`,
        );
    }
    return latency;
}

/**
 * The geography of a public address of the address plan (`network.publicAddressOf`): a shopper's
 * or an edge location's own; the nearest one for a region and for a health checker. Undefined for any other address, as for
 * one that Route 53's location database does not have.
 */
export function geographyOf(publicAddress: string): Geography | undefined {
    const [first, second, third] = publicAddress.replace("::ffff:", "").split(".").map(Number);
    if (first === 100 && second !== undefined) {
        return geographies[second - 64];
    }
    if (first === 13 && second === 32 && third !== undefined) {
        return geographies[third - 1];
    }
    const region =
        (first === 52 && second === 95) || (first === 15 && second === 177)
            ? awsRegions[third ?? -1]
            : undefined;
    return region === undefined ? undefined : nearestGeography(region);
}

function nearestGeography(region: string): Geography | undefined {
    return [...geographies].sort(
        (a, b) => latencyMs(a.code, region) - latencyMs(b.code, region),
    )[0];
}
