import { isRegion, regionNames, type Topology } from "../infra/topology";
import { AutomationError } from "./errors";

/** Where a state backend or a secrets provider lives, when its URL says so. Pure. */
export function regionOf(url: string): string | undefined {
    const query = url.slice(url.indexOf("?") + 1);
    const named = url.includes("?") ? new URLSearchParams(query).get("region") : null;
    return named ?? /arn:aws[\w-]*:\w+:([a-z]{2}(?:-[a-z]+)+-\d):/.exec(url)?.[1];
}

/**
 * Refuses state or secrets that live in a region of the topology: they would be lost with it, and no
 * stack can be updated without them.
 *
 * @param urls the backend's and the secrets providers', by what they are.
 * @throws AutomationError `refused` that names each.
 */
export function checkHomes(urls: Readonly<Record<string, string>>, topology: Topology): void {
    const problems = Object.entries(urls).flatMap(([what, url]) => {
        const region = regionOf(url);
        return region !== undefined && isRegion(region, topology)
            ? [`  - ${what} is in ${region}: ${url}`]
            : [];
    });
    if (problems.length > 0) {
        throw new AutomationError(
            "refused",
            [
                "what every update needs lives in a region that may have to be evacuated:",
                ...problems,
                `move it to a region other than ${regionNames(topology).join(", ")} ` +
                    "(pulumi stack export and import, pulumi stack change-secrets-provider), or, in an emergency, add --accept-backend-region",
            ].join("\n"),
        );
    }
}
