import type { Props, StoredResource } from "../../world/store";
import type { TypeContext } from "../resourceType";
import { text } from "../support/known";

export const ruleType = "aws:cloudwatch/eventRule:EventRule";
export const targetType = "aws:cloudwatch/eventTarget:EventTarget";

/** The bus that a resource is about: its name, also where the inputs give its ARN. */
export function busNameOf(inputs: Props): string {
    const bus = text(inputs, "eventBusName") ?? "default";
    return /^arn:aws:events:[^:]+:\d{12}:event-bus\/(.+)$/.exec(bus)?.[1] ?? bus;
}

/** A rule's id: its name, under the name of a bus that is not the default one. */
export function ruleId(bus: string, name: string): string {
    return bus === "default" ? name : `${bus}/${name}`;
}

export function targetsOf(
    bus: string,
    rule: string,
    context: Pick<TypeContext, "store" | "region">,
): readonly StoredResource[] {
    return context.store
        .list(targetType, context.region)
        .filter(({ outputs }) => busNameOf(outputs) === bus && text(outputs, "rule") === rule);
}
