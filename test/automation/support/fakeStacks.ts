import type { AutomationError } from "../../../automation/errors";
import {
    analysisOf,
    type Analysis,
    type StackExport,
} from "../../../automation/pulumi/stateAnalysis";
import type {
    DeployedResource,
    PolicyPackUse,
    ResourceChange,
    StackOutputs,
    StackRunner,
    Update,
    UpdateOptions,
} from "../../../automation/stacks";

/** An update of no stack in particular, with what the test says. */
export function updateOf(stack: string, over: Partial<Update> = {}): Update {
    return {
        stack,
        seconds: 1,
        error: undefined,
        changes: [],
        counts: {},
        violations: [],
        unjudged: [],
        packs: [{ name: "standing", folder: "/standing", finished: true, stopped: false }],
        outputs: {},
        previousOutputs: {},
        errors: [],
        succeeded: true,
        ...over,
    };
}

/** A pack that has nothing against a state. */
export function cleanAnalysis(folder = "/standing"): Analysis {
    const end = { summaryEvent: { PolicyPacks: { standing: "1.0.0" }, result: "succeeded" } };
    return analysisOf({ code: 0, stdout: `${JSON.stringify(end)}\n`, stderr: "" }, folder);
}

/** The change of a vote, as an engine reports it. */
export function voteChange(
    stack: string,
    region: string,
    vote: string,
    over: Partial<ResourceChange> = {},
): ResourceChange {
    const type = "aws:s3/bucketObjectv2:BucketObjectv2";
    const name = `votes-${region}`;
    return {
        urn: `urn:pulumi:${stack}::meridian::${type}::${name}`,
        type,
        name,
        operation: "update",
        paths: ["content"],
        oldInputs: { key: `votes/${region}`, content: "something else" },
        newInputs: { key: `votes/${region}`, content: vote },
        ...over,
    };
}

/** The accelerator's dial for a region, from one percent to another. */
export function dialChange(
    region: string,
    from: number,
    to: number,
    over: Partial<ResourceChange> = {},
): ResourceChange {
    const type = "aws:globalaccelerator/endpointGroup:EndpointGroup";
    const inputs = { endpointGroupRegion: region, healthCheckPort: 443 };
    return {
        urn: `urn:pulumi:global::meridian::${type}::${region}`,
        type,
        name: region,
        operation: "update",
        paths: ["trafficDialPercentage"],
        oldInputs: { ...inputs, trafficDialPercentage: from },
        newInputs: { ...inputs, trafficDialPercentage: to },
        ...over,
    };
}

/** Another region's cluster is to write. */
export function writerChange(to: string, over: Partial<ResourceChange> = {}): ResourceChange {
    const type = "pulumi-nodejs:dynamic/meridian:GlobalWriter";
    const inputs = { globalClusterIdentifier: "meridian", rpoSeconds: 10 };
    return {
        urn: `urn:pulumi:global::meridian::${type}::writer`,
        type,
        name: "writer",
        operation: "update",
        paths: ["writer"],
        oldInputs: { ...inputs, writer: "somewhere", outOfService: [] },
        newInputs: { ...inputs, writer: to, outOfService: ["us-east-1"] },
        ...over,
    };
}

/** Another region's cache is to take writes. */
export function cachePrimaryChange(to: string): ResourceChange {
    const type = "pulumi-nodejs:dynamic/meridian:CachePrimary";
    const inputs = { datastoreId: "sgaui-meridian-cache" };
    return {
        urn: `urn:pulumi:global::meridian::${type}::cache-primary`,
        type,
        name: "cache-primary",
        operation: "update",
        paths: ["primary"],
        oldInputs: { ...inputs, primary: "somewhere" },
        newInputs: { ...inputs, primary: to },
    };
}

/** The name of who writes leads elsewhere. */
export function writeNameChange(over: Partial<ResourceChange> = {}): ResourceChange {
    const type = "aws:route53/record:Record";
    const inputs = { name: "write.app.example.com", type: "A", setIdentifier: "primary" };
    return {
        urn: `urn:pulumi:global::meridian::${type}::write-primary-a`,
        type,
        name: "write-primary-a",
        operation: "update",
        paths: ["aliases", "healthCheckId"],
        oldInputs: { ...inputs, aliases: [{ name: "one" }], healthCheckId: "1" },
        newInputs: { ...inputs, aliases: [{ name: "other" }], healthCheckId: "2" },
        ...over,
    };
}

/** Stacks whose previews and updates are what the test says, with a record of what was called. */
export class FakeStacks implements StackRunner {
    readonly calls: string[] = [];
    readonly options: UpdateOptions[] = [];

    constructor(
        private readonly answers: {
            readonly outputs?: Readonly<Record<string, StackOutputs | AutomationError>>;
            readonly preview?: (stack: string) => Update;
            readonly up?: (stack: string) => Update;
            readonly resources?: Readonly<Record<string, readonly DeployedResource[]>>;
            readonly exported?: Readonly<Record<string, StackExport | AutomationError>>;
            readonly analyse?: (state: StackExport, folder: string) => Analysis;
        } = {},
    ) {}

    async ensure(stack: string): Promise<void> {
        this.calls.push(`ensure ${stack}`);
    }

    async preview(stack: string, options: UpdateOptions = {}): Promise<Update> {
        this.calls.push(`preview ${stack}`);
        this.options.push(options);
        return this.answers.preview?.(stack) ?? updateOf(stack);
    }

    async up(stack: string, options: UpdateOptions = {}): Promise<Update> {
        this.calls.push(`up ${stack}`);
        this.options.push(options);
        return this.answers.up?.(stack) ?? updateOf(stack);
    }

    async destroy(stack: string, options: UpdateOptions = {}): Promise<Update> {
        this.calls.push(`destroy ${stack}`);
        this.options.push(options);
        return this.answers.up?.(stack) ?? updateOf(stack);
    }

    async outputs(stack: string): Promise<StackOutputs | undefined> {
        const outputs = this.answers.outputs?.[stack];
        if (outputs instanceof Error) {
            throw outputs;
        }
        return outputs;
    }

    async resources(stack: string): Promise<readonly DeployedResource[]> {
        return this.answers.resources?.[stack] ?? [];
    }

    async exported(stack: string): Promise<StackExport> {
        const exported = this.answers.exported?.[stack] ?? {};
        if (exported instanceof Error) {
            throw exported;
        }
        return exported;
    }

    async analyse(state: StackExport, { folder }: PolicyPackUse): Promise<Analysis> {
        this.calls.push(`analyse under ${folder}`);
        return this.answers.analyse?.(state, folder) ?? cleanAnalysis(folder);
    }
}
