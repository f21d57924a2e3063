import type { Props } from "../../world/store";
import { items, record, records, text } from "../support/known";
import { managedRuleGroups } from "./managedRuleGroups";
import { kindOf } from "./statements";

/** Most units of one web ACL, https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html. */
export const mostCapacity = 5000;

/** Units of a rule group of another vendor, which only its page in the marketplace tells. */
const unknownGroup = 0;

/** The capacity units that a web ACL's rules use. */
export function capacityOf(inputs: Props): number {
    return records(inputs, "rules").reduce(
        (sum, rule) => sum + statementCapacity(record(rule, "statement")),
        0,
    );
}

/** @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-list.html, each statement's own page */
function statementCapacity(statement: Props | undefined): number {
    const found = kindOf(statement);
    if (found === undefined) {
        return 0;
    }
    const { kind, body } = found;
    const scope = statementCapacity(record(body, "scopeDownStatement"));
    switch (kind) {
        case "rateBasedStatement":
            return 2 + 30 * items(body, "customKeys").length + scope;
        case "managedRuleGroupStatement":
            return (managedRuleGroups[text(body, "name") ?? ""] ?? unknownGroup) + scope;
        case "notStatement":
            return statementCapacity(record(body, "statement"));
        case "andStatement":
        case "orStatement":
            return records(body, "statements").reduce(
                (sum, nested) => sum + statementCapacity(nested),
                0,
            );
        case "byteMatchStatement":
            return (
                (/CONTAINS/.test(text(body, "positionalConstraint") ?? "") ? 10 : 2) +
                transformations(body)
            );
        case "regexMatchStatement":
            return 3 + transformations(body);
        case "regexPatternSetReferenceStatement":
            return 25 + transformations(body);
        case "sqliMatchStatement":
            return 20 + transformations(body);
        case "xssMatchStatement":
            return 40 + transformations(body);
        default:
            return 1 + transformations(body);
    }
}

function transformations(body: Props): number {
    return (
        10 *
        records(body, "textTransformations").filter((each) => text(each, "type") !== "NONE").length
    );
}
