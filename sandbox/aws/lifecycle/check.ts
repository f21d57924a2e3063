import { createHash } from "node:crypto";

import type { Props } from "../../world/store";
import type { CheckAnswer, CheckCall } from "../provider/protocol";
import type { Problem, ResourceType } from "../resourceType";
import { isUnknown } from "../resourceType";
import { tagProblems, takesTags } from "./tags";
import { defaultsKey, filledIn } from "./values";

/** What a check needs of its call, with the logical name taken from the URN. */
export type CheckInput = Pick<CheckCall, "olds" | "news" | "randomSeed" | "autonaming"> & {
    readonly logicalName: string;
};

/**
 * Fills in names and defaults, and lists every problem of the inputs at once. Which inputs were
 * filled in is kept in `__defaults`, so that a generated name stays and is not taken for the user's.
 */
export function check(type: ResourceType, input: CheckInput): CheckAnswer {
    const inputs: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(input.news)) {
        if (key !== defaultsKey && value !== undefined && value !== null) {
            inputs[key] = value;
        }
    }
    const filled: string[] = [];
    const failures: Problem[] = shapeProblems(type, inputs);
    const fill = (property: string, value: unknown): void => {
        if (inputs[property] === undefined) {
            inputs[property] = value;
            filled.push(property);
        }
    };
    if (type.autoname !== undefined && inputs[type.autoname.property] === undefined) {
        const name = physicalName(type, input);
        if (typeof name === "string") {
            fill(type.autoname.property, name);
        } else if (name !== undefined) {
            failures.push(name);
        }
    }
    for (const [property, value] of Object.entries(type.defaults ?? {})) {
        fill(property, value);
    }
    failures.push(...(type.check?.(inputs) ?? []));
    if (takesTags(type)) {
        failures.push(...tagProblems(inputs["tags"]));
    }
    return { inputs: { ...inputs, [defaultsKey]: filled.sort() }, failures };
}

function shapeProblems(type: ResourceType, inputs: Props): Problem[] {
    const known = type.home === "regional" ? [...type.inputs, "region"] : type.inputs;
    const problems: Problem[] = [];
    for (const property of Object.keys(inputs)) {
        if (!known.includes(property)) {
            const near = known.filter((name) => alike(name, property));
            problems.push({
                property,
                reason:
                    `unknown property of ${type.type}` +
                    (near.length > 0
                        ? `; did you mean ${near.map((name) => `\`${name}\``).join(" or ")}?`
                        : `; it has ${known.join(", ")}`),
            });
        }
    }
    for (const property of type.required) {
        if (inputs[property] === undefined) {
            problems.push({ property, reason: `missing required property of ${type.type}` });
        }
    }
    const region = inputs["region"];
    if (
        type.home === "regional" &&
        region !== undefined &&
        !isUnknown(region) &&
        !(typeof region === "string" && /^[a-z]{2,4}(-[a-z]+)+-\d$/.test(region))
    ) {
        problems.push({
            property: "region",
            reason: `must be a region such as eu-west-1, got ${JSON.stringify(region)}`,
        });
    }
    return problems;
}

function alike(a: string, b: string): boolean {
    const [x, y] = [a.toLowerCase(), b.toLowerCase()];
    return x.startsWith(y) || y.startsWith(x);
}

/** The generated name: the one the resource has, the one the project's naming asks for, or the logical name with 7 stable random digits. */
function physicalName(type: ResourceType, input: CheckInput): string | Problem | undefined {
    const autoname = type.autoname;
    if (autoname === undefined) {
        return undefined;
    }
    const old = input.olds?.[autoname.property];
    if (typeof old === "string" && filledIn(input.olds).includes(autoname.property)) {
        return old;
    }
    if (input.autonaming?.mode === "disable") {
        return {
            property: autoname.property,
            reason: "automatic naming is disabled for this resource: give the property a value",
        };
    }
    const proposed =
        input.autonaming === undefined || input.autonaming.proposedName === ""
            ? undefined
            : input.autonaming.proposedName;
    if (proposed !== undefined && input.autonaming?.mode === "enforce") {
        return proposed;
    }
    const suffix =
        autoname.verbatim === true ? "" : `-${digits(input.randomSeed, input.logicalName, 7)}`;
    const room = autoname.maxLength - suffix.length - (autoname.prefix ?? "").length;
    const name = (autoname.prefix ?? "") + (proposed ?? input.logicalName.slice(0, room) + suffix);
    return autoname.lowercase === true ? name.toLowerCase() : name;
}

function digits(seed: string, salt: string, length: number): string {
    return createHash("sha256").update(`${seed}|${salt}`).digest("hex").slice(0, length);
}
