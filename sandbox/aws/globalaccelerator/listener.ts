import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { allKnown, byArn, isOther, items, keepId, number, records, text } from "../support/known";
import { Problems } from "../support/problems";
import { groupsOf, listenersOf, tokens } from "./tokens";

/** https://docs.aws.amazon.com/global-accelerator/latest/dg/limits-global-accelerator.html */
const mostListeners = 10;
const mostRanges = 10;

export interface PortRange {
    readonly from: number;
    readonly to: number;
}

/** @see https://docs.aws.amazon.com/global-accelerator/latest/api/API_CreateListener.html */
export const listenerType: ResourceType = {
    type: tokens.listener,
    service: "globalaccelerator",
    home: "us-west-2",
    actions: {
        create: "CreateListener",
        read: "DescribeListener",
        update: "UpdateListener",
        delete: "DeleteListener",
    },
    inputs: ["acceleratorArn", "clientAffinity", "portRanges", "protocol"],
    required: ["acceleratorArn", "portRanges", "protocol"],
    replaceOn: ["acceleratorArn"],
    defaults: { clientAffinity: "NONE" },
    unordered: ["portRanges"],
    computed: ["arn"],

    check(inputs) {
        const problems = new Problems();
        problems.oneOf(inputs, "clientAffinity", ["NONE", "SOURCE_IP"]);
        problems.oneOf(inputs, "protocol", ["TCP", "UDP"]);
        const count = items(inputs, "portRanges").length;
        if (Array.isArray(inputs.portRanges) && (count < 1 || count > mostRanges)) {
            problems.add("portRanges", `must be 1 to ${mostRanges} ranges, got ${count}`);
        }
        records(inputs, "portRanges").forEach((range, index) => {
            const path = `portRanges[${index}].`;
            for (const end of ["fromPort", "toPort"]) {
                problems.range(range, end, 1, 65535, path);
                if (!(end in range)) {
                    problems.add(path + end, "must be set");
                }
            }
            const [from, to] = [number(range, "fromPort"), number(range, "toPort")];
            if (from !== undefined && to !== undefined && from > to) {
                problems.add(`${path}toPort`, `must be at least fromPort (${from}), got ${to}`);
            }
        });
        const ranges = portRangesOf(inputs);
        if (allKnown(inputs, "portRanges")) {
            ranges.forEach((range, index) => {
                const other = ranges.slice(0, index).find((before) => overlap(before, range));
                if (other !== undefined) {
                    problems.add(
                        `portRanges[${index}]`,
                        `${show(range)} overlaps ${show(other)}: port ranges must not overlap`,
                    );
                }
            });
        }
        return problems.found;
    },

    admit(inputs, context, current) {
        const acceleratorArn = text(inputs, "acceleratorArn") ?? "";
        if (byArn(context, tokens.accelerator, acceleratorArn) === undefined) {
            throw new AwsError(
                "AcceleratorNotFoundException",
                "The accelerator that you specified doesn't exist.",
            );
        }
        const others = listenersOf(context, acceleratorArn).filter((other) =>
            isOther(other, current),
        );
        if (current === undefined && others.length >= mostListeners) {
            throw new AwsError(
                "LimitExceededException",
                `An accelerator has at most ${mostListeners} listeners.`,
            );
        }
        const taken = others
            .filter(({ outputs }) => text(outputs, "protocol") === text(inputs, "protocol"))
            .flatMap(({ outputs }) => portRangesOf(outputs));
        for (const range of portRangesOf(inputs)) {
            const other = taken.find((each) => overlap(each, range));
            if (other !== undefined) {
                throw new AwsError(
                    "InvalidPortRangeException",
                    `The port numbers that you specified are not valid numbers or are not unique for this accelerator: ${show(range)} overlaps ${show(other)} of another listener.`,
                );
            }
        }
    },

    compute(inputs, context, current) {
        const id = keepId(
            current,
            () => `${text(inputs, "acceleratorArn")}/listener/${context.unique(8)}`,
        );
        return { id, outputs: { ...inputs, id, arn: id } };
    },

    /** @see https://docs.aws.amazon.com/global-accelerator/latest/api/API_DeleteListener.html */
    refuseDelete(outputs, context) {
        if (groupsOf(context, text(outputs, "arn") ?? "").length > 0) {
            throw new AwsError(
                "AssociatedEndpointGroupFoundException",
                "The listener that you specified has an endpoint group associated with it. You must remove all dependent resources from a listener before you can delete it.",
            );
        }
    },
};

/** The ranges whose ends are known. */
export function portRangesOf(listener: Props): readonly PortRange[] {
    return records(listener, "portRanges").flatMap((range) => {
        const [from, to] = [number(range, "fromPort"), number(range, "toPort")];
        return from === undefined || to === undefined ? [] : [{ from, to }];
    });
}

export function contains({ from, to }: PortRange, port: number): boolean {
    return port >= from && port <= to;
}

function overlap(a: PortRange, b: PortRange): boolean {
    return a.from <= b.to && b.from <= a.to;
}

function show({ from, to }: PortRange): string {
    return from === to ? String(from) : `${from}-${to}`;
}
