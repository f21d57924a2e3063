import type { RegionStates } from "../../../policies/resilience/routing/regionStates";
import type { Answering } from "./answers";

/** States that are named; of more, how many. */
const namedStates = 3;

/** `eu-west-1 and us-east-1 lost`. */
export function statesText(states: readonly RegionStates[]): string {
    const named = states.slice(0, namedStates).map(stateText);
    const more = states.length - named.length;
    return [
        ...named,
        ...(more > 0 ? [`${more} more ${more === 1 ? "state" : "states"}`] : []),
    ].join("; ");
}

function stateText(state: RegionStates): string {
    const [what] = Object.values(state);
    return what === undefined
        ? "every region up"
        : `${Object.keys(state).sort().join(" and ")} ${what}`;
}

/** `eu-west-1`, or `eu-west-1 90 %, us-east-1 10 %`. */
export function answeringText(answering: Answering): string {
    const shares = Object.entries(answering);
    return shares.length === 1
        ? (shares[0]?.[0] ?? "")
        : shares.map(([who, percent]) => `${who} ${percent} %`).join(", ");
}
