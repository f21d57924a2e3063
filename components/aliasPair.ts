import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";

/** What an alias leads to. */
export interface AliasTarget {
    readonly name: pulumi.Input<string>;
    readonly zoneId: pulumi.Input<string>;
    /** Whether an unhealthy target makes the record unhealthy. */
    readonly evaluateTargetHealth: boolean;
}

/** Everything of a record set that is the same for both address families. */
export type AliasRecordArgs = Omit<route53.RecordArgs, "aliases" | "records" | "ttl" | "type"> & {
    readonly target: AliasTarget;
};

/**
 * An alias for IPv4 and the same one for IPv6, named `<name>-a` and `<name>-aaaa`. They have to agree in
 * all but their type: a user must not be sent elsewhere for having the newer address.
 */
export function aliasPair(
    name: string,
    { target, ...record }: AliasRecordArgs,
    opts: pulumi.CustomResourceOptions,
): readonly route53.Record[] {
    return (["A", "AAAA"] as const).map(
        (type) =>
            new route53.Record(
                `${name}-${type.toLowerCase()}`,
                { ...record, type, aliases: [target] },
                opts,
            ),
    );
}
