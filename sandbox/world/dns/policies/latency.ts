import { geographies, latencyMs } from "../../geography";
import type { Client, Routed } from "../types";

/**
 * Nearest region first. A client that cannot be placed is measured as if from the first geography,
 * so that it always gets the same answer.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-latency.html
 */
export function rankLatency(
    group: readonly Routed<"latency">[],
    client: Client,
): readonly Routed<"latency">[] {
    const from = (client.geography ?? geographies[0])?.code ?? "";
    return [...group].sort(
        (a, b) => latencyMs(from, a.routing.region) - latencyMs(from, b.routing.region),
    );
}
