import { withoutSecrets, type StackExport } from "../pulumi/stateAnalysis";
import type { Estate } from "../estate";
import type { PolicyPackUse } from "../stacks";
import { stackNames } from "../../infra/topology";

/** How long the standing packs take for so many resources. */
export interface RuleTime {
    readonly resources: number;
    /** With the start of the engine and the packs. */
    readonly seconds: number;
    /** The same with every rule turned off: what remains is the engine's, and the SDK's. */
    readonly engineSeconds: number;
}

/** So many resources are judged, one after the other. */
export const ruleSizes: readonly number[] = [2_500, 5_000, 10_000];

/** Judges copies of the deployed estate by the standing packs, as `meridian audit` does. */
export async function timeRules(
    estate: Estate,
    domain: string,
    signal: AbortSignal,
): Promise<readonly RuleTime[]> {
    const states: StackExport[] = [];
    for (const stack of stackNames(estate.topology)) {
        states.push(withoutSecrets(await estate.stacks.exported(stack, signal)));
    }
    const { standing } = estate.policyPacks;
    const times: RuleTime[] = [];
    for (const resources of ruleSizes) {
        const state = stateOf(states, resources, domain);
        const timed = async (packs: readonly PolicyPackUse[]): Promise<number> => {
            const started = performance.now();
            for (const pack of packs) {
                const { failure } = await estate.stacks.analyse(state, pack, signal);
                if (failure !== undefined) {
                    throw new Error(`the packs could not judge ${resources} resources: ${failure}`);
                }
            }
            return (performance.now() - started) / 1000;
        };
        times.push({
            resources,
            seconds: await timed(standing),
            engineSeconds: await timed(
                standing.map((pack) => ({ ...pack, config: { all: "disabled" } })),
            ),
        });
    }
    return times;
}

/**
 * One stack's state with so many resources: those of all the stacks, again and again, each time under
 * URNs of its own, and each stack's under a domain of its own, so that every copy has a record tree for
 * itself. Pure.
 *
 * @param domain whose names tell the copies apart.
 */
export function stateOf(
    states: readonly StackExport[],
    number: number,
    domain: string,
): StackExport {
    const [first] = states;
    const originals = states.map(({ deployment }) => deployment?.resources ?? []);
    const urns = new Set(originals.flat().map(({ urn }) => urn));
    const some = urns.size > 0;
    const resources = [];
    for (let copy = 0; some && resources.length < number; copy++) {
        const copies = originals.flatMap((of, stack) => {
            const mapped = mapping(urns, copy, (text) =>
                text.replaceAll(domain, `c${copy}-${stack}.${domain}`),
            );
            return of.map(mapped) as typeof of;
        });
        resources.push(...copies.slice(0, number - resources.length));
    }
    return { ...first, deployment: { ...first?.deployment, resources } };
}

/** Takes a value into a copy: its URNs, and its other texts as `other` has them. */
function mapping(
    urns: ReadonlySet<string>,
    copy: number,
    other: (text: string) => string,
): (value: unknown) => unknown {
    const textOf = (text: string): string => {
        // A provider's reference is its URN and id.
        const [urn = "", id] = text.split(/::(?=[^:]*$)/);
        if (urns.has(text)) {
            return urnOf(text, copy);
        }
        return id !== undefined && urns.has(urn) ? `${urnOf(urn, copy)}::${id}` : other(text);
    };
    const mapped = (value: unknown): unknown => {
        if (typeof value === "string") {
            return textOf(value);
        }
        if (Array.isArray(value)) {
            return value.map(mapped);
        }
        return typeof value === "object" && value !== null
            ? Object.fromEntries(
                  Object.entries(value).map(([key, one]) => [textOf(key), mapped(one)]),
              )
            : value;
    };
    return mapped;
}

/** In the one stack, told apart by stack and copy. */
function urnOf(urn: string, copy: number): string {
    const [, , stack = ""] = urn.split(/::|:/);
    return `${urn.replace(/^urn:pulumi:[^:]+::/, "urn:pulumi:bench::")}-${stack}-${copy}`;
}
