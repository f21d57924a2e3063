import { continentOf, continents } from "./countries";

/** Where users ask from, as Route 53's location database would place them. */
export interface Location {
    /** Short name, such as `in`. */
    readonly code: string;
    readonly name: string;
    /** AF, AN, AS, EU, NA, OC or SA. */
    readonly continent: string;
    /** ISO 3166-1 alpha-2 code. */
    readonly country: string;
    /** State code; Route 53 knows them for the United States. */
    readonly subdivision?: string;
    /** Round trip to each region, milliseconds. */
    readonly roundTripsMs: Readonly<Record<string, number>>;
}

/** In the order of the figures below. */
const regions = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "eu-south-1",
    "af-south-1",
    "me-south-1",
    "me-central-1",
    "ap-south-1",
    "ap-east-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
] as const;

function measured(...figures: readonly number[]): Readonly<Record<string, number>> {
    return Object.fromEntries(regions.map((region, index) => [region, figures[index] as number]));
}

/**
 * One place for each part of the world that most users are in. AWS measures its own table, does not
 * publish it and lets it drift; these figures are fixed, as of November 2026, and have the size of what
 * is measured between such places. Only their order decides anything.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-latency.html
 */
export const locations: readonly Location[] = [
    {
        code: "us",
        name: "Virginia",
        continent: "NA",
        country: "US",
        subdivision: "VA",
        roundTripsMs: measured(
            8,
            18,
            65,
            72,
            20,
            118,
            74,
            80,
            85,
            94,
            112,
            103,
            230,
            185,
            195,
            200,
            205,
            220,
            202,
            232,
            155,
            182,
            160,
        ),
    },
    {
        code: "br",
        name: "São Paulo",
        continent: "SA",
        country: "BR",
        roundTripsMs: measured(
            120,
            130,
            178,
            182,
            131,
            8,
            183,
            192,
            198,
            205,
            222,
            208,
            345,
            300,
            315,
            305,
            309,
            335,
            318,
            350,
            265,
            295,
            270,
        ),
    },
    {
        code: "de",
        name: "Frankfurt",
        continent: "EU",
        country: "DE",
        roundTripsMs: measured(
            92,
            102,
            152,
            160,
            103,
            206,
            27,
            18,
            12,
            6,
            26,
            14,
            158,
            88,
            115,
            125,
            195,
            165,
            285,
            175,
            230,
            235,
            236,
        ),
    },
    {
        code: "za",
        name: "Johannesburg",
        continent: "AF",
        country: "ZA",
        roundTripsMs: measured(
            230,
            240,
            290,
            298,
            241,
            345,
            159,
            153,
            150,
            154,
            175,
            157,
            18,
            210,
            205,
            250,
            305,
            270,
            330,
            266,
            360,
            365,
            366,
        ),
    },
    {
        code: "in",
        name: "Mumbai",
        continent: "AS",
        country: "IN",
        roundTripsMs: measured(
            192,
            202,
            235,
            225,
            206,
            306,
            126,
            118,
            112,
            120,
            145,
            113,
            251,
            38,
            32,
            6,
            92,
            62,
            150,
            75,
            127,
            131,
            133,
        ),
    },
    {
        code: "hk",
        name: "Hong Kong",
        continent: "AS",
        country: "HK",
        roundTripsMs: measured(
            205,
            198,
            160,
            150,
            208,
            308,
            235,
            228,
            200,
            195,
            236,
            190,
            305,
            125,
            120,
            92,
            6,
            38,
            132,
            53,
            52,
            42,
            50,
        ),
    },
    {
        code: "au",
        name: "Sydney",
        continent: "OC",
        country: "AU",
        roundTripsMs: measured(
            202,
            192,
            140,
            142,
            201,
            318,
            262,
            268,
            282,
            288,
            310,
            280,
            330,
            203,
            190,
            150,
            128,
            96,
            6,
            105,
            108,
            141,
            112,
        ),
    },
];

/** A geolocation record's place: a continent, a country, or a state of a country. */
export interface Place {
    readonly continent?: string;
    readonly country?: string;
    readonly subdivision?: string;
}

/**
 * Where users of a place may ask from, by all distances that they may have: the places that were
 * measured in its continent, as if they were in it. Every measured place for the default (`*`).
 */
export function locationsIn(
    place: Place,
    known: readonly Location[] = locations,
): readonly Location[] {
    if (place.country === "*" || (place.country ?? place.continent) === undefined) {
        return known;
    }
    const { country, subdivision } = place;
    const continent = country === undefined ? place.continent : continentOf(country);
    const near = known.filter((location) => location.continent === continent);
    return (near.length > 0 ? near : known).map((location) => ({
        ...location,
        code: `${[country ?? continent, subdivision].filter(Boolean).join("-")} by ${location.code}`,
        // Somebody of a continent is of no country that has records of its own.
        country: country ?? "",
        continent: continent ?? "",
        ...(subdivision === undefined ? { subdivision: "" } : { subdivision }),
    }));
}

/**
 * A place by its code: a continent, a country where no continent has the letters or `kind` says so, or
 * `US-VA`. Undefined for what is neither.
 */
export function placeOfCode(code: string, kind?: "continent" | "country"): Place | undefined {
    const [country = "", subdivision] = code.split("-");
    if (subdivision !== undefined) {
        return { country, subdivision };
    }
    if (kind !== "country" && continents.includes(code)) {
        return { continent: code };
    }
    return continentOf(code) === undefined ? undefined : { country: code };
}
