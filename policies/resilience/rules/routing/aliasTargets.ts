import type { StackValidationPolicy } from "@pulumi/policy";

import { type Exemption, exemptions, isExempt } from "../../exemptions";
import { route53Guide } from "../../frameworks";
import { recordTreeOf } from "../../recordTree";
import type { TreeRecord } from "../../routing/model";
import type { RecordTree } from "../../routing/recordTree";
import { nameOf, recordText } from "../../routing/words";

interface Config {
    readonly elsewhere: readonly Exemption[];
}

export const aliasTargets: StackValidationPolicy = {
    name: "routing-alias-targets",
    description:
        "An alias within a zone must lead to a record of the same type, and in the end out of the zone's own names.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: route53Guide("resource-record-sets-choosing-alias-non-alias"),
    tags: ["routing", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias-common.html",
    remediationSteps:
        "Lead the alias to a name of the zone that has a record of the same type; name records that another stack makes in elsewhere.",
    configSchema: {
        properties: { elsewhere: exemptions("names that other stacks make in the zone", []) },
    },
    validateStack: (args, report) => {
        const { elsewhere } = args.getConfig<Config>();
        const tree = recordTreeOf(args.resources);
        const left = new Set<TreeRecord>();
        for (const record of tree.records) {
            const { target } = record;
            if (target.kind !== "records") {
                continue;
            }
            if (
                tree.complete &&
                record.type !== "CNAME" &&
                tree.below(record) === undefined &&
                !isExempt(elsewhere, target.name) &&
                !relative(tree, record)
            ) {
                report(
                    `${recordText(record)} is an alias to ${target.name}, which has no ${record.type} record here; make one, or name it in elsewhere if another stack does`,
                    record.urn,
                );
            }
            const ring = ringFrom(tree, record, [], left);
            if (ring !== undefined) {
                report(
                    `${ring.map(nameOf).join(" leads to ")} leads to ${nameOf(ring[0] as TreeRecord)}: the aliases go round and nobody is answered; lead one of them out`,
                    record.urn,
                );
            }
        }
    },
};

/** A record whose name is not known to be whole, as the zone is not of this stack. */
function relative(tree: RecordTree, { zone, target }: TreeRecord): boolean {
    return (
        target.kind === "records" &&
        tree.records.some(
            (other) =>
                other.zone === zone &&
                target.name.startsWith(`${other.name}.`) &&
                !target.name.endsWith(`.${other.name}`) &&
                !other.name.includes("."),
        )
    );
}

/**
 * A ring of aliases that the record is in or leads to.
 *
 * @param left records that were followed to their end before
 */
function ringFrom(
    tree: RecordTree,
    record: TreeRecord,
    path: readonly TreeRecord[],
    left: Set<TreeRecord>,
): readonly TreeRecord[] | undefined {
    const start = path.indexOf(record);
    if (start >= 0) {
        return path.slice(start);
    }
    if (left.has(record)) {
        return undefined;
    }
    for (const member of tree.below(record)?.records ?? []) {
        const ring = ringFrom(tree, member, [...path, record], left);
        if (ring !== undefined) {
            left.add(record);
            return ring;
        }
    }
    left.add(record);
    return undefined;
}
