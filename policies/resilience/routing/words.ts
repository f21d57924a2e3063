import type { RecordGroup, TreeRecord } from "./model";
import type { RegionStates } from "./regionStates";

/** `app.example.com A`. */
export function nameOf({ name, type }: Pick<RecordGroup, "name" | "type">): string {
    return `${name} ${type}`;
}

/** `app.example.com A (weighted, "home")`. */
export function recordText(record: TreeRecord): string {
    const { routing, setIdentifier } = record;
    const details = [
        routing.policy,
        ...(setIdentifier === undefined ? [] : [JSON.stringify(setIdentifier)]),
    ];
    return `${nameOf(record)} (${details.join(", ")})`;
}

/** `while eu-west-1 and us-east-1 are lost`. */
export function stateText(states: RegionStates): string {
    const names = Object.keys(states).sort();
    const [state] = Object.values(states);
    return names.length === 0
        ? "while every region is up"
        : `while ${names.join(" and ")} ${names.length === 1 ? "is" : "are"} ${state}`;
}

/** Where a geolocation record's users are: `*`, `EU`, `DE`, `US-VA`. */
export function placeText(place: {
    readonly continent?: string;
    readonly country?: string;
    readonly subdivision?: string;
}): string {
    const { continent, country, subdivision } = place;
    return subdivision === undefined
        ? (country ?? continent ?? "nowhere")
        : `${country}-${subdivision}`;
}
