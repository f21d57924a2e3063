import type { Props } from "../../world/store";
import { text } from "../support/known";
import type { Problems } from "../support/problems";

/**
 * The form of an ElastiCache identifier: a letter first, then letters, digits and single hyphens, none
 * at the end. AWS stores it in lower case.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
 */
export function checkIdentifier(
    problems: Problems,
    inputs: Props,
    property: string,
    most: number,
): void {
    const value = text(inputs, property);
    if (
        value !== undefined &&
        (value.length > most || !/^[A-Za-z](?:-?[A-Za-z0-9])*$/.test(value))
    ) {
        problems.add(
            property,
            `must have 1 to ${most} letters, digits and single hyphens, begin with a letter and not end with a hyphen, got "${value}"`,
        );
    }
}
