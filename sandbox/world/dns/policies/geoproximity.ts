import { geographies, type GeoPoint } from "../../geography";
import type { Client, Routed } from "../types";

const earthRadiusKm = 6371;

/**
 * Nearest first, distances shrunk or stretched by the bias: a positive one draws traffic from further
 * away, a negative one repels it. A client that cannot be placed counts as of the first geography.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-geoproximity.html
 */
export function rankGeoproximity(
    group: readonly Routed<"geoproximity">[],
    client: Client,
): readonly Routed<"geoproximity">[] {
    const from = (client.geography ?? geographies[0])?.location;
    if (from === undefined) {
        return group;
    }
    const distance = ({ routing }: Routed<"geoproximity">): number =>
        biased(distanceKm(from, routing.location), routing.bias);
    return [...group].sort((a, b) => distance(a) - distance(b));
}

/** The distance that counts, given the real one and a bias from -99 to 99. */
export function biased(distance: number, bias: number): number {
    return bias >= 0 ? distance * (1 - bias / 100) : distance / (1 + bias / 100);
}

/** Great-circle distance. */
export function distanceKm(a: GeoPoint, b: GeoPoint): number {
    const radians = (degrees: number): number => (degrees * Math.PI) / 180;
    const latitude = radians(b.latitude - a.latitude);
    const longitude = radians(b.longitude - a.longitude);
    const haversine =
        Math.sin(latitude / 2) ** 2 +
        Math.cos(radians(a.latitude)) *
            Math.cos(radians(b.latitude)) *
            Math.sin(longitude / 2) ** 2;
    return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(haversine)));
}
