import { regionNames, stackNames } from "../../infra/topology";
import { estimate, type Estimate } from "../cost/estimate";
import { readResources, type StackResources } from "../cost/resources";
import { stalePrices, type Price, type PriceTable } from "../cost/priceTable";
import type { Usage } from "../cost/usage";
import { globalControlPlanesHome } from "../drill/scenario";
import type { Estate } from "../estate";
import { chooseStacks } from "./deploy";

export interface CostOptions {
    readonly prices: PriceTable;
    readonly usage: Usage;
    /** Only these stacks. @default all */
    readonly stacks?: readonly string[];
    /** What `deploy` would make of the stacks, not what is deployed. @default false */
    readonly planned?: boolean;
    /** Milliseconds since the epoch. */
    readonly now: number;
    readonly onProgress?: (line: string) => void;
    readonly signal?: AbortSignal | undefined;
}

export interface CostReport extends Estimate {
    readonly estate: string;
    readonly currency: "USD";
    readonly per: "month";
    /** Where each stack's resources were read. */
    readonly stacks: readonly StackRead[];
    readonly usage: Usage;
    /** Used figures that are older than a year. */
    readonly stale: readonly Price[];
    /** Every stack was read and everything in it has a price. */
    readonly complete: boolean;
}

export type StackRead =
    | { readonly stack: string; readonly from: "state" | "preview"; readonly resources: number }
    | { readonly stack: string; readonly from: "nowhere"; readonly reason: string };

/** What the estate costs in a month. Changes nothing. */
export async function cost(estate: Estate, options: CostOptions): Promise<CostReport> {
    const read: StackResources[] = [];
    for (const stack of chooseStacks(estate, options.stacks)) {
        options.onProgress?.(`reading ${stack}`);
        read.push(
            await readResources(estate.stacks, stack, {
                planned: options.planned === true,
                signal: options.signal,
            }),
        );
    }
    const result = estimate({
        regions: regionNames(estate.topology),
        home: globalControlPlanesHome,
        resources: read.flatMap((one) => (one.kind === "known" ? one.resources : [])),
        prices: options.prices,
        usage: options.usage,
    });
    const order = stackNames(estate.topology);
    return {
        estate: estate.name,
        currency: "USD",
        per: "month",
        ...result,
        stacks: read
            .map((one): StackRead =>
                one.kind === "known"
                    ? { stack: one.stack, from: one.from, resources: one.resources.length }
                    : { stack: one.stack, from: "nowhere", reason: one.reason },
            )
            .sort((a, b) => order.indexOf(a.stack) - order.indexOf(b.stack)),
        usage: options.usage,
        stale: stalePrices(result.prices, options.now),
        complete: result.unpriced.length === 0 && read.every(({ kind }) => kind === "known"),
    };
}

/** What a reader has to know before the figures are used. */
export function costWarnings(report: CostReport): readonly string[] {
    const { prices, stale, unpriced } = report;
    const recalled = prices.filter(({ basis }) => basis === "recalled");
    const oldest = stale.map(({ date }) => date).sort()[0];
    return [
        ...report.stacks.flatMap((one) =>
            one.from === "nowhere" ? [`${one.stack} is not in the estimate: ${one.reason}`] : [],
        ),
        ...(oldest === undefined
            ? []
            : [
                  `${stale.length} of the ${prices.length} prices used are older than a year, the oldest of ${oldest}; check them at their sources (--json lists them) and set their dates`,
              ]),
        ...(recalled.length === 0
            ? []
            : [
                  `${recalled.length} of the ${prices.length} prices used are from memory and were checked nowhere`,
              ]),
        ...unpriced.map(({ type, count, missingPrices }) =>
            missingPrices.length === 0
                ? `unpriced: ${count} x ${type}, which no rule knows`
                : `unpriced: parts of ${type}: the price table lacks ${missingPrices.join(", ")}`,
        ),
    ];
}
