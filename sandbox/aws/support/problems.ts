import type { Props } from "../../world/store";
import type { Problem } from "../resourceType";
import { given, number, text } from "./known";

/** Collects every problem of a resource's inputs, so that they are reported at once. */
export class Problems {
    readonly found: Problem[] = [];

    add(property: string, reason: string): void {
        this.found.push({ property, reason });
    }

    /** `path` prefixes the property when `inputs` is a nested object. */
    range(inputs: Props, property: string, low: number, high: number, path = ""): void {
        const value = number(inputs, property);
        if (value !== undefined && (value < low || value > high || !Number.isInteger(value))) {
            this.add(
                path + property,
                `must be a whole number from ${low} to ${high}, got ${value}`,
            );
        }
    }

    oneOf(inputs: Props, property: string, allowed: readonly string[], path = ""): void {
        const value = text(inputs, property);
        if (value !== undefined && !allowed.includes(value)) {
            this.add(path + property, `must be one of ${allowed.join(", ")}, got "${value}"`);
        }
    }

    matches(inputs: Props, property: string, pattern: RegExp, rule: string, path = ""): void {
        const value = text(inputs, property);
        if (value !== undefined && !pattern.test(value)) {
            this.add(path + property, `${rule}, got "${value}"`);
        }
    }

    exactlyOne(inputs: Props, properties: readonly string[]): void {
        const set = properties.filter((property) => given(inputs, property));
        if (set.length !== 1) {
            this.add(
                set[1] ?? properties[0] ?? "",
                `exactly one of ${properties.join(", ")} must be set, got ${set.join(" and ") || "none"}`,
            );
        }
    }

    atMostOne(inputs: Props, properties: readonly string[]): void {
        const set = properties.filter((property) => given(inputs, property));
        if (set.length > 1) {
            this.add(
                set[1] ?? "",
                `at most one of ${properties.join(", ")} may be set, got ${set.join(" and ")}`,
            );
        }
    }
}
