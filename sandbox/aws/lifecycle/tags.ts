import type { Problem, ResourceType } from "../resourceType";
import { isUnknown } from "../resourceType";
import type { Props } from "../../world/store";
import { isObject } from "./values";

/** Whether AWS keeps tags on the type. */
export function takesTags(type: ResourceType): boolean {
    return type.inputs.includes("tags");
}

/** The tags a resource ends up with: the provider's default tags, then its own. */
export function allTags(inputs: Props, defaultTags: Readonly<Record<string, string>>): Props {
    const override = inputs["overrideProvider"];
    const ownDefaults =
        isObject(override) && isObject(override["defaultTags"])
            ? override["defaultTags"]["tags"]
            : undefined;
    const tags = inputs["tags"];
    return {
        ...(isObject(ownDefaults) ? ownDefaults : defaultTags),
        ...(isObject(tags) ? tags : {}),
    };
}

/** Tag limits, https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices. */
export function tagProblems(tags: unknown): readonly Problem[] {
    if (tags === undefined || isUnknown(tags)) {
        return [];
    }
    if (!isObject(tags)) {
        return [{ property: "tags", reason: "must be a map of text to text" }];
    }
    const problems: Problem[] = [];
    const entries = Object.entries(tags);
    if (entries.length > 50) {
        problems.push({
            property: "tags",
            reason: `at most 50 tags are allowed, got ${entries.length}`,
        });
    }
    for (const [key, value] of entries) {
        const property = `tags[${JSON.stringify(key)}]`;
        if (key.length < 1 || key.length > 128) {
            problems.push({ property, reason: "a tag key has 1 to 128 characters" });
        }
        if (key.toLowerCase().startsWith("aws:")) {
            problems.push({ property, reason: 'a tag key must not start with "aws:"' });
        }
        if (typeof value !== "string") {
            problems.push({ property, reason: `a tag value is text, got ${typeof value}` });
        } else if (value.length > 256) {
            problems.push({
                property,
                reason: `a tag value has at most 256 characters, got ${value.length}`,
            });
        }
    }
    return problems;
}
