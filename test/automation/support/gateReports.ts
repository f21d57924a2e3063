import type { AskedPack } from "../../../automation/gate/report";
import { gateReport, type GateReport, type GateSubject } from "../../../automation/gate/report";
import type { Places } from "../../../automation/gate/places";
import type { PolicyViolation, Update } from "../../../automation/stacks";
import { updateOf } from "./fakeStacks";

export const serviceUrn =
    "urn:pulumi:eu-west-1::meridian::meridian:components:Region$meridian:components:Service$aws:ecs/service:Service::web";

export const places: Places = new Map([
    ["meridian:components:Region", { file: "components/region.ts", line: 112 }],
    ["meridian:components:Service", { file: "components/service.ts", line: 50 }],
]);

export const pack: AskedPack = {
    folder: "/standing",
    title: "policies/resilience",
    info: {
        name: "standing",
        rules: [
            {
                name: "capacity-enough",
                description: "A service must be large enough.",
                level: "mandatory",
                severity: "high",
                remediation: "Raise it.",
                url: "https://example.com/capacity",
                tags: ["capacity"],
            },
            {
                name: "logging-on",
                description: "Logs must be written.",
                level: "advisory",
                remediation: "",
                url: "",
                tags: [],
            },
        ],
    },
};

/** A violation of the first rule, as the engine reports it. */
export function violation(over: Partial<PolicyViolation> = {}): PolicyViolation {
    return {
        resource: serviceUrn,
        pack: "standing",
        policy: "capacity-enough",
        level: "mandatory",
        severity: "high",
        message: "A service must be large enough.\nit has 1, it must have 2",
        ...over,
    };
}

/** The report on one update of eu-west-1, or on the updates given. */
export function reportOn(
    updates: Partial<Update> | readonly Update[],
    packs: readonly AskedPack[] = [pack],
    subject: GateSubject = "preview",
): GateReport {
    return gateReport({
        subject,
        updates: Array.isArray(updates)
            ? (updates as readonly Update[])
            : [updateOf("eu-west-1", updates as Partial<Update>)],
        packs,
        fileOf: (stack) => `Pulumi.${stack}.yaml`,
        places,
    });
}

/** What breaks formats: Markdown, HTML, tables, mentions, control characters, half a character. */
export const awkward =
    "a|b `c` ```d``` *e* _f_ <img src=x onerror=alert(1)> [g](javascript:h) @octocat #12 &amp; ]]> \\ \"q\" 'r'\r\n# i\u0000\u0007\ud800 end";

/** So many findings that no comment holds them. */
export function manyViolations(number = 10_000): readonly PolicyViolation[] {
    return Array.from({ length: number }, (_, i) =>
        violation({
            resource: `${serviceUrn}-${i}`,
            policy: `capacity-${i % 40}`,
            message: awkward,
        }),
    );
}
