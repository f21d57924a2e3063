import type { Props } from "../../world/store";
import { given, items, record, text } from "../support/known";
import type { Problems } from "../support/problems";

/** Most names a policy may pick of headers, cookies or query strings, https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-policies. */
const mostNames = 10;

export interface Selection {
    /** Property with the selection, such as `cookiesConfig`. */
    readonly property: string;
    /** Its property for how to pick, such as `cookieBehavior`. */
    readonly behavior: string;
    /** Its property for what to pick, such as `cookies`. */
    readonly names: string;
    readonly behaviors: readonly string[];
}

/**
 * What a policy picks of a request: a behaviour, and names exactly where the behaviour needs them.
 *
 * @see https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CachePolicyHeadersConfig.html
 */
export function checkSelection(
    problems: Problems,
    inputs: Props,
    selection: Selection,
    path = "",
): void {
    const config = record(inputs, selection.property);
    if (config === undefined) {
        return;
    }
    const at = `${path}${selection.property}.`;
    problems.oneOf(config, selection.behavior, selection.behaviors, at);
    const behavior = text(config, selection.behavior);
    const takesNames = /whitelist|allExcept/i.test(behavior ?? "");
    const count = items(record(config, selection.names), "items").length;
    if (behavior !== undefined && takesNames && !given(config, selection.names)) {
        problems.add(`${at}${selection.names}`, `must list at least one name for ${behavior}`);
    }
    if (behavior !== undefined && !takesNames && given(config, selection.names)) {
        problems.add(`${at}${selection.names}`, `must be absent for ${behavior}`);
    }
    if (count > mostNames) {
        problems.add(`${at}${selection.names}`, `at most ${mostNames} are allowed, got ${count}`);
    }
}
