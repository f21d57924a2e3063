import type { BoundTerm } from "../../drill/bound";
import type { Compared, Consequences } from "./compare";
import type { Promised } from "./objectives";
import { answeringText, statesText } from "./words";

/** Part of what a change does, for a terminal or a comment. */
export interface ConsequenceTable {
    readonly title: string;
    /** Instead of rows where nothing differs. */
    readonly unchanged: string;
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
}

export function consequenceTables(compared: Compared): readonly ConsequenceTable[] {
    const { answers, capacity, objectives } = compared;
    return [
        {
            title: "Who is answered by which region",
            unchanged: `nobody is answered otherwise: ${answers.names} names, asked from ${answers.places} places in ${answers.states} states of the regions`,
            head: ["name", "while", "users near", "before", "after"],
            rows: answers.changes.map(({ name, types, states, users, before, after }) => [
                `${name} ${types.join(", ")}`,
                statesText(states),
                users.join(", "),
                answeringText(before),
                answeringText(after),
            ]),
        },
        ...(capacity === undefined
            ? []
            : [
                  {
                      title: "Capacity while a region is away",
                      unchanged: "what is needed and what is standing stay the same",
                      head: ["away", "region", "tasks needed", "tasks standing", ""],
                      rows: capacity.map(({ away, region, before, after }) => [
                          away,
                          region,
                          arrow(before?.needed, after?.needed),
                          arrow(before?.standing, after?.standing),
                          after?.standing !== undefined && after.needed > after.standing
                              ? "❌ too few"
                              : "",
                      ]),
                  },
              ]),
        {
            title: "Longest failover by the configuration",
            unchanged: "the bounds of the recovery time stay the same",
            head: ["region that fails", "taken out by", "seconds", "because of"],
            rows: objectives.map(({ region, path, before, after }) => [
                region,
                path === "votes" ? "the others' votes" : "its endpoint's check",
                arrow(secondsOf(before), secondsOf(after)),
                reasons(before, after),
            ]),
        },
    ];
}

/** Where the comparison stands: its failure, or what it is between. */
export function consequenceLine({ revision, commit, outcome }: Consequences): string {
    const against = `${revision} (${commit.slice(0, 12)})`;
    return "failure" in outcome
        ? `no comparison with ${against}: ${outcome.failure}`
        : `compared with ${against}, both over what is deployed`;
}

type Cell = number | string | undefined;

function arrow(before: Cell, after: Cell): string {
    const [was, is] = [before ?? "none", after ?? "none"];
    return was === is ? String(is) : `${was} → ${is}`;
}

function secondsOf(promised: Promised): number | string {
    return "seconds" in promised ? promised.seconds : "not known";
}

function reasons(before: Promised, after: Promised): string {
    if (!("terms" in before) || !("terms" in after)) {
        return "missing" in after ? after.missing : "missing" in before ? before.missing : "";
    }
    const changed = after.terms.flatMap((term): readonly (readonly [BoundTerm, BoundTerm])[] => {
        const was = before.terms.find(({ name }) => name === term.name);
        return was === undefined || was.formula === term.formula ? [] : [[was, term]];
    });
    return changed.map(([was, is]) => `${is.name}: ${was.formula} → ${is.formula}`).join("; ");
}
