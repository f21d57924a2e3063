import type { Client, Routed } from "../types";

/**
 * The records that are for the client's place, smallest first: subdivision, country, continent, default.
 * None when there is no match and no default: then there is no answer.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-geo.html
 */
export function rankGeolocation(
    group: readonly Routed<"geolocation">[],
    client: Client,
): readonly Routed<"geolocation">[] {
    const place = client.geography;
    const levels: ((routing: Routed<"geolocation">["routing"]) => boolean)[] = [
        ({ country, subdivision }) =>
            subdivision !== undefined &&
            country === place?.country &&
            subdivision === place?.subdivision,
        ({ country, subdivision }) =>
            country !== undefined && subdivision === undefined && country === place?.country,
        ({ continent }) => continent !== undefined && continent === place?.continent,
        ({ country }) => country === "*",
    ];
    return levels.flatMap((matches) => group.filter(({ routing }) => matches(routing)));
}
