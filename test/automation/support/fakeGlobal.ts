import { dialEdit, readEntry, standInEdit } from "../../../automation/stackConfig";
import type { StackOutputs, Update } from "../../../automation/stacks";
import { cachePrimaryChange, dialChange, writeNameChange, writerChange } from "./fakeStacks";

/** What the global stack holds of a region: its dial, who writes, and who the writer's name leads to. */
export class FakeGlobal {
    dial = 100;
    roles: { writer: string; standby: string; writerHome: string };
    named: string;
    /** Of the caches, where regions share a datastore. */
    cachePlan: { datastore: readonly string[]; primary?: string; standIn?: string } | undefined;

    constructor(
        readonly region: string,
        standby: string,
    ) {
        this.roles = { writer: region, standby, writerHome: region };
        this.named = region;
    }

    outputs(): StackOutputs {
        return {
            zoneId: "Z1",
            dials: { [this.region]: this.dial },
            ...this.roles,
            ...(this.cachePlan === undefined ? {} : { cachePlan: this.cachePlan }),
        };
    }

    /** What a stack file's text would change. */
    changes(text: string): Update["changes"] {
        const dial = readEntry(text, dialEdit(this.region, 0), "global") ?? this.dial;
        const writer = said(text, "writer") ?? this.roles.writer;
        const cache = this.cacheIn(text, writer);
        return [
            ...(cache === this.cacheIn(undefined, this.roles.writer)
                ? []
                : [cachePrimaryChange(cache)]),
            ...(dial === this.dial ? [] : [dialChange(this.region, this.dial, Number(dial))]),
            ...(writer === this.roles.writer ? [] : [writerChange(writer)]),
            ...(writer === this.named ? [] : [writeNameChange()]),
        ];
    }

    /** Makes changes of that text. */
    apply(text: string, changes: Update["changes"]): void {
        const names = changes.map(({ name }) => name);
        const writer = said(text, "writer") ?? this.roles.writer;
        if (names.includes(this.region)) {
            this.dial = Number(readEntry(text, dialEdit(this.region, 0), "global"));
        }
        if (names.includes("writer")) {
            this.roles = {
                writer,
                standby: said(text, "standby") ?? "",
                writerHome: said(text, "writerHome") ?? writer,
            };
        }
        if (names.includes("write-primary-a")) {
            this.named = writer;
        }
        if (names.includes("cache-primary") && this.cachePlan !== undefined) {
            const standIn = saidStandIn(text);
            const { datastore, primary } = this.cachePlan;
            this.cachePlan = {
                datastore,
                ...(primary === undefined ? {} : { primary }),
                ...(standIn === undefined ? {} : { standIn }),
            };
        }
    }

    /** Whose cache takes writes by a text, or as deployed. */
    private cacheIn(text: string | undefined, writer: string): string {
        const { primary, standIn } = this.cachePlan ?? {};
        const said = text === undefined ? standIn : saidStandIn(text);
        return this.cachePlan === undefined ? "" : (said ?? primary ?? writer);
    }
}

/** The caches' stand-in of a stack file. */
export function saidStandIn(text: string): string | undefined {
    return readEntry(text, standInEdit(undefined), "global") as string | undefined;
}

/** A plain value of a stack file. */
export function said(text: string, name: string): string | undefined {
    return readEntry(text, { key: `meridian:${name}` }, "global") as string | undefined;
}
