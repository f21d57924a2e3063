import { dialEdit, readEntry } from "../../../automation/stackConfig";
import type { StackOutputs, Update } from "../../../automation/stacks";
import { dialChange, writeNameChange, writerChange } from "./fakeStacks";

/** What the global stack holds of a region: its dial, who writes, and who the writer's name leads to. */
export class FakeGlobal {
    dial = 100;
    roles: { writer: string; standby: string; writerHome: string };
    named: string;

    constructor(
        readonly region: string,
        standby: string,
    ) {
        this.roles = { writer: region, standby, writerHome: region };
        this.named = region;
    }

    outputs(): StackOutputs {
        return { zoneId: "Z1", dials: { [this.region]: this.dial }, ...this.roles };
    }

    /** What a stack file's text would change. */
    changes(text: string): Update["changes"] {
        const dial = readEntry(text, dialEdit(this.region, 0), "global") ?? this.dial;
        const writer = said(text, "writer") ?? this.roles.writer;
        return [
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
    }
}

/** A plain value of a stack file. */
export function said(text: string, name: string): string | undefined {
    return readEntry(text, { key: `meridian:${name}` }, "global") as string | undefined;
}
