import type { Policies, PolicyPackArgs } from "@pulumi/policy";

import { policies as evacuation } from "./evacuation/policies";
import { policies as resilience } from "./resilience/policies";

type Policy = PolicyPackArgs["policies"][number];
type Setting = NonNullable<Policy["configSchema"]>["properties"][string];

/** The reference of all rules, in Markdown, out of what the rules say of themselves. */
export function policyReference(): string {
    return [
        "# Policies",
        "Written by `npm run docs:policies` out of the rules themselves: change those, and not this page.",
        "What can be set goes into a file for `--policy-pack-config`, such as `estates/small/resilience.json`: a rule's name, and under it its settings. Every rule is mandatory unless its `enforcementLevel` there says otherwise. `policies/examples` has such files for development and for production.",
        "Most rules judge single resources, and the engine refuses one before it is touched. A rule that judges the stack as a whole has its say when a preview or an update has run: before the change where there is a preview, after it where there is none, as in `pulumi up --skip-preview`.",
        ...packReference("policies/resilience", resilience),
        ...packReference("policies/evacuation", evacuation),
    ].join("\n\n");
}

function packReference(folder: string, policies: Policies): readonly string[] {
    const groups = new Map<string, Policy[]>();
    for (const policy of policies) {
        const [group] = policy.name.split("-") as [string];
        groups.set(group, [...(groups.get(group) ?? []), policy]);
    }
    return [
        `## ${folder}`,
        ...[...groups].flatMap(([group, members]) => [
            ...(groups.size > 1 ? [`### ${group[0]?.toUpperCase()}${group.slice(1)}`] : []),
            ...members.map(policyEntry),
        ]),
    ];
}

function policyEntry(policy: Policy): string {
    const { framework, configSchema } = policy;
    const settings = Object.entries(configSchema?.properties ?? {});
    return [
        `- **\`${policy.name}\`** (${policy.severity}). ${policy.description}`,
        ...(framework === undefined
            ? []
            : [
                  `  - Control: [${framework.reference}](${framework.specification}), ${framework.name}`,
              ]),
        ...(policy.url === undefined ? [] : [`  - Why and how: <${policy.url}>`]),
        `  - To mend it: ${policy.remediationSteps}`,
        ...("validateStack" in policy ? ["  - Judges the stack as a whole."] : []),
        ...("remediateResource" in policy
            ? [
                  '  - Mends it by itself where its `enforcementLevel` is configured to be `"remediate"`.',
              ]
            : []),
        ...settings.map(([name, setting]) => settingEntry(name, setting)),
    ].join("\n");
}

function settingEntry(name: string, { description, default: preset }: Setting): string {
    const what = `  - Setting \`${name}\`${description === undefined ? "" : `, ${description}`}`;
    return isExemptions(preset)
        ? [`${what}:`, ...preset.map(({ name, reason }) => `    - \`${name}\`: ${reason}`)].join(
              "\n",
          )
        : `${what}: \`${JSON.stringify(preset)}\``;
}

function isExemptions(preset: unknown): preset is { name: string; reason: string }[] {
    return (
        Array.isArray(preset) &&
        preset.length > 0 &&
        preset.every((each) => typeof (each as { reason?: unknown }).reason === "string")
    );
}
