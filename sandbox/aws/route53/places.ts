import { regionLocations } from "../../world/dns/regionLocations";
import type { Props } from "../../world/store";
import { given, items, number, records, text } from "../support/known";
import type { Geolocation } from "./recordSet";

/**
 * Places that geolocation records can name.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_GeoLocation.html
 */
const continents = ["AF", "AN", "AS", "EU", "NA", "OC", "SA"];

/** ISO 3166-1 alpha-2, without the four that Route 53 does not support: BV, CX, EH and HM. */
const countries = new Set(
    (
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ " +
        "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR " +
        "GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP " +
        "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ " +
        "NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW " +
        "SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ " +
        "UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
    ).split(" "),
);

const usSubdivisions = new Set(
    (
        "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH " +
        "OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY"
    ).split(" "),
);

/** What is wrong with a geolocation, or nothing. */
export function geolocationProblem(place: Geolocation): string | undefined {
    const { continent, country, subdivision } = place;
    if (continent === undefined && country === undefined) {
        return "a geolocation needs ContinentCode or CountryCode";
    }
    if (continent !== undefined && (country !== undefined || subdivision !== undefined)) {
        return "ContinentCode must not be combined with CountryCode or SubdivisionCode";
    }
    if (continent !== undefined && !continents.includes(continent)) {
        return `ContinentCode must be one of ${continents.join(", ")}, got "${continent}"`;
    }
    if (country !== undefined && country !== "*" && !countries.has(country)) {
        return `CountryCode must be * or an ISO 3166-1 alpha-2 code that Route 53 supports, got "${country}"`;
    }
    if (subdivision !== undefined && (country !== "US" || !usSubdivisions.has(subdivision))) {
        return `SubdivisionCode must be a state of the US together with CountryCode US, got "${subdivision}" in "${country}"`;
    }
    return undefined;
}

/**
 * What is wrong with a geoproximity location, or nothing.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_GeoProximityLocation.html
 */
export function geoproximityProblem(place: Props): string | undefined {
    const named = ["awsRegion", "coordinates", "localZoneGroup"].filter((property) =>
        property === "coordinates" ? items(place, property).length > 0 : given(place, property),
    );
    if (named.length !== 1) {
        return `a geoproximity location needs exactly one of AWSRegion, LocalZoneGroup and Coordinates, got ${named.length}`;
    }
    const bias = number(place, "bias");
    if (bias !== undefined && !(Number.isInteger(bias) && Math.abs(bias) <= 99)) {
        return `Bias must be from -99 to 99, got ${bias}`;
    }
    const name = text(place, "awsRegion") ?? text(place, "localZoneGroup");
    const known = Object.keys(regionLocations);
    if (name !== undefined && !known.some((region) => name.startsWith(region))) {
        return `AWSRegion and LocalZoneGroup must be in one of ${known.join(", ")}, got "${name}"`;
    }
    return records(place, "coordinates").map(coordinatesProblem)[0];
}

function coordinatesProblem(point: Props): string | undefined {
    const limits = { latitude: 90, longitude: 180 };
    const wrong = Object.entries(limits).find(([property, most]) => {
        const value = text(point, property) ?? "";
        return !/^-?\d{1,3}(\.\d{1,2})?$/.test(value) || Math.abs(Number(value)) > most;
    });
    return wrong === undefined
        ? undefined
        : `${wrong[0]} must be from -${wrong[1]} to ${wrong[1]} with at most two decimal places, got "${String(point[wrong[0]])}"`;
}
